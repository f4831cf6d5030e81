// The page's side of the worker.
import { type Remote, wrap } from "comlink";
import { partWords } from "../parts/words.ts";
import { notices } from "../state/notices.svelte.ts";
import type { Engines } from "./engines.ts";
import type { LabWorker } from "./worker.ts";

interface Started {
  readonly remote: Remote<LabWorker>;
  /** Is rejected if the worker's own files do not load. */
  readonly failure: Promise<never>;
}

let worker: Started | undefined;
const opened = new Map<keyof Engines, Promise<unknown>>();

function start(): Started {
  const thread = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "nabla" });
  const failure = new Promise<never>((_, reject) => {
    thread.addEventListener("error", ({ message }) => reject(new Error(message || "The worker did not load.")));
  });
  return { remote: wrap<LabWorker>(thread), failure };
}

/**
 * A page's engine; its functions are called as if they were here, and answer with promises. One that did not load is
 * loaded anew when it is asked for again.
 */
export function engine<Name extends keyof Engines>(name: Name): Promise<Remote<Engines[Name]>> {
  const known = opened.get(name);
  if (known) return known as Promise<Remote<Engines[Name]>>;
  worker ??= start();
  const opening: Promise<unknown> = Promise.race([worker.remote.open(name), worker.failure]);
  opened.set(name, opening);
  opening.catch(() => {
    opened.delete(name);
    // A worker that serves other pages goes on to.
    if (opened.size === 0) worker = undefined;
    notices.say(partWords.engineDidNotLoad);
  });
  return opening as Promise<Remote<Engines[Name]>>;
}

/**
 * Calls `ask` with the newest arguments only: while one answer is awaited, later calls replace one another. A picture
 * that follows a slider is computed as often as the engine can, and never lags behind.
 */
export function newestOnly<Args extends readonly unknown[], Answer>(
  ask: (...args: Args) => Promise<Answer>,
  show: (answer: Answer, ...args: Args) => void,
  fail: (error: unknown) => void = (error) => console.error(error),
): (...args: Args) => void {
  let waiting: Args | undefined;
  let isBusy = false;
  return async (...args) => {
    waiting = args;
    if (isBusy) return;
    isBusy = true;
    while (waiting) {
      const now: Args = waiting;
      waiting = undefined;
      try {
        show(await ask(...now), ...now);
      } catch (error) {
        fail(error);
      }
    }
    isBusy = false;
  };
}
