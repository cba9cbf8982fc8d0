/** The owner's way to Janus's video rooms, over its own API. */

import { randomUUID } from 'node:crypto';

/** @typedef {{room: number, videocodec: string, audiocodec?: string, bitrate?: number, publishers?: number}} Room as the plugin names them */

const SECRET = 'owner';

export class JanusApi {
  /** @param {string} server */
  constructor(server) {
    this.server = server;
  }

  isThere() {
    return fetch(`${this.server}/info`).then(({ ok }) => ok, () => false);
  }

  /** @param {Room} room */
  async open(room) {
    await this.ask({ request: 'create', secret: SECRET, publishers: 16, ...room });
  }

  /** @param {Room} room @param {string} name */
  async kick({ room }, name) {
    const { participants } = await this.ask({ request: 'listparticipants', room });
    const person = participants.find((/** @type {{display: string}} */ { display }) => display === name);
    if (!person) throw new Error(`${name} isn't in room ${room}`);
    await this.ask({ request: 'kick', room, secret: SECRET, id: person.id });
  }

  /** Asks the plugin, in a session for this question. @param {Record<string, unknown>} body @returns {Promise<any>} */
  async ask(body) {
    const session = `${this.server}/${(await post(this.server, { janus: 'create' })).data.id}`;
    const { id } = (await post(session, { janus: 'attach', plugin: 'janus.plugin.videoroom' })).data;
    const { data } = (await post(`${session}/${id}`, { janus: 'message', body })).plugindata;
    await post(session, { janus: 'destroy' });
    if (data.error) throw new Error(`Janus refuses "${body.request}": ${data.error}`);
    return data;
  }
}

/** @param {string} url @param {Record<string, unknown>} message @returns {Promise<any>} */
async function post(url, message) {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify({ ...message, transaction: randomUUID() }) });
  return response.json();
}
