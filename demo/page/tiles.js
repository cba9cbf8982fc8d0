/**
 * The tiles of the page: one for each person, with picture, name and state.
 * Knows nothing of connections; it is told what to show.
 */

const grid = /** @type {HTMLElement} */ (document.getElementById('tiles'));
const template = /** @type {HTMLTemplateElement} */ (document.getElementById('tile'));

/** @typedef {{width: number, height: number, frames: number, codec: string}} Details */

export class Tile {
  /**
   * @param {string} person
   * @param {string} name
   */
  constructor(person, name) {
    const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    this.element = /** @type {HTMLElement} */ (copy.querySelector('.tile'));
    this.video = /** @type {HTMLVideoElement} */ (copy.querySelector('video'));
    this.element.dataset.person = person;
    this.element.dataset.name = name;
    this.text('.name', name);
    this.state('');
    grid.append(copy);
  }

  /** Turns this into the tile of the person in front of the screen. */
  markAsYou() {
    this.element.classList.add('you');
    this.video.muted = true;
    this.state('you');
  }

  /** @param {MediaStream | null} stream */
  show(stream) {
    if (this.video.srcObject !== stream) this.video.srcObject = stream;
  }

  /** @param {string} state */
  state(state) {
    this.element.dataset.state = state;
    this.text('.state', state);
  }

  /** @param {Details} details */
  details({ width, height, frames, codec }) {
    Object.assign(this.element.dataset, { width, height, frames, codec });
    this.text('.details', `${codec} ${width}\u00d7${height}`);
  }

  remove() {
    this.show(null);
    this.element.remove();
  }

  /**
   * @param {string} selector
   * @param {string} text
   */
  text(selector, text) {
    const element = /** @type {HTMLElement} */ (this.element.querySelector(selector));
    element.textContent = text;
    element.title = text;
  }
}
