/**
 * Isolated world: takes what the hook shows it of the page's connections,
 * covers their streams, owns the control channels and the pump, and passes
 * opaque bytes between them and the core worker. It makes no decision about
 * keys or members and holds none.
 *
 * A page without connections costs the scripts, some listeners and one question
 * to the background: the pump and the host page come with the first connection.
 */
'use strict';
{
  /** Control messages that come before the core is ready; the core repairs what is lost. */
  const MAX_EARLY = 64;
  /** Streams that went past Sotto and have ended, to be told a core that begins. */
  const MAX_GONE = 16;
  /** Of asking how the tab is set: some three seconds in all. */
  const MAX_TRIES = 6;
  const FIRST_PAUSE_MS = 50;

  /** @type {Map<number, SottoConnection>} */
  const connections = new Map();
  /** @type {Set<string>} */
  const troubles = new Set();
  /** @type {Sotto.RelayToCore[]} */
  let early = [];
  /** @type {{connection: number, stream: Sotto.Stream}[]} */
  let gone = [];
  /** @type {SottoPumpPlace | null} */
  let place = null;
  /** @type {SottoHostLink | null} */
  let link = null;
  /** @type {SottoLookout | null} */
  let lookout = null;
  /** @type {MessagePort | null} */
  let core = null;
  let ready = false;
  let on = false;
  /** @type {HTMLElement | null} the hook's ear */
  let hook = null;
  /** @type {boolean | null} */
  let told = null;
  /** The last word on this tab. @type {boolean | null} */
  let word = null;

  function pump() {
    place ??= new SottoPumpPlace(handleBlocked);
    return place;
  }

  function handleBlocked() {
    trouble('pump-blocked');
    for (const { streams } of connections.values()) streams.handleBlocked();
  }

  /** @param {Sotto.RelayToCore} message */
  function report(message) {
    if (message.kind !== 'control') core?.postMessage(message);
    else if (ready) core?.postMessage(message, [message.bytes]);
    else if (early.length < MAX_EARLY) early.push(message);
  }

  /** @param {string} code */
  function trouble(code) {
    if (troubles.has(code)) return;
    troubles.add(code);
    report({ kind: 'trouble', code });
  }

  /** @param {number} connection @param {Sotto.Stream} stream */
  function streamEnded(connection, stream) {
    pump().post({ kind: 'stream-ended', stream: stream.stream });
    report({ kind: 'stream-ended', stream: stream.stream });
    if (stream.bypassed) gone = [...gone, { connection, stream }].slice(-MAX_GONE);
  }

  /** So that it stays named. @param {{connection: number, stream: Sotto.Stream}} one */
  function repeatGone({ connection, stream: { stream, direction, carries } }) {
    report({ kind: 'stream', stream, connection, direction, carries });
    report({ kind: 'bypassed', stream });
    report({ kind: 'stream-ended', stream });
  }

  /**
   * The core hears of the streams first: once it has answered the ping behind
   * them, their frames may come.
   * @param {MessagePort} control @param {MessagePort} frames
   */
  function usePorts(control, frames) {
    core = control;
    control.addEventListener('message', ({ data }) => fromCore(data, frames));
    control.start();
    for (const connection of connections.values()) connection.repeat();
    for (const one of gone) repeatGone(one);
    for (const code of troubles) report({ kind: 'trouble', code });
    report({ kind: 'ping' });
  }

  /** @param {MessagePort} frames */
  function handlePong(frames) {
    if (ready) return;
    ready = true;
    pump().post({ kind: 'port' }, [frames]);
    for (const message of early) report(message);
    early = [];
  }

  /** @param {Sotto.CoreToRelay} message @param {MessagePort} frames */
  function fromCore(message, frames) {
    if (message.kind === 'pong') handlePong(frames);
    else if (message.kind === 'send') connections.get(message.connection)?.channel.send(message.bytes);
    else if (message.kind === 'mode') handleMode(message.on);
    else if (message.kind === 'watch') handleWatch();
    else if (message.kind === 'crashed') lookout?.handleLoss();
    else if (message.kind === 'look') handleLook(message.look, message.stream);
    else for (const connection of connections.values()) connection.contain(message.stream, message.measure);
  }

  /** The answer comes first: what flows, the browser says later. */
  function handleWatch() {
    if (lookout?.handleWatch()) for (const { streams } of connections.values()) streams.forceKeyFrames();
    report({ kind: 'looked' });
    for (const connection of connections.values()) connection.watch();
  }

  /** Whose it is the core says. @param {number} look @param {number} stream */
  async function handleLook(look, stream) {
    const tracks = Array.from(connections.values(), ({ streams }) => streams.trackAt(stream));
    const track = tracks.find((track) => track !== null);
    const still = on && track ? await SottoStill.of(track) : null;
    report({ kind: 'still', look, still });
  }

  function lookAlone() {
    const came = pump().count();
    for (const connection of connections.values()) connection.watchAlone(came);
  }

  /** @param {boolean} value */
  function handleMode(value) {
    on = value;
    if (!on) gone = [];
    guard(value);
    tellHook(value);
    for (const connection of connections.values()) connection.streams.setMode(on);
  }

  /** For when this world and its relay are gone, in Firefox, or the way to the core. @param {boolean} value */
  function guard(value) {
    word = value;
    if (value && told === null && place?.isBlocked) for (const { streams } of connections.values()) streams.handleBlocked();
    hook?.dispatchEvent(new Event(value ? 'guard' : 'unguard'));
  }

  /** @param {boolean} value */
  function tellHook(value) {
    told = value;
    hook?.dispatchEvent(new Event(value ? 'media-stop' : 'media-pass'));
  }

  /** What may be out of date stops media, or lets it begin, as in the pump. @param {boolean} value */
  function takeHint(value) {
    pump().post({ kind: 'hint', on: value });
    if (value) handleMode(true);
    else if (told === null) handleMode(false);
  }

  /** @param {string} code */
  function handleLoss(code) {
    core = null;
    ready = false;
    // A core that lives on and only fell silent here must not go on unwatched.
    pump().post({ kind: 'cut' });
    lookout?.handleLoss();
    trouble(code);
  }

  function startLink() {
    link = new SottoHostLink({
      mode: takeHint,
      // Nobody will say more: a page that made no call yet keeps to it too.
      ended: () => takeHint(word === true),
      beat: () => {
        if (on) for (const connection of connections.values()) connection.reportRefusal();
      },
      ports: usePorts,
      lost: handleLoss,
    });
    // What the tab is set to as its document begins is settled by that question. Nothing moves meanwhile.
    asked.then(() => link?.start());
    lookout = new SottoLookout({ isOn: () => on, look: lookAlone });
  }

  /** @param {Event} event */
  function handleConnection(event) {
    const { detail, relatedTarget, altKey } = /** @type {MouseEvent} */ (event);
    if (!(relatedTarget instanceof RTCPeerConnection)) return;
    if (!link) startLink();
    const relay = { pump, report, streamEnded, closed: handleClosed, trouble, isToBeOn: () => word === true };
    const connection = new SottoConnection(detail, relatedTarget, altKey, relay);
    if (told !== null) connection.streams.setMode(on);
    connections.set(detail, connection);
  }

  /** @param {SottoConnection} connection */
  function handleClose(connection) {
    connection.handleClose();
    connections.delete(connection.number);
  }

  /** Not by the page, so the hook can't know. @param {SottoConnection} connection */
  function handleClosed(connection) {
    connections.delete(connection.number);
    hook?.dispatchEvent(new Event('closed'));
  }

  /** @param {HTMLElement} node @param {number} connection */
  function handleRemoteDescription(node, connection) {
    const type = node.getAttribute('type') ?? '';
    const sdp = node.getAttribute('sdp') ?? '';
    node.setAttribute('sdp', connections.get(connection)?.handleRemoteDescription(type, sdp) ?? sdp);
  }

  /** @param {Event} event */
  function handlePageTransform(event) {
    if (/** @type {MouseEvent} */ (event).altKey) trouble('page-transform');
    // While Sotto is on the hook lets none through; what comes otherwise is a bypass, which the next look sees.
    if (!on) for (const { streams } of connections.values()) streams.reclaim();
  }

  /** @param {Event} event */
  function handlePageStreams(event) {
    const { detail, screenX, altKey } = /** @type {MouseEvent} */ (event);
    connections.get(detail)?.handlePageStreams(screenX, altKey);
  }

  /** @param {HTMLElement} node */
  function listen(node) {
    hook = node;
    /** @param {string} name @param {(connection: SottoConnection, flag: boolean) => void} handle */
    const each = (name, handle) =>
      node.addEventListener(name, (event) => {
        const { detail, altKey } = /** @type {MouseEvent} */ (event);
        const connection = connections.get(detail);
        if (connection) handle(connection, altKey);
      });
    node.addEventListener('connection', handleConnection);
    node.addEventListener('remote-description', (event) =>
      handleRemoteDescription(node, /** @type {UIEvent} */ (event).detail),
    );
    node.addEventListener('page-transform', handlePageTransform);
    node.addEventListener('page-streams', handlePageStreams);
    node.addEventListener('replaced', () => {
      for (const connection of connections.values()) connection.streams.sweep();
    });
    each('sweep', (connection) => connection.handleSweep());
    each('described', (connection) => connection.handleDescribed());
    each('offered', (connection) => connection.handleOffered());
    each('offering', (connection, forMedia) => connection.handleOffering(forMedia));
    each('page-channel', (connection) => connection.handlePageChannel());
    each('ice-restart', (connection) => connection.need.handleIceRestart());
    each('close', handleClose);
    node.addEventListener('here', (event) => event.preventDefault());
    node.dispatchEvent(new Event('taken'));
    if (word !== null) guard(word);
  }

  /** @param {Event} event */
  function takeNode(event) {
    const node = /** @type {MouseEvent} */ (event).relatedTarget;
    if (!(node instanceof HTMLElement)) return;
    removeEventListener('sotto-hook', takeNode);
    listen(node);
  }

  /** No hint: the background has it from the person, and there is no core to say it. */
  function release() {
    pump().post({ kind: 'release' });
    handleMode(false);
  }

  // For a page whose way to the core is cut, or who finds the extension gone when it makes a call.
  chrome.runtime.onMessage.addListener((message) => {
    if (message?.kind !== 'turned-on' && message?.kind !== 'turned-off') return;
    const value = message.kind === 'turned-on';
    guard(value);
    if (!place || ready) return;
    if (value) takeHint(true);
    else release();
  });

  /** @returns {Promise<Sotto.HelloReply | null>} */
  async function question() {
    try {
      return await chrome.runtime.sendMessage({ kind: 'ask' });
    } catch {
      return null;
    }
  }

  /**
   * Later there may be nobody to ask, and a background that wakes up may lose a question. A word that
   * comes meanwhile is newer than the answer.
   */
  async function ask() {
    word = null;
    for (let tries = 0; tries < MAX_TRIES && word === null && chrome.runtime?.id; tries += 1) {
      const reply = await question();
      if (reply && word === null) guard(reply.on);
      if (!reply) await new Promise((resolve) => { setTimeout(resolve, FIRST_PAUSE_MS << tries); });
    }
  }

  /** A page can make such events too. */
  const activation = () => new Promise((resolve) => {
    document.addEventListener('prerenderingchange', ({ isTrusted }) => isTrusted && resolve(undefined));
  });

  // A prerendered document is in no tab yet, and the browser holds its frames back, the host's among
  // them, until it is shown.
  let asked = 'prerendering' in document && document.prerendering ? activation().then(ask) : ask();
  // The tab may have been set otherwise while it showed another page. A page can make such events too.
  addEventListener('pageshow', ({ isTrusted, persisted }) => {
    if (isTrusted && persisted) asked = ask();
  });
  addEventListener('sotto-hook', takeNode);
  dispatchEvent(new Event('sotto-relay'));
}
