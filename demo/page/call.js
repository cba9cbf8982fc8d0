/**
 * The call: who is in it, the signalling socket, and the buttons.
 * `?room=..&name=..` joins at once; without them there is a form. `&codec=VP9`, `&sound=PCMU`
 * and `&layers=L3T3_KEY` say what to use.
 */

import { videoCodecs } from './codecs.js';
import { Person } from './people.js';
import { Tile } from './tiles.js';

const query = new URLSearchParams(location.search);
const room = query.get('room')?.trim() ?? '';
const name = query.get('name')?.trim() ?? '';
/** @type {import('./codecs.js').Wishes} */
const wishes = { video: query.get('codec'), audio: query.get('sound'), layers: query.get('layers'), ptime: query.get('ptime') };

/** @type {Map<string, Person>} */
const people = new Map();
let stream = new MediaStream();
/** @type {WebSocket | null} */
let socket = null;
let you = '';

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {string} text */
const status = (text) => { element('status').textContent = text; };

function countPeople() {
  const count = people.size + 1;
  status(count === 1 ? 'Nobody else is here yet' : `${count} people`);
}

/**
 * @param {number} id
 * @param {string} who
 */
function meet(id, who) {
  const key = String(id);
  people.get(key)?.close();
  people.set(key, new Person({
    id: key,
    name: who,
    polite: Number(you) > id,
    stream,
    wishes: { ...wishes },
    send: (data) => say({ kind: 'signal', to: id, data }),
  }));
  countPeople();
}

/** @param {unknown} message */
function say(message) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

/** @param {any} note */
function hear(note) {
  switch (note.kind) {
    case 'welcome':
      you = String(note.id);
      countPeople();
      for (const { id, name: who } of note.people) meet(id, who);
      break;
    case 'joined':
      names.set(note.id, note.name);
      countPeople();
      break;
    case 'signal':
      if (!people.has(String(note.from))) meet(note.from, names.get(note.from) ?? 'Somebody');
      people.get(String(note.from))?.receive(note.data);
      break;
    case 'left':
      people.get(String(note.id))?.close();
      people.delete(String(note.id));
      names.delete(note.id);
      countPeople();
      break;
  }
}

/**
 * Newcomers call; whoever was there before waits for their first signal, so that there is
 * one offer for each pair.
 * @type {Map<number, string>}
 */
const names = new Map();

function connect() {
  const url = new URL('ws', location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  url.search = new URLSearchParams({ room, name }).toString();
  socket = new WebSocket(url);
  socket.onmessage = ({ data }) => hear(JSON.parse(data));
  socket.onclose = ({ reason }) => hangUp(reason ? `Disconnected: ${reason}` : 'Disconnected');
}

/** @param {string} text */
function hangUp(text) {
  if (socket) socket.onclose = null;
  socket?.close();
  socket = null;
  for (const person of people.values()) person.close();
  people.clear();
  names.clear();
  status(text);
  showControls(false);
}

/** @param {boolean} inCall */
function showControls(inCall) {
  for (const id of ['microphone', 'camera', 'codec', 'leave']) element(id).hidden = !inCall;
  element('rejoin').hidden = inCall;
}

function join() {
  status('Joining\u2026');
  showControls(true);
  connect();
}

/**
 * @param {string} id
 * @param {() => MediaStreamTrack[]} tracks
 */
function muteButton(id, tracks) {
  const button = element(id);
  button.onclick = () => {
    const on = button.getAttribute('aria-pressed') !== 'true';
    button.setAttribute('aria-pressed', String(on));
    for (const track of tracks()) track.enabled = on;
  };
}

/** Changes the codec of what is sent, in mid-call. */
function codecMenu() {
  const menu = /** @type {HTMLSelectElement} */ (element('codec'));
  menu.append(...videoCodecs().map((name) => new Option(name)));
  if (wishes.video) menu.value = wishes.video;
  menu.onchange = () => {
    wishes.video = menu.value;
    for (const person of people.values()) person.useCodec(menu.value);
  };
}

/** Sound as it is costs less than sound with echo and noise taken out, and suits music. */
function microphoneWishes() {
  if (query.get('processing') !== 'off') return true;
  return { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
}

async function openMedia() {
  const video = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } };
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: microphoneWishes(), video });
  } catch (error) {
    console.warn('no camera or microphone; listening and watching only', error);
  }
}

async function start() {
  element('call').hidden = false;
  element('room').textContent = room;
  document.title = `${name} in ${room}`;
  muteButton('microphone', () => stream.getAudioTracks());
  muteButton('camera', () => stream.getVideoTracks());
  codecMenu();
  element('leave').onclick = () => hangUp('You left');
  element('rejoin').onclick = join;
  status('Opening camera and microphone\u2026');
  await openMedia();
  const self = new Tile('you', name);
  self.markAsYou();
  self.show(stream);
  join();
  setInterval(() => people.forEach((person) => person.updateDetails()), 1000);
}

if (room && name) start();
else element('lobby').hidden = false;
