/**
 * Page realm: the hook's only line to the relay, a node that is in no document.
 *
 * Both worlds start before the page's first script, in an order that differs;
 * whichever comes second makes the node change hands. From then on they speak
 * by synchronous events on it: a connection goes across as `relatedTarget`, its
 * number as `detail`, text as attributes; back come single words. The page has
 * no reference to the node, not even by `window.event` where a word lets its
 * code run, as a shadow tree sets none. No port or key is on this side.
 */
'use strict';
{
  const { bare, uncurry } = sottoHook;
  const NativeMouseEvent = MouseEvent;
  const dispatch = uncurry(EventTarget.prototype.dispatchEvent);
  const addListener = uncurry(EventTarget.prototype.addEventListener);
  const removeListener = uncurry(EventTarget.prototype.removeEventListener);
  const setAttribute = uncurry(Element.prototype.setAttribute);
  const getAttribute = uncurry(Element.prototype.getAttribute);
  const append = uncurry(Node.prototype.appendChild);
  const node = document.createElement('i');
  const shadow = document.createElement('span').attachShadow({ mode: 'closed' });

  /** @param {EventTarget} target @param {string} name @param {MouseEventInit} init */
  function send(target, name, init) {
    dispatch(target, new NativeMouseEvent(name, bare(init)));
  }

  function handOver() {
    send(window, 'sotto-hook', { relatedTarget: node });
  }
  window.addEventListener('sotto-relay', handOver);
  // Left in place, the listener would hand the node to a page that asks. Any earlier, the shadow
  // would hide the node from the relay too.
  node.addEventListener('taken', () => {
    removeListener(window, 'sotto-relay', handOver);
    append(shadow, node);
  });
  handOver();

  /** @type {SottoHook['notify']} */
  sottoHook.notify = (name, connection, flag = false) => send(node, name, { detail: connection, altKey: flag });

  /** @type {SottoHook['announce']} */
  sottoHook.announce = (peer, connection, pageTransforms) =>
    send(node, 'connection', { detail: connection, relatedTarget: peer, altKey: pageTransforms });

  /** @type {SottoHook['announceStreams']} */
  sottoHook.announceStreams = (name, { connection, index, sends }) =>
    send(node, name, { detail: connection, screenX: index, altKey: sends });

  /** @type {SottoHook['consult']} */
  sottoHook.consult = (connection, type, sdp) => {
    setAttribute(node, 'type', type);
    setAttribute(node, 'sdp', sdp);
    send(node, 'remote-description', { detail: connection });
    return getAttribute(node, 'sdp');
  };

  /** @type {SottoHook['whenTold']} */
  sottoHook.whenTold = (word, act) => addListener(node, word, act);

  let guarded = false;
  sottoHook.whenTold('guard', () => {
    guarded = true;
  });
  sottoHook.whenTold('unguard', () => {
    guarded = false;
  });

  // Firefox takes the isolated world away with the extension, and nobody would cover what comes.
  const isDeserted = () => dispatch(node, new NativeMouseEvent('here', bare({ cancelable: true })));

  /** @type {SottoHook['isLeftAlone']} */
  sottoHook.isLeftAlone = () => !guarded && isDeserted();

  /** @type {SottoHook['refuseIfAbandoned']} */
  sottoHook.refuseIfAbandoned = () => {
    if (!guarded || !isDeserted()) return;
    // To have taken it beforehand would show, in Firefox, in the order of what Error has.
    // eslint-disable-next-line sotto/captured -- whatever the page has made of it, this throws
    throw new DOMException('Sotto protects this page and is gone: reload it', 'InvalidStateError');
  };
}
