/** Servers of the tests, on this machine. */

/** @param {import('node:http').Server} server @returns {Promise<string>} its origin */
export async function listen(server) {
  await new Promise((done) => { server.listen(0, '127.0.0.1', () => done(undefined)); });
  return originOf(server);
}

/** @param {import('node:http').Server} server that listens */
export function originOf(server) {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return `http://127.0.0.1:${port}`;
}
