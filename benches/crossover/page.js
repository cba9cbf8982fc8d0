// Lets the driver ask the worker.

const { port } = new SharedWorker('worker.js', { type: 'module' });

/** @param {import('./worker.js').Task} task @returns {Promise<number>} milliseconds */
const take = (task) =>
  new Promise((resolve) => {
    port.onmessage = ({ data }) => resolve(data);
    port.postMessage(task);
  });

Object.assign(window, { take });
