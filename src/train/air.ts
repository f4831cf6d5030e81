// Coming up for air: the number of steps of one call, and the pause in which pages are drawn and timers fire.

/** The duration that a call should have, in milliseconds: a page's frame at 60 a second. */
const target = 16;
/** The duration after which the next pause is due: a call that was meant to fill a frame may last a little less. */
export const due = 0.75 * target;

/**
 * Estimates how many steps fill {@link target} from the duration of the last calls. The first call takes one step and each
 * following one at most eight times as many, so that a slow step is never met many at once.
 */
export class Pace {
  #most = 1;

  /** The number of steps to take now, of those that remain. */
  next(remaining: number): number {
    return Math.max(1, Math.min(remaining, this.#most));
  }

  /** Notes the duration of a call of `steps` steps. */
  took(steps: number, milliseconds: number): void {
    // Clocks of browsers are coarse; a step that seems to take no time takes at most eight times as long as was seen.
    const fitting = Math.floor((target / Math.max(milliseconds, 0.01)) * steps);
    this.#most = Math.max(1, Math.min(fitting, 8 * Math.max(steps, this.#most)));
  }
}

let last = -Infinity;

/**
 * Lets timers, input and drawing have their turn, if about 16 ms have passed since they last had. (A nested timer of 0 ms
 * would wait 4.)
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
