/** The network of its own that in-network.sh makes. */

import { networkInterfaces } from 'node:os';

/** What has an address there, besides loopback, which SFUs pass over. */
export const INTERFACE = 'sotto0';

export function checkNetwork() {
  if (networkInterfaces()[INTERFACE]) return;
  throw new Error(`no interface ${INTERFACE} here: run this by cargo xtask, or by tests/lib/sfu/in-network.sh`);
}
