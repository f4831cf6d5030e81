// The workers, which share the device's memory and a program's phases: starts them, and replaces those that die.
import { InterruptedRun } from "../../backend.ts";
import { control, deepestLoop, jobs, ticketBits, workerStates } from "./control.ts";
import { canShare, coreCount, isNode, mayBlock, node, serveIsolated } from "./environment.ts";
import type { DeviceMemory } from "./memory.ts";
import { inSlices } from "./slices.ts";
import { type Answer, type Message, workerMain } from "./worker.ts";

/** A program as the pool needs it. */
export interface SharedProgram {
  readonly number: number;
  readonly module: WebAssembly.Module;
  readonly work: (control: number, job: number, own: number, limit: number) => number;
  /** Address of the table with the number of units of each phase, and that number for the first phase. */
  readonly unitsAt: number;
  readonly firstUnits: number;
  readonly ownBytes: number;
  /** Cost of the most expensive unit, in simple vector instructions. */
  readonly unitWork: number;
}

/**
 * Most work between two looks at the clock on a page's main thread: about a millisecond. Units of one phase can cost a
 * thousand times those of the phase before, so that their number must not follow from the time that those took: four
 * units of a product of 1024³, after the packing of its columns, held a page for 8 ms beyond its slice.
 */
const mostAtATime = 4_000_000;

/** Number of a program's units that a page's main thread may execute between two looks at the clock. */
export const unitsAtATime = (unitWork: number): number => Math.max(1, Math.floor(mostAtATime / Math.max(1, unitWork)));

interface Thread {
  readonly post: (message: Message) => void;
  readonly stop: () => void;
  /** Called when the worker has died. */
  readonly died: () => void;
  /** Programs that the worker has. */
  readonly knows: Set<number>;
  readonly index: number;
  /** True after its first message. A worker that could not be started never sends one. */
  started: boolean;
  dead: boolean;
}

/** The pool as the workers need it: the number of threads and the address of each one's memory, the caller's first. */
interface Threads {
  size: number;
  readonly own: { readonly addresses: readonly number[] };
}

/** Number of failed starts in a row after which no more workers are tried. */
const mostAttempts = 3;

/** Milliseconds without progress after which the workers of a page count as dead: browsers do not report a death. */
const silence = 30_000;

export class Workers {
  readonly #memory: DeviceMemory;
  readonly #control: number;
  readonly #pool: Threads;
  #threads: Thread[] = [];
  #job = 0;
  #answer: ((answer: Answer) => void) | null = null;
  #deaths = 0;
  /** Number of jobs in a row for which a worker could not be started, and the reason of the last failure. */
  #failures = 0;
  #reason = "";
  /** True if a worker could not be started for this job, so that the caller does its share. */
  #alone = false;
  #saidSo = false;

  constructor(memory: DeviceMemory, controlBlock: number, pool: Threads) {
    this.#memory = memory;
    this.#control = controlBlock;
    this.#pool = pool;
  }

  get #words(): Int32Array {
    return new Int32Array(this.#memory.memory.buffer);
  }

  /** Forgets failures to start, so that the next job tries again. */
  tryAgain(): void {
    this.#failures = 0;
  }

  /** Runs a job. The pool has reserved the memory of each thread before. */
  async run(program: SharedProgram, steps: number, arena: number, variables: number): Promise<void> {
    const [caller, ...own] = this.#pool.own.addresses;
    if (caller === undefined) throw new Error("expected the pool to have reserved memory");
    this.#alone = !canShare || (!mayBlock && this.#failures >= mostAttempts);
    const workers = this.#staff(this.#alone ? 0 : mayBlock ? this.#pool.size - 1 : this.#pool.size);
    if (!canShare && !mayBlock && coreCount() > 1)
      this.#say(
        "nabla: one thread computes, as this page is not isolated from other origins. " +
          `${serveIsolated}, and all cores do.`,
      );
    const job = (this.#job = (this.#job + 1) % jobs || 1);
    const words = this.#words;
    const at = this.#control >> 2;
    words[at + (control.steps >> 2)] = steps;
    words[at + (control.arena >> 2)] = arena;
    words[at + (control.variables >> 2)] = variables;
    words[at + (control.units >> 2)] = program.unitsAt;
    words.fill(0, at + (control.counters >> 2), at + (control.counters >> 2) + deepestLoop);
    Atomics.store(words, at + (control.left >> 2), program.firstUnits);
    for (const { index } of workers) words[this.#stateOf(index) / 4 + 1] = own[index]!;
    Atomics.store(
      new BigInt64Array(this.#memory.memory.buffer),
      this.#control / 8,
      BigInt(job) << BigInt(ticketBits.job),
    );
    for (const thread of workers) {
      if (thread.knows.has(program.number)) continue;
      thread.knows.add(program.number);
      thread.post({ kind: "program", program: program.number, module: program.module });
    }
    Atomics.store(words, at + (control.program >> 2), program.number);
    Atomics.store(words, at + (control.job >> 2), job);
    Atomics.notify(words, at + (control.job >> 2));
    const deaths = this.#deaths;
    workers.forEach((thread, i) => {
      const leads = !mayBlock && i === 0;
      if (leads || Atomics.load(words, this.#stateOf(thread.index) / 4) === workerStates.idle)
        thread.post({ kind: "run", program: program.number, job });
    });
    for (;;) {
      if (!mayBlock && workers.every(({ dead }) => dead))
        return inSlices(
          Infinity,
          (most) => (program.work(this.#control, job, caller, most) === 0 ? 0 : Infinity),
          unitsAtATime(program.unitWork),
        );
      const status = mayBlock ? program.work(this.#control, job, caller, 0) : await this.#answerOf(job);
      if (status === 0) return;
      if (mayBlock) await new Promise((resolve) => setTimeout(resolve, 0));
      if (this.#deaths > deaths) return this.#abandon(workers.length);
      if (!mayBlock) workers.find(({ dead }) => !dead)?.post({ kind: "run", program: program.number, job });
    }
  }

  /** Prints a remark on the threads, once per pool. */
  #say(what: string): void {
    if (!this.#saidSo) console.info(what);
    this.#saidSo = true;
  }

  /** Ends a job that is in an unknown state. */
  async #abandon(count: number): Promise<never> {
    this.#job++;
    Atomics.store(
      new BigInt64Array(this.#memory.memory.buffer),
      this.#control / 8,
      BigInt(this.#job) << BigInt(ticketBits.job),
    );
    while (this.#threads.some((t) => Atomics.load(this.#words, this.#stateOf(t.index) / 4) === workerStates.working))
      await new Promise((resolve) => setTimeout(resolve, 1));
    throw new InterruptedRun(
      `one of ${count} worker threads died in the middle of a step. ` +
        "Variables assigned by this step are now undefined: set them again, or load them.",
    );
  }

  /** The answer of the leading worker. If nothing moves for long, the workers count as dead and the answer is 1. */
  #answerOf(job: number): Promise<number> {
    return new Promise((resolve) => {
      const ticket = (): bigint => Atomics.load(new BigInt64Array(this.#memory.memory.buffer), this.#control / 8);
      let last = ticket();
      const watch = setInterval(() => {
        const now = ticket();
        if (now === last) for (const { died } of this.#threads) died();
        last = now;
      }, silence);
      this.#answer = (answer) => {
        if (answer.job !== job) return;
        clearInterval(watch);
        resolve(answer.status);
      };
    });
  }

  /** Starts or stops workers so that there are `count`, and returns those that are alive. */
  #staff(count: number): Thread[] {
    this.#threads = this.#threads.filter((thread) => !thread.dead);
    for (const thread of this.#threads.splice(count)) {
      // A worker that is stopped before its first message has not failed to start.
      thread.dead = true;
      thread.stop();
    }
    try {
      for (let index = 0; this.#threads.length < count; index++) {
        if (this.#threads.every((thread) => thread.index !== index)) this.#threads.push(this.#spawn(index));
      }
    } catch (error) {
      this.#failToStart(error);
    }
    return this.#threads.filter((thread) => !thread.dead);
  }

  #stateOf(index: number): number {
    return this.#control + control.workers + 64 * index;
  }

  #spawn(index: number): Thread {
    const text = `(${workerMain})()`;
    const state = this.#stateOf(index);
    this.#words[state / 4] = workerStates.idle;
    const died = (reason?: unknown): void => {
      if (thread.dead) return;
      thread.dead = true;
      thread.stop();
      // Its first message may still be under way when it dies at work.
      const worked = Atomics.exchange(this.#words, state / 4, workerStates.idle) !== workerStates.idle;
      if (thread.started || worked) this.#deaths++;
      else this.#failToStart(reason);
      this.#answer?.({ job: this.#job, status: 1 });
    };
    const said = (answer: Answer): void => {
      thread.started = true;
      if (this.#threads.every((other) => other.started)) this.#failures = 0;
      this.#answer?.(answer);
    };
    const thread: Thread = {
      ...(isNode ? this.#nodeWorker(text, said, died) : this.#webWorker(text, said, died)),
      died,
      knows: new Set(),
      index,
      started: false,
      dead: false,
    };
    const leads = !mayBlock && index === 0;
    thread.post({
      kind: "start",
      memory: this.#memory.memory,
      control: this.#control,
      state,
      offsets: { job: control.job, program: control.program },
      leads,
    });
    return thread;
  }

  /** The job goes on without the worker. The next jobs try again, {@link mostAttempts} times in all. */
  #failToStart(reason: unknown): void {
    if (this.#alone) return;
    this.#alone = true;
    // A page's main thread may not wait for a worker's unit, so that it does the whole job.
    if (!mayBlock) for (const { died } of this.#threads) died();
    const message = (reason as { message?: unknown } | undefined)?.message;
    if (typeof message === "string" && message) this.#reason = ` (${message})`;
    if (++this.#failures < mostAttempts) return;
    if (mayBlock) this.#pool.size = 1 + this.#threads.filter(({ started, dead }) => started && !dead).length;
    this.#say(
      isNode
        ? `nabla: a worker thread could not be started${this.#reason}, ` +
            `so that ${this.#pool.size === 1 ? "one thread computes" : `${this.#pool.size} threads compute`}. ` +
            "Is a limit on memory or processes too low? setThreads(n) tries again; NABLA_THREADS=1 asks for none."
        : "nabla: worker threads cannot be started here (a page's Content-Security-Policy needs worker-src blob:), " +
            "so that one thread computes.",
    );
  }

  #nodeWorker(
    text: string,
    said: (answer: Answer) => void,
    died: (reason?: unknown) => void,
  ): Pick<Thread, "post" | "stop"> {
    const { Worker } = node!.getBuiltinModule!("node:worker_threads");
    const worker = new Worker(text, { eval: true, execArgv: [] });
    worker.on("message", said);
    worker.on("error", died);
    worker.on("exit", () => died());
    // Idle workers must not keep the process alive.
    worker.unref();
    return { post: (message) => worker.postMessage(message), stop: () => void worker.terminate() };
  }

  #webWorker(
    text: string,
    said: (answer: Answer) => void,
    died: (reason?: unknown) => void,
  ): Pick<Thread, "post" | "stop"> {
    const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    const worker = new Worker(url);
    worker.onerror = died;
    worker.onmessage = ({ data }) => said(data as Answer);
    return { post: (message) => worker.postMessage(message), stop: () => worker.terminate() };
  }

  /** Makes the workers drop a program. */
  forget(program: number): void {
    for (const thread of this.#threads) if (thread.knows.delete(program)) thread.post({ kind: "forget", program });
  }
}
