/** What Janus is told: one interface, one transport, and the plugin of its video rooms alone. */

import { INTERFACE } from './network.mjs';

const PORT = 8088;
export const SERVER = `http://127.0.0.1:${PORT}/janus`;

/**
 * @param {string} folder @param {typeof import('./link.mjs').PLACE} [link] what stands before it
 * @returns {Record<string, string>} by the name of the file
 */
export const configuration = (folder, link) => ({
  'janus.jcfg': `
general: {
  configs_folder = "${folder}"
  debug_level = 4
  debug_timestamps = true
}
nat: {
  ice_lite = true
  ice_enforce_list = "${link?.to ?? INTERFACE}"
  ${link ? `nat_1_1_mapping = "${link.at}"` : ''}
}
media: {
  ${link ? `rtp_port_range = "${link.first}-${link.last}"` : ''}
}
plugins: {
  disable = "${OTHER_PLUGINS.map((name) => `libjanus_${name}.so`).join()}"
}
transports: {
  disable = "${OTHER_TRANSPORTS.map((name) => `libjanus_${name}.so`).join()}"
}
events: {
  broadcast = false
}
`,
  'janus.transport.http.jcfg': `
general: {
  base_path = "/janus"
  http = true
  port = ${PORT}
  ip = "127.0.0.1"
}
`,
  'janus.plugin.videoroom.jcfg': 'general: {}\n',
});

const OTHER_PLUGINS = [
  'audiobridge', 'duktape', 'echotest', 'lua', 'nosip', 'recordplay', 'sip', 'streaming', 'textroom', 'videocall', 'voicemail',
];
const OTHER_TRANSPORTS = ['mqtt', 'nanomsg', 'pfunix', 'rabbitmq', 'websockets'];
