/** Page side: what a page may try against hook, relay and host. Each tells what it got. */

/** Plays the hook to the relay and the relay to the hook. @returns {string[]} what came of it */
export function impersonate() {
  /** @type {string[]} */
  const got = [];
  for (const name of ['sotto-hook', 'sotto-relay', 'taken', 'connection', 'media-pass', 'media-stop']) {
    window.addEventListener(name, (event) => {
      const { relatedTarget, isTrusted } = /** @type {MouseEvent} */ (event);
      if (relatedTarget !== node || isTrusted) got.push(name);
    });
  }
  const node = document.createElement('i');
  for (const name of ['sotto-hook', 'sotto-relay', 'media-pass', 'taken']) {
    for (const target of [window, document, document.documentElement]) {
      target.dispatchEvent(new MouseEvent(name, { relatedTarget: node, bubbles: true }));
    }
  }
  for (const name of ['connection', 'close', 'sweep', 'media-pass']) node.dispatchEvent(new MouseEvent(name, { detail: 1 }));
  if (node.attributes.length > 0) got.push('attributes on the node');
  for (const name of ['sottoHook', 'sottoPump', 'sottoSdp', 'SottoConnection', 'SottoHostLink']) if (name in window) got.push(name);
  return got;
}

/**
 * Listens in a child window before any content script is there, keeps the node that the hook
 * there hands over, and turns what it can see of it against the child's relay.
 */
export async function raceForNode() {
  const seen = { events: /** @type {string[]} */ ([]), ports: 0 };
  const frame = document.createElement('iframe');
  document.body.append(frame);
  const child = /** @type {any} */ (frame.contentWindow);
  /** @param {any} event */
  const take = ({ relatedTarget: node }) => {
    if (!node) return;
    seen.events.push('node');
    for (const name of ['connection', 'sweep', 'described', 'offering', 'remote-description', 'media-pass', 'media-stop']) {
      node.addEventListener(name, (/** @type {any} */ event) => {
        seen.events.push(name);
        seen.ports += event.ports?.length ?? 0;
      });
    }
    for (const name of ['close', 'media-pass', 'page-streams', 'connection']) node.dispatchEvent(new MouseEvent(name, { detail: 1, relatedTarget: frame }));
  };
  child.addEventListener('sotto-hook', take);
  child.addEventListener('sotto-relay', () => child.dispatchEvent(new MouseEvent('sotto-hook', { relatedTarget: child.document.createElement('i') })));
  await new Promise((resolve) => { setTimeout(resolve, 300); });
  const peer = new child.RTCPeerConnection();
  peer.addTransceiver('video');
  await peer.setLocalDescription();
  await new Promise((resolve) => { setTimeout(resolve, 300); });
  frame.remove();
  return seen;
}

/**
 * Runs a second hook, whose relay it is itself, and looks from within a word for what `window`
 * says of it. @param {string[]} sources of the hook's first files
 */
export function reachForNode(sources) {
  /** @type {any} */ let node = null;
  window.addEventListener('sotto-hook', (event) => { node = /** @type {MouseEvent} */ (event).relatedTarget; });
  for (const source of sources) new Function(source)();
  node.dispatchEvent(new Event('taken'));
  const seen = { words: 0, events: 0 };
  /** @type {any} */ (window).sottoHook.whenTold('word', () => {
    seen.words += 1;
    if (window.event) seen.events += 1;
  });
  node.dispatchEvent(new Event('word'));
  return seen;
}

/** @param {string} extension @returns {Promise<string[]>} what was answered */
export async function embedHost(extension) {
  /** @type {string[]} */
  const answers = [];
  /** @param {Window} target @param {unknown} message */
  const post = (target, message) => {
    const channels = [new MessageChannel(), new MessageChannel()];
    for (const { port1 } of channels) port1.onmessage = ({ data }) => answers.push(JSON.stringify(data));
    target.postMessage(message, '*', channels.map(({ port2 }) => port2));
  };
  window.addEventListener('message', ({ data }) => answers.push(JSON.stringify(data)));
  const frames = Array.from({ length: 3 }, () => {
    const frame = document.createElement('iframe');
    frame.src = `${extension}/worker/host.html`;
    document.body.append(frame);
    return new Promise((resolve) => { frame.onload = () => resolve(frame); });
  });
  await Promise.all(frames);
  const token = '0123456789abcdef0123456789abcdef';
  const messages = [{ kind: 'port', token }, { kind: 'port', token: {} }, { kind: 'port' }, { kind: 'attach', tab: 1, top: true, on: false, lock: token },
    { kind: 'toggle', tab: 1, on: false }, { kind: 'redeem', token }, null, 7, []];
  for (let n = 0; n < window.length; n += 1) for (const message of [...messages, ...messages]) post(window[n], message);
  await new Promise((resolve) => { setTimeout(resolve, 1_000); });
  for (const frame of document.querySelectorAll('iframe')) frame.remove();
  return answers;
}

/** @param {{extension: string, name: string}} what @returns {Promise<string[]>} what could be had */
export async function reachForCore({ extension, name }) {
  /** Firefox says only later that it may not be. @param {SharedWorker | Worker} worker */
  const runs = (worker) => new Promise((resolve, reject) => {
    worker.onerror = reject;
    setTimeout(resolve, 2_000);
  });
  /** @type {Record<string, () => unknown>} */
  const attempts = {
    'a worker': () => runs(new SharedWorker(`${extension}/worker/core-worker.js`, { type: 'module', name })),
    'a dedicated worker': () => runs(new Worker(`${extension}/worker/core-worker.js`)),
    'the wasm': () => fetch(`${extension}/core/sotto_core_bg.wasm`),
    'the script': () => import(`${extension}/worker/core-worker.js`),
    'the window of the host': () => {
      if (window.length === 0) throw new Error('no frame is to be had');
    },
    "the shadow root": () => /** @type {any} */ (document.documentElement.lastElementChild).shadowRoot?.firstChild.src,
    'runtime messages': () => /** @type {any} */ (window).chrome.runtime.sendMessage(extension.split('/')[2], { kind: 'hello', token: 'a' }),
    'a broadcast channel': () => new Promise((resolve, reject) => {
      const channel = new BroadcastChannel(name);
      channel.onmessage = resolve;
      setTimeout(() => { channel.close(); reject(new Error('silence')); }, 300);
    }),
    'its locks': async () => {
      const { held = [] } = await navigator.locks.query();
      if (!held.some(({ name }) => name?.startsWith('sotto'))) throw new Error('none');
    },
  };
  /** @type {string[]} */
  const had = [];
  for (const [name, attempt] of Object.entries(attempts)) {
    try {
      const value = await attempt();
      if (name !== 'the shadow root' || value) had.push(name);
    } catch {
      // As it should be.
    }
  }
  return had;
}

/**
 * In the host page, where it is in the page's process: what whoever has taken that over gets.
 * @param {{tab: number, name: string}} what somebody else's tab, and the worker @returns {Promise<string[]>}
 */
export async function speakAsHost({ tab, name }) {
  /** @type {string[]} */
  const had = [];
  const { port } = new SharedWorker('core-worker.js', { type: 'module', name });
  port.onmessage = ({ data }) => had.push(data.kind);
  if (chrome.storage.session) had.push("the session's storage");
  chrome.storage.onChanged.addListener((_, area) => { if (area === 'session') had.push('a change of it'); });
  const token = '0123456789abcdef0123456789abcdef';
  const place = { tab, page: 1, stream: 1 };
  const messages = [{ kind: 'watch', tab, reach: 'ok', on: true }, { kind: 'toggle', tab, on: false }, { kind: 'look', ...place },
    { kind: 'name', name: 'Mallory' }, { kind: 'try-name', name: 'Mallory' }, { kind: 'reach', tab, reach: 'no-permission' },
    { kind: 'voucher', token, tab, on: false }];
  const attach = () => port.postMessage({ kind: 'attach', token, tab, on: false }, [new MessageChannel().port2, new MessageChannel().port2]);
  for (const word of [null, { kind: 'word', word: token }]) {
    for (const message of [word, ...messages]) port.postMessage(message);
    attach();
  }
  await new Promise((resolve) => { setTimeout(resolve, 2_000); });
  return had;
}

/** An error that is made while the hook runs: what its call sites give away. */
export function stealCallSites() {
  let sites = 0;
  /** @type {string[]} */
  const leaked = [];
  const { prepareStackTrace } = /** @type {any} */ (Error);
  /** @type {any} */ (Error).prepareStackTrace = (/** @type {Error} */ _, /** @type {any[]} */ stack) => {
    for (const site of stack) {
      if (!site.getFileName()?.startsWith('chrome-extension:')) continue;
      sites += 1;
      for (const part of ['getFunction', 'getThis']) if (site[part]() !== undefined) leaked.push(`${part} of ${site.getFunctionName()}`);
    }
    return '';
  };
  const look = () => String(new Error('look').stack);
  const nosy = { get iceServers() { look(); return []; } };
  const peer = new RTCPeerConnection(nosy);
  peer.addTransceiver('video', /** @type {any} */ ({ get direction() { look(); return 'sendrecv'; } }));
  peer.setRemoteDescription(/** @type {any} */ ({ get type() { look(); return 'offer'; }, get sdp() { look(); return 'v=0'; } })).catch(() => {});
  peer.close();
  /** @type {any} */ (Error).prepareStackTrace = prepareStackTrace;
  return { sites, leaked };
}

/** More streams than a tab may have, on connections that stay. */
export function keepStreams() {
  const peers = Array.from({ length: 21 }, () => new RTCPeerConnection());
  for (const peer of peers) for (let n = 0; n < 100; n += 1) peer.addTransceiver('audio');
  /** @type {any} */ (window).kept = peers;
}

/** @returns {string[]} */
export const keptStates = () => /** @type {any} */ (window).kept.map((/** @type {RTCPeerConnection} */ { connectionState }) => connectionState);

/** @param {{what: 'events' | 'messages' | 'transceivers' | 'descriptions' | 'connections' | 'frames', extension: string}} flood */
export async function flood({ what, extension }) {
  const floods = {
    events() {
      for (let n = 0; n < 50_000; n += 1) window.dispatchEvent(new MouseEvent(n % 2 ? 'sotto-hook' : 'sotto-relay', { relatedTarget: document.body }));
    },
    async messages() {
      const frame = document.createElement('iframe');
      frame.src = `${extension}/worker/host.html`;
      document.body.append(frame);
      await new Promise((resolve) => { frame.onload = resolve; });
      for (let n = 0; n < 5_000; n += 1) {
        const [one, two] = [new MessageChannel(), new MessageChannel()];
        frame.contentWindow?.postMessage({ kind: 'port', token: `f${n}` }, '*', [one.port2, two.port2]);
      }
      await new Promise((resolve) => { setTimeout(resolve, 500); });
      frame.remove();
    },
    transceivers() {
      const peer = new RTCPeerConnection();
      for (let n = 0; n < 1_000; n += 1) peer.addTransceiver(n % 2 ? 'audio' : 'video');
      peer.close();
    },
    async descriptions() {
      const peer = new RTCPeerConnection();
      const line = `a=x:${'y'.repeat(1_000)}\r\n`;
      await peer.setRemoteDescription({ type: 'offer', sdp: `v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n${line.repeat(10_000)}` }).catch(() => {});
      peer.close();
    },
    connections() {
      try {
        for (let n = 0; n < 2_000; n += 1) new RTCPeerConnection().addTransceiver('video');
      } catch {
        // The browser has enough of them.
      }
    },
    async frames() {
      const frames = Array.from({ length: 100 }, () => document.body.appendChild(document.createElement('iframe')));
      await new Promise((resolve) => { setTimeout(resolve, 500); });
      for (const { contentWindow } of frames) new /** @type {any} */ (contentWindow).RTCPeerConnection();
      await new Promise((resolve) => { setTimeout(resolve, 2_000); });
      for (const frame of frames) frame.remove();
    },
  };
  await floods[what]();
}
