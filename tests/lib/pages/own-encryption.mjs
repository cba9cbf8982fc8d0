/**
 * Page side: a page that encrypts its media itself, in each of the ways there are. Every byte
 * behind the first ten is turned over, so that whoever has no such page sees nothing of it.
 */

/** @typedef {'streams' | 'streams, flagged' | 'streams, in a worker' | 'transform'} Way */

const TURN_OVER = `(frame, controller) => {
  const bytes = new Uint8Array(frame.data);
  for (let n = 10; n < bytes.length; n += 1) bytes[n] ^= 0xff;
  frame.data = bytes.buffer;
  controller.enqueue(frame);
  counted();
}`;

const WORKER = `const counted = () => postMessage(0);
const pipe = ({ readable, writable }) => readable.pipeThrough(new TransformStream({ transform: ${TURN_OVER} })).pipeTo(writable).catch(() => {});
onmessage = ({ data }) => pipe(data);
onrtctransform = ({ transformer }) => pipe(transformer);`;

/**
 * What a page needs for it. Its worker is a file, which policies allow that forbid others.
 * @param {import('./server.mjs').PageServer} server
 */
export function serveWorker(server) {
  return { worker: server.add('/own-worker', { headers: { 'content-type': 'text/javascript' }, html: WORKER }), turnOver: TURN_OVER };
}

/**
 * Wraps `window.call.open`, so that its connections are covered by the page. What passed through
 * the page's own code is counted in `window.own`.
 * @param {{way: Way, worker: string, turnOver: string}} how
 */
export function encryptItself({ way, worker: url, turnOver }) {
  const { call } = /** @type {any} */ (window);
  const own = (/** @type {any} */ (window).own = { frames: 0 });
  const worker = new Worker(url);
  const counted = () => { own.frames += 1; };
  worker.onmessage = counted;
  /** @param {any} streams */
  const pipe = ({ readable, writable }) => {
    const transform = new Function('counted', `return ${turnOver}`)(counted);
    readable.pipeThrough(new TransformStream({ transform })).pipeTo(writable).catch(() => {});
  };
  /** @param {any} end */
  const cover = (end) => {
    if (way === 'transform') end.transform = new RTCRtpScriptTransform(worker, {});
    else if (way === 'streams, in a worker') {
      const { readable, writable } = end.createEncodedStreams();
      worker.postMessage({ readable, writable }, [readable, writable]);
    } else pipe(end.createEncodedStreams());
  };
  /** @type {any} */ (window).cover = cover;
  // Without the flag a browser calls no transform that comes a task too late.
  const { open } = call;
  const flagged = way === 'streams, flagged' || way === 'streams, in a worker';
  call.open = (/** @type {string} */ name) => {
    const peer = open(name, flagged ? { encodedInsertableStreams: true } : undefined);
    for (const sender of peer.getSenders()) cover(sender);
    if (!flagged) for (const receiver of peer.getReceivers()) cover(receiver);
    else peer.addEventListener('track', (/** @type {RTCTrackEvent} */ { receiver }) => cover(receiver));
    return peer;
  };
}
