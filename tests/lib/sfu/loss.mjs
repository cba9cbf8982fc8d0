/**
 * A bad network: of the packets to Janus and from it, the kernel drops as many by chance. Browsers
 * and Janus have one address here, so that each packet passes the rule once on each hop.
 */

import { execFileSync } from 'node:child_process';

const nft = (/** @type {string} */ rules) => execFileSync('nft', ['-f', '-'], { input: rules });

/** @param {number} thousandths of all packets; 0 ends it */
export function lose(thousandths) {
  nft('table inet sotto\ndelete table inet sotto\n');
  if (thousandths === 0) return;
  nft(`table inet sotto {
    chain hops {
      type filter hook input priority 0;
      meta l4proto udp numgen random mod 1000 < ${thousandths} drop
    }
  }`);
}
