// Shuffles elements that come one after another through a window of bounded size.
import { hostRandom } from "../../random.ts";
import { type Stage, streamed } from "./stage.ts";

const blockSize = 64;

/**
 * Each element that comes takes the place of a random one of the `window` elements that wait, which is given out
 * instead; at the end those that wait come in random order. An element thus comes at most `window` places early.
 */
export function shuffledInWindow<T>(stage: Stage<T>, window: number, seed: number): Stage<T> {
  return streamed(stage.size, async function* (epoch) {
    const random = hostRandom(seed, epoch);
    const waiting: T[] = [];
    let out: T[] = [];
    for await (const block of stage.blocks(epoch)) {
      for (const element of block) {
        if (waiting.length < window) {
          waiting.push(element);
          continue;
        }
        const i = random.below(window);
        out.push(waiting[i]!);
        waiting[i] = element;
      }
      if (out.length === 0) continue;
      yield out;
      out = [];
    }
    for (let left = waiting.length; left > 0; left--) {
      const i = random.below(left);
      out.push(waiting[i]!);
      waiting[i] = waiting[left - 1]!;
      if (out.length < blockSize && left > 1) continue;
      yield out;
      out = [];
    }
  });
}
