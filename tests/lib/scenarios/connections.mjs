/** Scenarios of the media table: several connections, connections that end, and bad networks. */

/** @typedef {import('./cell.mjs').Scenario} Scenario */

/** @param {import('../outage.mjs').Network[]} networks @returns {Record<string, Scenario>} */
export const connections = (networks) => ({
  'one track in two connections': async (cell) => {
    await cell.call();
    const second = `${cell.name} again`;
    await cell.near.do((lab, name) => {
      const { peer } = lab.open(name);
      for (const track of lab.made) peer.addTrack(track);
    }, second);
    await cell.far.perceives(cell.near, second);
    await cell.forget();
    await cell.arrives();
  },

  'closed and opened again': async (cell) => {
    await cell.call();
    for (const end of cell.ends) await end.do((lab, name) => lab.close(name), cell.name);
    cell.name = `${cell.name} again`;
    await cell.call();
  },

  'packets lost and sent again': async (cell) => {
    await cell.call();
    await Promise.all(networks.map((network) => network.lose(8)));
    try {
      await cell.near.do((lab, name) => lab.resends(name), cell.name);
      await cell.forget();
      await cell.arrives();
    } finally {
      await Promise.all(networks.map((network) => network.lose(0)));
    }
    await cell.forget();
    await cell.arrives();
  },
});
