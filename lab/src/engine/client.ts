// The page's side of the worker.
import { type Remote, wrap } from "comlink";
import type { Engines } from "./engines.ts";
import type { LabWorker } from "./worker.ts";

let worker: Remote<LabWorker> | undefined;
const opened = new Map<keyof Engines, Promise<unknown>>();

/** A page's engine; its functions are called as if they were here, and answer with promises. */
export function engine<Name extends keyof Engines>(name: Name): Promise<Remote<Engines[Name]>> {
  worker ??= wrap<LabWorker>(new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "nabla" }));
  if (!opened.has(name)) opened.set(name, worker.open(name));
  return opened.get(name) as Promise<Remote<Engines[Name]>>;
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
