/** Where the people of a demo meet: on the demo's own page, or on an SFU's. */

import { DEMO } from '../tests/lib/call.mjs';
import { Janus } from '../tests/lib/sfu/janus.mjs';
import { VIDEO_ROOM } from '../tests/lib/sfu/video-room.mjs';

/**
 * @typedef {'janus' | null} Via
 * @typedef {{base: string, place: import('../tests/lib/participant.mjs').Place, callPage: import('../tests/lib/call.mjs').CallPage,
 *   close(): Promise<void>}} MeetingPlace
 */

/** @param {{page: string | null, via: Via}} settings @returns {Promise<MeetingPlace>} */
export async function meetingPlace({ page, via }) {
  if (via === null) return { base: String(page), place: { room: 'demo' }, callPage: DEMO, close: async () => {} };
  const janus = await Janus.start();
  const { room } = await janus.open({});
  return { base: janus.origin, place: { room: String(room) }, callPage: VIDEO_ROOM, close: () => janus.close() };
}
