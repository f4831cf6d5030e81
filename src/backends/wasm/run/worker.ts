// The main function of a worker thread, which holds programs and takes part in jobs. It is sent to workers as text.

/** The first message to a worker. */
export interface Start {
  readonly kind: "start";
  readonly memory: WebAssembly.Memory;
  /**
   * Byte addresses of the control block, and of this worker's two words in it: its state and the address of its own
   * memory.
   */
  readonly control: number;
  readonly state: number;
  readonly offsets: { readonly job: number; readonly program: number };
  /** True if this worker reports the end of a job. */
  readonly leads: boolean;
}

export type Message =
  | Start
  | { readonly kind: "program"; readonly program: number; readonly module: WebAssembly.Module }
  | { readonly kind: "forget"; readonly program: number }
  | { readonly kind: "run"; readonly program: number; readonly job: number };

/** An answer of a worker: job −1 once it has started; from the leading one also the result of `work` for each job. */
export interface Answer {
  readonly job: number;
  readonly status: number;
}

/** Must refer to nothing outside itself, because only its own text is sent. */
export function workerMain(): void {
  type Work = (control: number, job: number, own: number, limit: number) => number;
  interface Port {
    onmessage: (event: { data: Message }) => void;
    postMessage: (answer: Answer) => void;
  }
  const scope = globalThis as unknown as Port & {
    process?: { getBuiltinModule?: (name: string) => { parentPort: Port } };
  };
  const port = scope.process?.getBuiltinModule?.("node:worker_threads").parentPort ?? scope;
  const [idle, waiting, working] = [0, 1, 2];
  /**
   * Milliseconds that a worker waits for the next job before it returns to its event loop, from which waking costs a
   * message.
   */
  const lingering = 2;
  const programs = new Map<number, Work>();
  let start: Start;
  let words: Int32Array;

  const run = (program: number, job: number): void => {
    const work = programs.get(program);
    if (!work) return;
    Atomics.store(words, start.state >> 2, working);
    let status = 1;
    // The leading worker answers when nothing has moved for a while, so that the main thread can check that all are
    // alive.
    do status = work(start.control, job, Atomics.load(words, (start.state >> 2) + 1), 0);
    while (status === 1 && !start.leads);
    Atomics.store(words, start.state >> 2, waiting);
    if (start.leads) port.postMessage({ job, status });
  };

  const linger = (last: number): void => {
    const at = (start.control + start.offsets.job) >> 2;
    let seen = last;
    const ready = (): boolean =>
      Atomics.load(words, at) !== seen &&
      programs.has(Atomics.load(words, (start.control + start.offsets.program) >> 2));
    for (;;) {
      if (!ready()) {
        if (Atomics.wait(words, at, seen, lingering) === "timed-out") Atomics.store(words, start.state >> 2, idle);
        if (!ready()) break;
      }
      seen = Atomics.load(words, at);
      run(Atomics.load(words, (start.control + start.offsets.program) >> 2), seen);
    }
    Atomics.store(words, start.state >> 2, idle);
  };

  port.onmessage = ({ data }) => {
    if (data.kind === "start") {
      start = data;
      words = new Int32Array(data.memory.buffer);
      port.postMessage({ job: -1, status: 0 });
    } else if (data.kind === "forget") programs.delete(data.program);
    else if (data.kind === "program") {
      const { exports } = new WebAssembly.Instance(data.module, { nabla: { memory: start.memory } });
      programs.set(data.program, exports["work"] as Work);
    } else {
      run(data.program, data.job);
      if (start.leads) Atomics.store(words, start.state >> 2, idle);
      else linger(data.job);
    }
  };
}
