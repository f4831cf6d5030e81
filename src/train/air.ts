// Coming up for air: how many steps one call takes, and the pause in which pages are drawn and timers fire.

/** How long a call should last, in milliseconds: a page's frame at 60 a second. */
const target = 16;
/** A call that was meant to last that long may last a little less. */
const due = 0.75 * target;

/**
 * Finds how many steps fill {@link target} by what the last calls took. The first call takes one step and each
 * following one at most eight times as many, so that a slow step is never met many at once.
 */
export class Pace {
  #most = 1;

  /** How many steps to take now, of those that remain. */
  next(remaining: number): number {
    return Math.max(1, Math.min(remaining, this.#most));
  }

  /** Says that a call of `steps` steps took so long. */
  took(steps: number, milliseconds: number): void {
    // Clocks of browsers are coarse; a step that seems to take no time takes at most eight times as long as was seen.
    const fitting = Math.floor((target / Math.max(milliseconds, 0.01)) * steps);
    this.#most = Math.max(1, Math.min(fitting, 8 * Math.max(steps, this.#most)));
  }
}

let last = -Infinity;

/**
 * Lets everything else that waits have its turn, where about 16 ms have passed since it last did: timers, input,
 * drawing. (Timers of 0 ms would wait 4 when they are nested.)
 */
export async function breathe(): Promise<void> {
  const since = performance.now() - last;
  if (since >= 0 && since < due) return;
  await macrotask();
  last = performance.now();
}

function macrotask(): Promise<void> {
  if (typeof setImmediate === "function") return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
