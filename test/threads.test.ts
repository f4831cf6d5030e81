// Several threads: the same bits with any number of them, and what happens when one of them dies.
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { control, deepestLoop, workerStates } from "../src/backends/wasm/run/control.ts";
import { DeviceMemory } from "../src/backends/wasm/run/memory.ts";
import { ThreadPool } from "../src/backends/wasm/run/threads.ts";
import type { SharedProgram } from "../src/backends/wasm/run/workers.ts";
import {
  ArgumentError,
  compile,
  gradients,
  NablaError,
  scan,
  setBackend,
  setThreads,
  type Tensor,
  tensor,
  variable,
  zeros,
} from "../src/index.ts";
import { backend } from "../src/runtime/device.ts";

const threading = process.getBuiltinModule("node:worker_threads") as {
  Worker: new (...args: any[]) => { terminate(): Promise<number>; once(event: string, listener: () => void): void };
};
const { Worker } = threading;

/** The workers that have been started, the latest last. */
const workers: InstanceType<typeof Worker>[] = [];
/** Those that have said that they are there. */
const ready = new Set<object>();

beforeAll(() => {
  threading.Worker = class extends Worker {
    constructor(...args: any[]) {
      super(...args);
      workers.push(this);
      this.once("message", () => ready.add(this));
    }
  };
});
afterAll(() => {
  threading.Worker = Worker;
});
afterEach(() => setThreads(2));

const noise = (shape: readonly number[], seed: number): Tensor => {
  let state = seed;
  const next = (): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32 - 0.5;
  return tensor(Float32Array.from({ length: shape.reduce((n, m) => n * m, 1) }, next), { shape });
};

const module = new WebAssembly.Module(Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
const done: SharedProgram = { number: 1, module, unitsAt: 0, firstUnits: 1, ownBytes: 64, unitWork: 0, work: () => 0 };

/**
 * A training step with products of several shapes, a convolution, rows, columns, a scatter and an update; large enough
 * to be shared.
 */
function training() {
  const images = variable(noise([24, 14, 15, 3], 1));
  const kernel = variable(noise([3 * 3 * 3, 20], 2));
  const dense = variable(noise([12 * 13 * 20, 37], 3).mul(0.05));
  const table = variable(noise([11, 37], 4));
  const places = tensor(Int32Array.from({ length: 24 }, (_, i) => (i * i) % 11));
  const step = compile(() => {
    const windows = images.value
      .slidingWindow(1, 3)
      .slidingWindow(2, 3)
      .transpose([0, 1, 2, 4, 5, 3])
      .reshape([24, 12, 13, 27]);
    const features = windows
      .matmul(kernel.value)
      .tanh()
      .reshape([24, 12 * 13 * 20]);
    const scores = features.matmul(dense.value).add(table.value.take(places));
    const shifted = scores.sub(scores.max(1, { keepDims: true }));
    const loss = shifted
      .sub(shifted.exp().sum(1, { keepDims: true }).log())
      .square()
      .mean();
    const parameters = [kernel, dense, table];
    gradients(loss, parameters).forEach((g, i) => parameters[i]!.assign(parameters[i]!.value.sub(g.mul(0.01))));
    return loss;
  });
  const state = async (): Promise<unknown[]> =>
    Promise.all([kernel, dense, table].map(async (v) => [...new Uint32Array((await v.data()).slice().buffer)]));
  return { step, state };
}

test("one, two, three and four threads give the same bits", async () => {
  const runs: unknown[] = [];
  for (const threads of [1, 2, 3, 4]) {
    setThreads(threads);
    expect(backend().capabilities.threads).toBe(threads);
    const { step, state } = training();
    const loss = await (await step.repeat(7)).item();
    await step.repeat(5);
    runs.push([loss, await state()]);
  }
  expect(runs[0]).toEqual([expect.any(Number), expect.any(Array)]);
  for (const run of runs.slice(1)) expect(run).toEqual(runs[0]);
  expect(workers.length).toBeGreaterThanOrEqual(3);
});

test("loops in loops, repeated, give the bits of one thread", async () => {
  const xs = noise([4, 64, 96], 7);
  const states: number[][] = [];
  for (const threads of [1, 2, 3]) {
    setThreads(threads);
    const w = variable(noise([96, 96], 8).mul(0.2));
    const step = compile(() => {
      const [last] = scan(
        (outer: Tensor, x: Tensor) => {
          const [inner] = scan((h: Tensor) => [h.matmul(w.value).tanh(), null], outer.add(x), null, { length: 3 });
          return [inner, null];
        },
        zeros([64, 96]),
        xs,
      );
      w.assign(w.value.add(last.transpose().matmul(last).mul(1e-3)));
    });
    await step.repeat(3);
    states.push([...new Uint32Array((await w.data()).slice().buffer)]);
  }
  expect(states[1]).toEqual(states[0]);
  expect(states[2]).toEqual(states[0]);
});

test("many short jobs of several programs, one after the other", async () => {
  setThreads(3);
  const a = training();
  const b = compile((x: Tensor, y: Tensor) => x.matmul(y).tanh().sum(0));
  const [x, y] = [noise([150, 70], 5), noise([70, 90], 6)];
  const first = [...(await (await b(x, y)).data())];
  for (let i = 0; i < 200; i++) {
    if (i % 20 === 0) await a.step();
    expect([...(await (await b(x, y)).data())]).toEqual(first);
  }
});

test("a worker that dies ends the step with an error, and the next step works", async () => {
  const pool = new ThreadPool(new DeviceMemory(true), 2);
  const asked: number[] = [];
  // A job of which one unit never gets done: the caller finds nothing to do, again and again.
  const program = (answer: (times: number) => number): SharedProgram => ({
    number: 1,
    module,
    unitsAt: 0,
    firstUnits: 1,
    ownBytes: 64,
    unitWork: 0,
    work: () => answer(asked.push(0)),
  });
  await pool.run(
    program(() => 0),
    1,
    0,
    0,
  );
  const first = workers.at(-1)!;
  await vi.waitFor(() => expect(ready).toContain(first), { timeout: 20_000 });
  const lost = pool.run(
    program((times) => {
      if (times === 3) void first.terminate();
      return 1;
    }),
    1,
    0,
    0,
  );
  await expect(lost).rejects.toThrow(NablaError);
  await expect(lost).rejects.toThrow(/worker threads died/);
  expect(asked.length).toBeGreaterThanOrEqual(3);
  await pool.run(
    program(() => 0),
    1,
    0,
    0,
  );
  expect(workers.at(-1)).not.toBe(first);
});

/** Runs `body` where workers fail to start as `Broken` does; gives what the console was told. */
async function withWorkers(Broken: unknown, body: () => Promise<void>): Promise<string[]> {
  const info = vi.spyOn(console, "info").mockImplementation(() => undefined);
  const normal = threading.Worker;
  threading.Worker = Broken as typeof normal;
  try {
    await body();
    return info.mock.calls.map(([line]) => line as string);
  } finally {
    threading.Worker = normal;
    info.mockRestore();
  }
}

/** Dies before it has said a word. */
class Stillborn {
  readonly #listeners: Record<string, (reason?: Error) => void> = {};
  constructor() {
    queueMicrotask(() => {
      this.#listeners["error"]?.(new Error("no room for a thread"));
      this.#listeners["exit"]?.();
    });
  }
  on(event: string, listener: () => void): void {
    this.#listeners[event] = listener;
  }
  unref(): void {}
  postMessage(): void {}
  terminate(): void {}
}

test.each([
  [
    "cannot be made",
    class {
      constructor() {
        throw new Error("no room for a thread");
      }
    },
  ],
  ["dies before its first word", Stillborn],
])("where a worker %s, one thread goes on, tries again twice, and says so once", async (_, Broken) => {
  const pool = new ThreadPool(new DeviceMemory(true), 3);
  const tries: number[] = [];
  const Counted = class extends (Broken as new () => object) {
    constructor() {
      tries.push(pool.size);
      super();
    }
  };
  const said = await withWorkers(Counted, async () => {
    for (let i = 0; i < 6; i++) {
      await pool.run(done, 1, 0, 0);
      await new Promise((resolve) => setTimeout(resolve, 1));
      expect(pool.size).toBe(i < 2 ? 3 : 1);
    }
  });
  expect(said).toEqual([
    "nabla: a worker thread could not be started (no room for a thread), so that one thread computes. Is a limit " +
      "on memory or processes too low? setThreads(n) tries again; NABLA_THREADS=1 asks for none.",
  ]);
  const before = workers.length;
  await pool.run(done, 1, 0, 0);
  expect(workers.length).toBe(before);
  pool.resize(2);
  await pool.run(done, 1, 0, 0);
  expect(workers.length).toBe(before + 1);
  expect(pool.size).toBe(2);
});

test("a worker that dies at work before its first word is heard ends the job with an error", async () => {
  const pool = new ThreadPool(new DeviceMemory(true), 2);
  class Sudden extends Stillborn {
    override postMessage(message?: { kind: string; state: number; memory: WebAssembly.Memory }): void {
      if (message?.kind === "start") new Int32Array(message.memory.buffer)[message.state / 4] = workerStates.working;
    }
  }
  await withWorkers(Sudden, async () => {
    let asked = 0;
    const lost = pool.run({ ...done, work: () => (asked++ < 5 ? 1 : 0) }, 1, 0, 0);
    await expect(lost).rejects.toThrow(/worker threads died/);
  });
});

test("memory of their own that does not fit leaves room for what does", () => {
  const pool = new ThreadPool(new DeviceMemory(true), 2);
  expect(() => pool.reserve(2 ** 33, 3)).toThrow(/out of memory/);
  expect(pool.reserve(64, 3)).toBeGreaterThan(0);
});

test("a job finds nothing that an abandoned one has left in the counters of loops", async () => {
  const memory = new DeviceMemory(true);
  const pool = new ThreadPool(memory, 1);
  const seen: number[] = [];
  const work = (at: number): number => {
    const counters = new Int32Array(memory.memory.buffer, at + control.counters, deepestLoop);
    seen.push(counters[0]!, counters[deepestLoop - 1]!);
    counters.fill(7);
    return 0;
  };
  for (let i = 0; i < 2; i++) await pool.run({ ...done, work }, 1, 0, 0);
  expect(seen).toEqual([0, 0, 0, 0]);
});

test("a worker that fails to start once is replaced with the next job, without a word", async () => {
  const pool = new ThreadPool(new DeviceMemory(true), 2);
  const said = await withWorkers(Stillborn, async () => {
    await pool.run(done, 1, 0, 0);
    await new Promise((resolve) => setTimeout(resolve, 1));
  });
  const before = workers.length;
  await pool.run(done, 1, 0, 0);
  expect(workers.length).toBe(before + 1);
  expect([pool.size, said]).toEqual([2, []]);
});

test("threads that die while they have nothing to do are replaced without a word", async () => {
  setThreads(2);
  const one = training();
  await one.step.repeat(3);
  await Promise.all(workers.map((worker) => worker.terminate()));
  const other = training();
  await other.step.repeat(3);
  expect(await other.state()).toEqual(await one.state());
});

test("a number of threads that makes no sense is refused", () => {
  for (const count of [0, -1, 1.5, 1000, NaN]) expect(() => setThreads(count)).toThrow(ArgumentError);
  setBackend("reference");
  expect(() => setThreads(2)).toThrow(/expected 1 on the reference backend, got 2/);
  setBackend("wasm");
});
