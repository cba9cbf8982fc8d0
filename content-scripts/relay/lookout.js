/**
 * Isolated world: watches the streams where the core doesn't: before it is
 * there, while it is cut off, and when it has crashed or stands still. With
 * Sotto on nothing flows then but what was on its way.
 */
class SottoLookout {
  static INTERVAL_MS = 200;
  /** A core that is there asks five times a second. */
  static PATIENCE_MS = 500;

  /** @param {{isOn(): boolean, look(): void}} relay */
  constructor(relay) {
    this.relay = relay;
    this.heard = performance.now();
    this.alone = false;
    setInterval(() => this.handleInterval(), SottoLookout.INTERVAL_MS);
  }

  /** The core looks itself. @returns {boolean} whether it didn't until now */
  handleWatch() {
    const { alone } = this;
    this.heard = performance.now();
    this.alone = false;
    return alone;
  }

  handleLoss() {
    this.heard = -Infinity;
  }

  handleInterval() {
    if (!this.relay.isOn() || performance.now() - this.heard <= SottoLookout.PATIENCE_MS) return;
    this.alone = true;
    this.relay.look();
  }
}
