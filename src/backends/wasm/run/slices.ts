// Work on a page's main thread, in slices of less than half a frame with a breath between them.

/** The longest that a slice may take, in milliseconds: half of a frame at sixty a second, less a margin. */
const longest = 5;

const channel = typeof MessageChannel === "undefined" ? null : new MessageChannel();
const waiting: (() => void)[] = [];
if (channel) {
  channel.port1.onmessage = () => waiting.shift()?.();
  (channel.port1 as { unref?: () => void }).unref?.();
}

/** Lets the page do whatever else it has to. Not through a timer: those are held back to four milliseconds. */
const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    if (!channel) return void setTimeout(resolve, 0);
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });

/** When the first slice of this turn of the event loop began; or −1 where the page has had its turn since. */
let turn = -1;

/** Begins a turn, which ends when the page comes by its own. */
function beginTurn(): void {
  turn = performance.now();
  void breathe().then(() => (turn = -1));
}

/**
 * Calls `work` with a number of portions, again and again, until it has done all that there are; the number follows from
 * how long the last ones took, and stays below `cap` where portions differ much. `work` tells how many are left. Many short
 * calls one after the other make way for the page like one long call.
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
