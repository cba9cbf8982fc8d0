/**
 * Page realm: adds `encodedInsertableStreams` to a connection's configuration,
 * so that a sender or receiver without a transform is silent in Chromium and
 * not in clear, and hides it again from what the page reads back.
 *
 * The page's own dictionary is never copied or written: the browser reads it
 * through a proxy, so every getter runs once, in the browser's order, and what
 * is invalid fails with the browser's own error.
 */
'use strict';
{
  const { bare, defineProperty, read } = sottoHook;
  const NativeProxy = Proxy;
  const empty = Object.create(null);
  const FLAG = 'encodedInsertableStreams';
  const { RTCRtpSender: NativeSender } = globalThis;
  /** Where there are no such streams, the browser knows no flag and the page must see none. */
  const hasFlag = !!NativeSender && 'createEncodedStreams' in NativeSender.prototype;

  const NativeObject = Object;

  /**
   * By its type, `document.all` is none, but the browser reads it as a dictionary.
   * @param {unknown} value @returns {value is object}
   */
  const isObject = (value) => value === NativeObject(value);

  /**
   * @param {object} dictionary
   * @param {SottoSubstitute} substitute
   */
  function overlay(dictionary, substitute) {
    /** @param {object} _ @param {PropertyKey} name */
    const get = (_, name) => substitute(name, (member) => read(dictionary, member));
    // An empty target: a frozen dictionary would forbid the proxy another value.
    return new NativeProxy(empty, bare({ get }));
  }

  /**
   * @param {unknown} configuration the page's argument
   * @param {(wanted: boolean) => boolean} decide what the browser gets instead
   */
  function withFlag(configuration, decide) {
    if (configuration === undefined || configuration === null) {
      return bare({ [FLAG]: decide(false) });
    }
    if (!isObject(configuration)) return configuration;
    return overlay(configuration, (name, get) => (name === FLAG ? decide(!!get(name)) : get(name)));
  }

  /** @type {SottoHook['overlay']} */
  sottoHook.overlay = (value, substitute) => (isObject(value) ? overlay(value, substitute) : value);

  /** @type {SottoHook['forConstruction']} */
  sottoHook.forConstruction = (configuration) => {
    if (!hasFlag) return { flagged: configuration, wanted: () => false };
    let wanted = false;
    const flagged = withFlag(configuration, (value) => {
      wanted = value;
      return true;
    });
    return { flagged, wanted: () => wanted };
  };

  // The browser refuses a changed flag: a page that changes its own gets that error.
  /** @type {SottoHook['forChange']} */
  sottoHook.forChange = (configuration, had) =>
    hasFlag ? withFlag(configuration, (wanted) => wanted === had) : configuration;

  /** @type {SottoHook['asThePageSetIt']} */
  sottoHook.asThePageSetIt = (configuration, had) => {
    if (!hasFlag) return configuration;
    const shown = bare({ value: had, writable: true, enumerable: true, configurable: true });
    defineProperty(configuration, FLAG, shown);
    return configuration;
  };
}
