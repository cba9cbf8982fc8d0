/**
 * Held while this document lives: a port doesn't tell the worker that its other end is gone.
 * @param {'page' | 'popup'} kind
 */
export async function holdLock(kind) {
  const name = `sotto-${kind}-${crypto.randomUUID()}`;
  await new Promise((held) => {
    navigator.locks.request(name, () => {
      held(undefined);
      return new Promise(() => {});
    });
  });
  return name;
}
