// What the playground computes, in the worker: runs that are trained in slices of a frame, and their pictures.
import { transfer } from "comlink";
import { type Frame, type Limits, Run } from "./run.ts";
import type { Settings } from "./settings.ts";
import type { Walk } from "./walk.ts";

export type { Frame, Limits } from "./run.ts";

/** The time between two pictures, in milliseconds: a little less than a frame at 60 a second. */
const slice = 13;

let runs: Run[] = [];
let hasGradients = false;
let isPlaying = false;
let round = 0;
/** What a training waits for, while nobody can see it. */
let held: { readonly isOver: Promise<void>; readonly end: () => void } | undefined;

/** What is asked of the runs happens one after another. */
let queue: Promise<unknown> = Promise.resolve();
function inTurn<T>(act: () => Promise<T>): Promise<T> {
  const done = queue.then(act);
  queue = done.catch(() => undefined);
  return done;
}

const frames = async (): Promise<Frame[]> => {
  const shown: Frame[] = [];
  for (const run of runs) shown.push(await run.frame(hasGradients));
  return shown;
};

/** Frames whose numbers move to the page instead of being copied. */
const handed = (shown: Frame[]): Frame[] =>
  transfer(
    shown,
    shown.flatMap(({ maps, field, answers, weights, gradients, states, slopes }) =>
      [maps, field, answers, weights, gradients, states, slopes].map(({ buffer }) => buffer as ArrayBuffer),
    ),
  );

/** Prepares one run for each of the settings; a run whose settings changed keeps its weights where they fit. */
export function configure(all: readonly Settings[], limits: Limits, withGradients: boolean): Promise<Frame[]> {
  return inTurn(async () => {
    hasGradients = withGradients;
    const isNew = runs.length !== all.length;
    if (isNew) runs = await Promise.all(all.map((settings) => Run.begin(settings)));
    else for (const [i, settings] of all.entries()) await runs[i]!.change(settings);
    // Where one run begins anew, so do all.
    if (runs.some(({ epoch }) => epoch === 0)) for (const run of runs) if (run.epoch > 0) await run.reset();
    for (const run of runs) run.limits = limits;
    return handed(await frames());
  });
}

/** The runs begin anew. */
export function reset(): Promise<Frame[]> {
  return inTurn(async () => {
    for (const run of runs) await run.reset();
    return handed(await frames());
  });
}

/** Trains each run for so many epochs. */
export function step(epochs: number): Promise<Frame[]> {
  return inTurn(async () => {
    for (const run of runs) await run.advance(Infinity, epochs);
    return handed(await frames());
  });
}

/**
 * Trains until it is paused, a limit is reached, a loss is no longer finite, or `until` epochs are done (0: no such
 * end). Those are the epochs of a link, which are repeated beyond all limits. Shows the newest picture whenever the
 * page has drawn the one before. Answers with the last picture.
 */
export async function play(show: (shown: Frame[]) => Promise<void>, until: number): Promise<Frame[]> {
  isPlaying = true;
  const own = ++round;
  let isShowing = false;
  const goesOn = (): boolean => isPlaying && own === round;
  while (goesOn()) {
    if (held) await held.isOver;
    await inTurn(async () => {
      if (!goesOn()) return;
      const [first, second] = runs;
      const left = until > 0 ? until - (first?.epoch ?? until) : Infinity;
      if (!first || left <= 0) {
        isPlaying = false;
        return;
      }
      const before = first.epoch;
      await first.advance(second ? slice / 2 : slice, left, until === 0);
      // The second run takes as many epochs as the first, so that both can be compared.
      if (second) await second.advance(Infinity, first.epoch - before, until === 0);
      const shown = isShowing ? null : await frames();
      if (shown) {
        isShowing = true;
        void show(handed(shown)).finally(() => {
          isShowing = false;
        });
      }
      if (runs.some((run) => run.isOver)) isPlaying = false;
    });
    await new Promise<void>((resolve) => {
      // A message of its own lets those of the page in.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    });
  }
  return inTurn(async () => handed(await frames()));
}

/** Ends {@link play} after the slice that is under way. */
export function pause(): void {
  isPlaying = false;
  hold(false);
}

/** Lets {@link play} wait, or go on. */
export function hold(isHeld: boolean): void {
  held?.end();
  held = undefined;
  if (!isHeld) return;
  let end = (): void => undefined;
  const isOver = new Promise<void>((resolve) => {
    end = resolve;
  });
  held = { isOver, end };
}

/** The runs go back to the best weights that they have had. */
export function rewind(): Promise<Frame[]> {
  return inTurn(async () => {
    for (const run of runs) await run.rewind();
    return handed(await frames());
  });
}

/** Sets the weight of an edge, or the bias of a neuron (`from` −1), of the first run. */
export function setWeight(layer: number, from: number, to: number, value: number): Promise<Frame[]> {
  return inTurn(async () => {
    await runs[0]?.setWeight(layer, from, to, value);
    return handed(await frames());
  });
}

/** Follows a training point of the first run through its network. */
export function walk(example: number): Promise<Walk | null> {
  return inTurn(async () => runs[0]!.walk(example));
}

/** Takes one step of the first run along the gradient of the point of a walk. */
export function learn(walk: Walk): Promise<Frame[]> {
  return inTurn(async () => {
    await runs[0]!.learn(walk);
    return handed(await frames());
  });
}

/** The first run's model as a safetensors file. */
export function modelFile(): Promise<Uint8Array> {
  return inTurn(async () => runs[0]!.network.model.toBytes());
}

/** Lets go of everything, when the page is left. */
export function close(): Promise<void> {
  pause();
  return inTurn(async () => {
    runs = [];
  });
}
