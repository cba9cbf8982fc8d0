/** Page side: waiting for what an event tells. */

export const PATIENCE = 45_000;

/**
 * @param {EventTarget} target @param {string} event
 * @param {() => boolean} holds @param {string} wanted
 */
export async function until(target, event, holds, wanted) {
  const end = performance.now() + PATIENCE;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`never seen: ${wanted}`);
    await new Promise((resolve) => {
      target.addEventListener(event, resolve, { once: true });
      setTimeout(resolve, end - performance.now());
    });
  }
}
