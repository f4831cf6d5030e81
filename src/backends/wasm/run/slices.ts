// Divides work on a page's main thread into slices of less than half a frame, with a turn of the event loop between
// them.

/** Longest slice in milliseconds: half a frame at 60 frames per second, less a margin. */
const longest = 5;

const channel = typeof MessageChannel === "undefined" ? null : new MessageChannel();
const waiting: (() => void)[] = [];
if (channel) {
  channel.port1.onmessage = () => waiting.shift()?.();
  (channel.port1 as { unref?: () => void }).unref?.();
}

/** Waits for a turn of the event loop. By a message, because browsers delay nested timers by four milliseconds. */
const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    if (!channel) return void setTimeout(resolve, 0);
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });

/** Start time of the first slice in this turn of the event loop; −1 if the event loop has turned since. */
let turn = -1;

/** Begins a turn, which ends with the next turn of the event loop. */
function beginTurn(): void {
  turn = performance.now();
  void breathe().then(() => (turn = -1));
}

/**
 * Calls `work` with a number of portions until none is left; `work` returns how many are. The number adapts to the time
 * that the last portions took, up to `cap`, for portions that differ much. Many short calls in a row share one turn, so
 * that together they give way to the page like one long call.
 */
export async function inSlices(portions: number, work: (most: number) => number, cap = Infinity): Promise<void> {
  let most = 1;
  for (let left = portions; left > 0; ) {
    if (turn < 0) beginTurn();
    else if (performance.now() - turn >= longest) {
      await breathe();
      beginTurn();
    }
    const start = performance.now();
    let spent = 0;
    while (left > 0 && start + spent - turn < longest) {
      const before = spent;
      left = work(Math.min(left, most));
      spent = performance.now() - start;
      const took = Math.max(1e-3, spent - before);
      most = Math.max(1, Math.min(cap, most * 4, Math.floor((most * longest) / 4 / took)));
    }
  }
}
