// The page's side of the training: what is shown now, and what can be asked of the worker.
import { proxy, type Remote } from "comlink";
import { engine } from "../../engine/client.ts";
import type { Frame, Limits } from "./engine.ts";
import type { Settings } from "./settings.ts";
import type { Walk } from "./walk.ts";

type PlayEngine = Remote<typeof import("./engine.ts")>;

/** The losses of a run: epoch, training loss, test loss. */
export type LossRecord = readonly [epoch: number, train: number, test: number];

/** The most records that a curve keeps: beyond them every second one goes. */
const mostRecords = 500;
/** Curves are drawn so many milliseconds apart, since the eye cannot read them faster. */
const curvePause = 120;

const nextFrame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

export class Session {
  /** The newest picture of each run. */
  frames = $state.raw<readonly Frame[]>([]);
  isPlaying = $state(false);
  curves = $state.raw<readonly (readonly LossRecord[])[]>([]);
  /** Training steps and pictures a second, of the last second of playing. */
  speed = $state.raw<{ readonly steps: number; readonly frames: number } | undefined>(undefined);
  #records: LossRecord[][] = [];
  #drawn = 0;
  #since = { at: 0, steps: 0, frames: 0 };
  #isGone = false;
  #remote: PlayEngine | undefined;
  #played: Promise<unknown> = Promise.resolve();

  async #engine(): Promise<PlayEngine> {
    this.#remote = (await engine("playground")) as PlayEngine;
    return this.#remote;
  }

  #take(frames: readonly Frame[], isLast: boolean): void {
    const epoch = frames[0]?.epoch ?? 0;
    const isOther = this.#records.length !== frames.length;
    const isBack = (this.#records[0]?.at(-1)?.[0] ?? 0) > epoch;
    if (isOther || epoch === 0) this.#records = frames.map(() => []);
    else if (isBack) this.#records = this.#records.map((own) => own.filter(([at]) => at < epoch));
    frames.forEach(({ trainLoss, testLoss }, i) => {
      const own = this.#records[i]!;
      if (own.at(-1)?.[0] === epoch) own.pop();
      own.push([epoch, trainLoss, testLoss]);
      if (own.length > mostRecords) this.#records[i] = own.filter((_, k) => k % 2 === 0 || k > mostRecords - 20);
    });
    this.frames = frames;
    const now = performance.now();
    if (!isLast && now - this.#drawn < curvePause) return;
    this.#drawn = now;
    this.curves = this.#records.map((own) => [...own]);
  }

  #measure(steps: number): void {
    const now = performance.now();
    const { at, steps: before, frames } = this.#since;
    const seconds = (now - at) / 1000;
    this.#since.frames++;
    if (seconds < 1) return;
    if (at > 0 && seconds < 3 && steps > before)
      this.speed = { steps: (steps - before) / seconds, frames: frames / seconds };
    this.#since = { at: now, steps, frames: 0 };
  }

  async #ask(ask: (remote: PlayEngine) => Promise<unknown>): Promise<void> {
    const frames = (await ask(await this.#engine())) as Frame[];
    if (!this.#isGone) this.#take(frames, true);
  }

  configure(all: readonly Settings[], limits: Limits, hasGradients: boolean): Promise<void> {
    return this.#ask((remote) => remote.configure(all, limits, hasGradients));
  }

  /** Trains until it is paused or ends by itself; where `until` is not 0, to that epoch and beyond all limits. */
  play(until = 0): Promise<void> {
    if (this.isPlaying) return Promise.resolve();
    const playing = this.#play(until);
    this.#played = playing.catch(() => undefined);
    return playing;
  }

  async #play(until: number): Promise<void> {
    this.isPlaying = true;
    this.#since = { at: 0, steps: 0, frames: 0 };
    let hasEnded = false;
    const show = proxy(async (frames: Frame[]): Promise<void> => {
      await nextFrame();
      // The last picture may come while an older one still waits for its turn.
      if (this.#isGone || hasEnded) return;
      this.#take(frames, false);
      this.#measure(frames[0]?.steps ?? 0);
    });
    try {
      await this.#ask(async (remote) => {
        const last = await remote.play(show, until);
        hasEnded = true;
        return last;
      });
    } finally {
      this.isPlaying = false;
      hasEnded = true;
    }
  }

  async pause(): Promise<void> {
    await (await this.#engine()).pause();
  }

  /** Pauses, and waits until the training has come to its end. */
  async stop(): Promise<void> {
    if (!this.isPlaying) return;
    await this.pause();
    await this.#played;
  }

  /** Lets a training that plays wait, while nobody can see it. */
  async hold(isHeld: boolean): Promise<void> {
    if (this.isPlaying) await (await this.#engine()).hold(isHeld);
  }

  step(): Promise<void> {
    return this.#ask((remote) => remote.step(1));
  }

  reset(): Promise<void> {
    return this.#ask((remote) => remote.reset());
  }

  rewind(): Promise<void> {
    return this.#ask((remote) => remote.rewind());
  }

  setWeight(layer: number, from: number, to: number, value: number): Promise<void> {
    return this.#ask((remote) => remote.setWeight(layer, from, to, value));
  }

  async walk(example: number): Promise<Walk | null> {
    return (await this.#engine()).walk(example);
  }

  learn(walk: Walk): Promise<void> {
    return this.#ask((remote) => remote.learn(walk));
  }

  async modelFile(): Promise<Uint8Array> {
    return (await this.#engine()).modelFile();
  }

  /** Ends the training when the page is left. */
  async close(): Promise<void> {
    this.#isGone = true;
    // Not another engine, which was started after this one had ended.
    await this.#remote?.close();
  }
}
