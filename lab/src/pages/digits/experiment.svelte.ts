// The page's side of its engine: the digits, the network, its training so far, and what it says to the image on the
// pad.
import { proxy } from "comlink";
import { EngineMissing, engine, newestOnly } from "../../engine/client.ts";
import type { CurvePoint, Ending, Exam, Jump, News, Refusal } from "./engine.ts";
import type { Answer, LayerView } from "./inside.ts";
import { digitsFile, type Examples, pixelsPerDigit } from "./packed.ts";
import { isSameRun, type Settings } from "./settings.ts";

export type EpochNews = Extract<News, { readonly kind: "epoch" }>;
type Diverged = Extract<Ending, { readonly kind: "diverged" }>;

export class Experiment {
  digits = $state.raw<
    { readonly test: Examples; readonly trainCount: number; readonly kilobytes: number } | undefined
  >();
  layers = $state.raw<readonly LayerView[]>([]);
  parameters = $state(0);
  status = $state<"loading" | "ready" | "training" | "paused">("loading");
  failure = $state("");
  /** The epochs that the network has been trained for. */
  epochs = $state(0);
  /** The settings by which it was made; undefined for a network from a file. */
  made = $state.raw<Settings | undefined>();
  /** The name of the file from which it was opened. */
  file = $state("");
  exam = $state.raw<Exam | undefined>();
  steps = $state.raw<{ readonly epoch: number; readonly step: number; readonly steps: number } | undefined>();
  train = $state.raw<readonly CurvePoint[]>([]);
  test = $state.raw<readonly CurvePoint[]>([]);
  records = $state.raw<readonly EpochNews[]>([]);
  diverged = $state.raw<Diverged | undefined>();
  jump = $state.raw<Jump | undefined>();
  answer = $state.raw<Answer | undefined>();

  #isStarting = false;
  #image: Uint8Array<ArrayBufferLike> = new Uint8Array(pixelsPerDigit);
  readonly #ask = newestOnly(
    async (pixels: Uint8Array) => (await engine("digits")).answer(pixels),
    (answer) => (this.answer = answer),
    (error) => this.#fail(error),
  );

  get isBusy(): boolean {
    return this.status === "training" || this.status === "paused";
  }

  /** It has been trained, to no avail: no better than it was before, and about as good as guessing. */
  get isStuck(): boolean {
    if (this.isBusy || this.epochs === 0 || !this.exam) return false;
    return this.exam.accuracy < 0.2 && this.exam.loss >= this.test[0]!.loss;
  }

  #fail(error: unknown): void {
    // The lab says so itself, and offers to start it again.
    if (!(error instanceof EngineMissing && this.digits)) this.failure = (error as Error).message;
  }

  /** Fetches the digits and makes the first network, unless that is done or under way. */
  async start(settings: Settings): Promise<void> {
    if (this.digits || this.#isStarting) return;
    this.#isStarting = true;
    this.failure = "";
    try {
      const lab = await engine("digits");
      this.digits = await lab.load(new URL(digitsFile, document.baseURI).href);
      this.make(settings);
    } catch (error) {
      this.#fail(error);
    }
    this.#isStarting = false;
  }

  #take(view: { readonly layers: readonly LayerView[]; readonly parameters: number; readonly exam: Exam }): void {
    const { loss, accuracy } = view.exam;
    Object.assign(this, { layers: view.layers, parameters: view.parameters, exam: view.exam, epochs: 0 });
    Object.assign(this, { train: [], records: [], steps: undefined, diverged: undefined, jump: undefined });
    this.test = [{ x: 0, loss, accuracy }];
    if (this.status === "loading") this.status = "ready";
    this.look(this.#image);
  }

  readonly #make = newestOnly(
    async (settings: Settings) => (await engine("digits")).make(settings),
    (view, settings) => {
      this.made = settings;
      this.file = "";
      this.#take(view);
    },
    (error) => this.#fail(error),
  );

  /** Makes a new network. */
  make(settings: Settings): void {
    this.#make(settings);
  }

  /** Asks for the answers to another image. */
  look(pixels: Uint8Array): void {
    this.#image = pixels;
    if (this.layers.length > 0 || this.file) this.#ask(pixels);
  }

  async fit(settings: Settings): Promise<void> {
    if (this.isBusy) return;
    this.status = "training";
    this.diverged = undefined;
    this.failure = "";
    try {
      const lab = await engine("digits");
      if (this.made && !isSameRun(this.made, settings)) {
        this.#take(await lab.make(settings));
        this.made = settings;
      }
      const ending = await lab.train(
        settings,
        proxy((news: News) => this.#hear(news)),
      );
      if (ending.kind === "diverged") this.diverged = ending;
    } catch (error) {
      this.#fail(error);
    }
    this.status = "ready";
    this.steps = undefined;
    this.#ask(this.#image);
  }

  #hear(news: News): void {
    if (news.kind === "steps") {
      const { epoch, step, steps, points, jump } = news;
      this.steps = { epoch, step, steps };
      this.train = [...this.train, ...points];
      this.jump = jump;
    } else {
      this.epochs = news.epoch;
      this.exam = news.exam;
      this.records = [...this.records, news];
      this.test = [...this.test, { x: news.epoch, loss: news.exam.loss, accuracy: news.exam.accuracy }];
    }
    this.#ask(this.#image);
  }

  async pause(isPaused: boolean): Promise<void> {
    if (!this.isBusy) return;
    this.status = isPaused ? "paused" : "training";
    await (await engine("digits")).pause(isPaused);
  }

  async reset(settings: Settings): Promise<void> {
    await (await engine("digits")).stop();
    this.make(settings);
  }

  /** The page is left: a training waits until somebody lets it go on. */
  async leave(): Promise<void> {
    if (this.status === "training") await this.pause(true);
  }

  async save(): Promise<Uint8Array> {
    return (await engine("digits")).save();
  }

  /** Opens a network's file; gives the reason if it was not opened, and keeps what there was. */
  async open(file: File): Promise<Refusal | undefined> {
    const view = await (await engine("digits")).open(new Uint8Array(await file.arrayBuffer()));
    if ("refused" in view) return view;
    this.made = undefined;
    this.file = file.name;
    this.#take(view);
    return undefined;
  }
}
