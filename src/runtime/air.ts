// Keeps long work responsive: chooses the number of steps of one call, and pauses so that pages draw and timers fire.

/** The duration that a call should have, in milliseconds: a page's frame at 60 a second. */
const target = 16;
/** The duration after which the next pause is due: a call that was meant to fill a frame may last a little less. */
export const due = 0.75 * target;

/**
 * Estimates the number of steps that fill {@link target} from the duration of earlier calls. The first call takes one
 * step and each following call at most eight times as many as the last, so that slow steps never pile up in one call.
 */
export class Pace {
  #most = 1;

  /** The number of steps to take now, of those that remain. */
  next(remaining: number): number {
    return Math.max(1, Math.min(remaining, this.#most));
  }

  /** Records the duration of a call of `steps` steps. */
  took(steps: number, milliseconds: number): void {
    // The clocks of browsers are coarse: a duration of 0 must not lead to an unbounded number of steps.
    const fitting = Math.floor((target / Math.max(milliseconds, 0.01)) * steps);
    this.#most = Math.max(1, Math.min(fitting, 8 * Math.max(steps, this.#most)));
  }
}

let last = -Infinity;

/**
 * Lets timers, input and drawing run, if about 16 ms have passed since they last did. It does not use a timer, since
 * nested timers of 0 ms wait 4 ms in browsers.
 */
export function breathe(): Promise<void> | undefined {
  const since = performance.now() - last;
  if (since >= 0 && since < due) return undefined;
  return macrotask().then(() => {
    last = performance.now();
  });
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
