/**
 * Isolated world: watches the streams where the core doesn't: before it is
 * there, while it is cut off, and when it has crashed or stands still. With
 * Sotto on nothing flows then: another transform than ours costs its stream at
 * once, and so does what flows for longer than it can have been on its way.
 */
class SottoLookout {
  static INTERVAL_MS = 200;
  /** A core that is there asks five times a second. */
  static PATIENCE_MS = 1000;

  /** @param {{isOn(): boolean, look(): void}} relay */
  constructor(relay) {
    this.relay = relay;
    this.heard = performance.now();
    setInterval(() => this.handleInterval(), SottoLookout.INTERVAL_MS);
  }

  /** The core looks itself. */
  handleWatch() {
    this.heard = performance.now();
  }

  handleLoss() {
    this.heard = -Infinity;
  }

  handleInterval() {
    if (!this.relay.isOn()) this.handleWatch();
    else if (performance.now() - this.heard > SottoLookout.PATIENCE_MS) this.relay.look();
  }
}
