// Long drawing that leaves time for signals.

/** After so many milliseconds the event loop turns. */
const longest = 50;

/**
 * The results of `make` for 0, 1, … count − 1. The event loop turns every now and then, so that Ctrl-C is heard.
 */
export async function inTurns<T>(count: number, make: (index: number) => T): Promise<T[]> {
  const made: T[] = [];
  let last = performance.now();
  for (let i = 0; i < count; i++) {
    made.push(make(i));
    if (performance.now() - last < longest) continue;
    await new Promise<void>((resolve) => setImmediate(resolve));
    last = performance.now();
  }
  return made;
}
