// The page's side of the worker.
import { type Remote, wrap } from "comlink";
import { partWords } from "../parts/words.ts";
import { address } from "../state/address.svelte.ts";
import { notices } from "../state/notices.svelte.ts";
import type { Engines } from "./engines.ts";
import type { LabWorker } from "./worker.ts";

interface Started {
  readonly thread: Worker;
  readonly remote: Remote<LabWorker>;
  /** What rejects the answers that are awaited. */
  readonly waiting: Set<(reason: Error) => void>;
}

let worker: Started | undefined;
let losses = 0;

/** How many workers have been lost, with all that they held. */
export const lostWorkers = (): number => losses;

const opened = new Map<keyof Engines, Promise<unknown>>();

/** The engine did not load, or has ended: the lab says so itself, and how to go on. */
export class EngineMissing extends Error {}

function start(): Started {
  const name = `nabla ${crypto.randomUUID?.() ?? Math.random()}`;
  const thread = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name });
  const started: Started = { thread, remote: wrap<LabWorker>(thread), waiting: new Set() };
  thread.addEventListener("error", ({ message }) => {
    for (const reject of started.waiting) reject(new Error(message || "The worker did not load."));
  });
  // The browser says nothing when it ends a worker, to save memory or after a crash; but a lock that the worker holds
  // comes free.
  void answered(started, started.remote.live(name))
    .then((isHeld) => (isHeld ? navigator.locks.request(name, () => lost(started)) : undefined))
    .catch(() => undefined);
  return started;
}

function lost(ended: Started): void {
  if (worker !== ended) return;
  forget();
  notices.say(partWords.engineStopped, { label: partWords.startAgain, act: startAgain });
}

function forget(): void {
  const ended = worker;
  worker = undefined;
  losses++;
  opened.clear();
  ended?.thread.terminate();
  for (const reject of ended?.waiting ?? []) reject(new EngineMissing("The engine has stopped."));
}

/** A new worker, and the page anew from what its address says. */
function startAgain(): void {
  forget();
  address.reopen();
}

/** Says that something failed which nobody expected, and offers to start again. */
export function wentWrong(error: unknown): void {
  if (error instanceof EngineMissing) return;
  console.error(error);
  notices.say(partWords.wentWrong(String((error as Error)?.message ?? error)), {
    label: partWords.startAgain,
    act: startAgain,
  });
}

/** The answer, or the end of the worker, whichever comes first. */
function answered<T>({ waiting }: Started, answer: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    waiting.add(reject);
    answer.then(resolve, reject).finally(() => waiting.delete(reject));
  });
}

/** An engine whose answers do not stay away for ever when its worker ends. */
const guarded = (started: Started, remote: object): object =>
  new Proxy(remote, {
    get: (of, name) =>
      // A promise of an engine asks it whether it is one itself.
      name === "then" || typeof name === "symbol"
        ? undefined
        : (...args: unknown[]) =>
            answered(started, (of as Record<string, (...args: unknown[]) => Promise<unknown>>)[name]!(...args)),
  });

/**
 * A page's engine; its functions are called as if they were here, and answer with promises. One that did not load is
 * loaded anew when it is asked for again.
 */
export function engine<Name extends keyof Engines>(name: Name): Promise<Remote<Engines[Name]>> {
  const known = opened.get(name);
  if (known) return known as Promise<Remote<Engines[Name]>>;
  worker ??= start();
  const started = worker;
  const opening = answered(started, started.remote.open(name) as Promise<object>).then(
    (remote) => guarded(started, remote),
    (error: Error) => {
      if (error instanceof EngineMissing) throw error;
      opened.delete(name);
      // A worker that serves other pages goes on to.
      if (opened.size === 0) worker = undefined;
      notices.say(partWords.engineDidNotLoad);
      throw new EngineMissing(error.message);
    },
  );
  opened.set(name, opening);
  // Where nobody waits for it yet, it is told all the same.
  opening.catch(() => undefined);
  return opening as unknown as Promise<Remote<Engines[Name]>>;
}

/**
 * Calls `ask` with the newest arguments only: while one answer is awaited, later calls replace one another. A picture
 * that follows a slider is computed as often as the engine can, and never lags behind.
 */
export function newestOnly<Args extends readonly unknown[], Answer>(
  ask: (...args: Args) => Promise<Answer>,
  show: (answer: Answer, ...args: Args) => void,
  fail: (error: unknown) => void = wentWrong,
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
