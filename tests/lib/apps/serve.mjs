/** One app's server, in a process of its own: some have timers that nothing stops, and talk a lot. */

import { APPS } from './all.mjs';

const app = APPS.find(({ name }) => name === process.argv[2]);
process.send?.(await app?.start());
