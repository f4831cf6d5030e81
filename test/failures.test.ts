// One mistake stays one mistake: an error costs the one who made it, and the next computation works.
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Backend, InterruptedRun, type Program } from "../src/backends/backend.ts";
import {
  compile,
  grad,
  NablaError,
  ones,
  ShapeError,
  scan,
  setBackend,
  sort,
  type Tensor,
  tensor,
  type Variable,
  variable,
  vmap,
  zeros,
} from "../src/index.ts";
import { backend } from "../src/runtime/device.ts";

const unhandled: unknown[] = [];
process.on("unhandledRejection", (error) => unhandled.push(error));

afterEach(async () => {
  vi.restoreAllMocks();
  setBackend("wasm");
  await expectHealthy();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(unhandled.splice(0)).toEqual([]);
});

const bystander = variable([1, 2], { name: "bystander" });
const add = compile((x: Tensor) => {
  bystander.assign(bystander.value.add(x));
  return bystander.value.sum();
});

/** Eager, compiled and assigned values of somebody who has made no mistake. */
async function expectHealthy(): Promise<void> {
  bystander.assign([3, 4]);
  expect(await tensor([1, 2]).add(bystander).array()).toEqual([4, 6]);
  expect(await (await add(1)).item()).toBe(9);
  expect(await bystander.array()).toEqual([4, 5]);
}

/** A tensor that has no numbers: an argument of a function that was traced, leaked. */
async function leaked(): Promise<Tensor> {
  let inside: Tensor | undefined;
  await compile((x: Tensor) => {
    inside = x;
    return x;
  })([1, 2]);
  return inside!;
}

/** Too large for any WebAssembly memory. */
const huge = (): Tensor => zeros([40_000, 40_000]).add(1);

/** Makes the backend calls fail for which `isIt` holds. */
function failing(how: Partial<Record<keyof Backend | "run", (argument: any) => boolean>>): void {
  const real = backend();
  const error = () => new NablaError("no room");
  const compileReally = real.compile.bind(real);
  const runs = how.run;
  vi.spyOn(real, "compile").mockImplementation(async (graph) => {
    if (how.compile?.(graph)) throw error();
    const program = await compileReally(graph);
    if (!runs?.(graph)) return program;
    const run: Program["run"] = async () => {
      throw error();
    };
    return { run, profile: run as never, describe: () => program.describe(), free: () => program.free() };
  });
  for (const name of ["allocate", "read", "write"] as const) {
    const method = real[name].bind(real) as (...args: any[]) => any;
    vi.spyOn(real, name).mockImplementation(((...args: any[]) => {
      if (!how[name]?.(args[0])) return method(...args);
      if (name === "read") return Promise.reject(error());
      throw error();
    }) as never);
  }
}

describe("a variable that is made inside of a traced function", () => {
  test("of an argument is refused, by name, and harms nobody", async () => {
    const f = compile((x: Tensor) => variable(x.mul(2), { name: "inner" }).value);
    for (let i = 0; i < 3; i++) {
      await expect(f([1])).rejects.toThrow(/the initial value of inner depends on an argument.*outside/);
      await expectHealthy();
    }
  });

  test("of a constant or of another variable works", async () => {
    const w = variable([5, 6]);
    const made: Variable[] = [];
    const f = compile((x: Tensor) => {
      made.push(variable(ones([2]).mul(3)), variable(w.value));
      return x.add(made[0]!.value).add(made[1]!.value);
    });
    expect(await (await f([1, 1])).array()).toEqual([9, 10]);
  });
});

describe("an assignment whose value cannot be computed", () => {
  test("a failed assignment leaves a first value that nobody had read", async () => {
    const w = variable([7, 8], { name: "early" });
    w.assign(sort(zeros([1.5e9]).add(1)).at([0, 2]));
    await expect(w.array()).rejects.toThrow(/early/);
    expect(await w.array()).toEqual([7, 8]);
    w.assign(w.value.add(1));
    w.assign(w.value.mul(2));
    expect(await w.array()).toEqual([16, 18]);
  });

  test("is told to who reads the variable, by name, and dropped", async () => {
    const w = variable([7, 8], { name: "bias" });
    await w.data();
    w.assign(await leaked());
    await expectHealthy();
    await expect(w.data()).rejects.toThrow(/bias keeps its earlier value.*no numbers/s);
    expect(await w.array()).toEqual([7, 8]);
    w.assignAdd(1);
    expect(await w.array()).toEqual([8, 9]);
  });

  test("is told whether or not somebody else computed something in between", async () => {
    for (const between of [false, true]) {
      const w = variable([7, 8], { name: "bias" });
      await w.data();
      w.assign(await leaked());
      const read = w.value.mul(2);
      if (between) await expectHealthy();
      await expect(read.data()).rejects.toThrow(/bias keeps its earlier value/);
      await expect(read.data()).rejects.toThrow(NablaError);
      expect(await w.array()).toEqual([7, 8]);
    }
  });

  test("is told to a compiled function that reads the variable, once", async () => {
    const w = variable([7, 8], { name: "bias" });
    const f = compile((x: Tensor) => w.value.add(x));
    await f([1, 1]);
    w.assign(await leaked());
    await expectHealthy();
    await expect(f([1, 1])).rejects.toThrow(/bias keeps its earlier value/);
    expect(await (await f([1, 1])).array()).toEqual([8, 9]);
  });

  test("does not stop one that only overwrites it", async () => {
    const w = variable([7, 8]);
    const f = compile((x: Tensor) => w.assign(x));
    w.assign(await leaked());
    await f([1, 1]);
    expect(await w.array()).toEqual([1, 1]);
  });

  test("drops no assignment that was made after it", async () => {
    const w = variable([7, 8]);
    const f = compile(() => w.value.sum());
    await f();
    w.assign(await leaked());
    await expectHealthy();
    const told = f();
    w.assign([9, 9]);
    await expect(told).rejects.toThrow(/keeps its earlier value/);
    expect(await w.array()).toEqual([9, 9]);
  });

  test("is forgotten with the next assignment", async () => {
    const w = variable([7, 8]);
    w.assign(await leaked());
    await expectHealthy();
    w.assign([1, 2]);
    expect(await compile(() => w.value.sum())().then((y) => y.item())).toBe(3);
    expect(await w.array()).toEqual([1, 2]);
  });

  test("keeps a variable without a value where it is the first", async () => {
    const w = variable(await leaked(), { name: "first" });
    await expectHealthy();
    for (let i = 0; i < 2; i++) await expect(w.data()).rejects.toThrow(/first has no value/);
    const f = compile(() => w.value.add(1));
    for (let i = 0; i < 2; i++) await expect(f()).rejects.toThrow(/first has no value/);
    w.assign([1, 2]);
    expect(await (await f()).array()).toEqual([2, 3]);
    expect(await w.array()).toEqual([1, 2]);
  });

  test("costs the others of the same program nothing, whatever they read of each other", async () => {
    const [a, b, bad] = [variable([1, 2]), variable([3, 4]), variable([5, 6], { name: "bad" })];
    await Promise.all([a.data(), b.data(), bad.data()]);
    const old = a.value;
    a.assign(b.value);
    b.assign(old);
    bad.assign(await leaked());
    expect(await tensor([1]).add(1).array()).toEqual([2]);
    expect([await a.array(), await b.array()]).toEqual([
      [3, 4],
      [1, 2],
    ]);
    await expect(bad.data()).rejects.toThrow(/bad keeps/);
    expect([await bad.array(), await old.array()]).toEqual([
      [5, 6],
      [1, 2],
    ]);
  });

  test("earlier reads keep their numbers", async () => {
    const w = variable([1, 2]);
    await w.data();
    const before = w.value;
    w.assign(await leaked());
    await expectHealthy();
    w.assign([9, 9]);
    await w.data();
    expect(await before.array()).toEqual([1, 2]);
  });

  test("for lack of memory", async () => {
    const w = variable(1, { name: "total" });
    await w.data();
    w.assign(huge().sum());
    w.assign(huge().at(0).sum().add(huge().sum(0).sum()).mul(0).add(w));
    const kept = variable(zeros([40_000, 40_000]), { name: "kept" });
    await expectHealthy();
    await expect(compile(() => kept.value.at(0, 0))()).rejects.toThrow(/kept has no value.*out of memory.*GiB/s);
    await expectHealthy();
  });
});

describe("a compiled function that fails", () => {
  test("in its trace, by a shape, leaves its variables as they were", async () => {
    const w = variable([1, 2]);
    const f = compile((x: Tensor) => {
      w.assign(w.value.mul(2));
      return w.value.add(x);
    });
    await expect(f([1, 2, 3])).rejects.toThrow(ShapeError);
    expect(await w.array()).toEqual([1, 2]);
    expect(await (await f([1, 1])).array()).toEqual([3, 5]);
  });

  test("in its trace, by an error of the user's own", async () => {
    const mine = new Error("mine");
    const f = compile((x: Tensor) => {
      if (x.shape[0] === 1) throw mine;
      return x;
    });
    await expect(f([1])).rejects.toBe(mine);
    expect(await (await f([1, 2])).array()).toEqual([1, 2]);
  });

  test("for lack of memory, and the next call with the same shape is tried anew", async () => {
    const w = variable([1, 2]);
    const f = compile((x: Tensor) => w.assign(w.value.add(x)));
    failing({ compile: (graph) => graph.assignments.length > 0 });
    const before = w.value;
    await expect(f([1, 1])).rejects.toThrow("no room");
    vi.restoreAllMocks();
    await f([1, 1]);
    expect([await w.array(), await before.array()]).toEqual([
      [2, 3],
      [1, 2],
    ]);
  });

  test("over an argument that cannot be computed", async () => {
    const w = variable([1, 2]);
    const f = compile((x: Tensor) => w.assign(x));
    await expect(f(await leaked())).rejects.toThrow(/no numbers/);
    expect(await w.array()).toEqual([1, 2]);
    await expect(f(huge().at(0, [0, 2]))).resolves.toBeUndefined();
    expect(await w.array()).toEqual([1, 1]);
  });

  test("over a tensor from outside that cannot be computed, until it can", async () => {
    const outside = tensor([1, 2]).mul(53.5);
    const f = compile((x: Tensor) => x.add(outside));
    failing({ allocate: () => true });
    await expect(f([0, 0])).rejects.toThrow("no room");
    vi.restoreAllMocks();
    expect(await (await f([0, 0])).array()).toEqual([53.5, 107]);
  });

  test("in a result's callback, after it", async () => {
    const f = compile((x: Tensor) => x.add(1));
    await expect(
      f([1]).then(() => {
        throw new Error("in a callback");
      }),
    ).rejects.toThrow("in a callback");
    expect(await (await f([1])).array()).toEqual([2]);
  });
});

describe("a backend that fails", () => {
  const here = variable([1, 2, 3], { name: "here" });
  /** A value of `here` that is in storage, and a read of it that has not been asked for. */
  const stored = async (): Promise<Tensor> => {
    here.assign([1, 2, 3]);
    await compile(() => here.value)();
    return here.value;
  };
  const ofHere = ({ shape }: { readonly shape?: readonly number[] }): boolean => shape?.[0] === 3;

  test("in read, where a program is about to overwrite what was read before", async () => {
    const before = await stored();
    const grow = compile(() => here.assign(here.value.mul(10)));
    await grow.program();
    failing({ read: ofHere });
    await expect(grow()).rejects.toThrow("no room");
    vi.restoreAllMocks();
    await grow();
    expect([await here.array(), await before.array()]).toEqual([
      [10, 20, 30],
      [1, 2, 3],
    ]);
  });

  test("in read, with an assignment that would have overwritten", async () => {
    const before = await stored();
    here.assign([5, 5, 5]);
    failing({ read: ofHere });
    await expectHealthy();
    vi.restoreAllMocks();
    expect([await here.array(), await before.array()]).toEqual([
      [5, 5, 5],
      [1, 2, 3],
    ]);
  });

  test.each(["allocate", "write", "run"] as const)("in %s", async (what) => {
    const w = variable(tensor([1, 2]).mul(71.5), { name: `unlucky in ${what}` });
    failing({ [what]: () => true });
    if (what === "write") vi.spyOn(backend(), "compile").mockRejectedValueOnce(new NablaError("no room"));
    await expect(compile(() => w.value)()).rejects.toThrow(/no room/);
    vi.restoreAllMocks();
    expect(await w.array()).toEqual([71.5, 143]);
  });

  test("in the middle of a run says which variables are lost, until they are set again", async () => {
    const [w, v] = [variable([1, 2], { name: "weights" }), variable([3, 4])];
    const step = compile(() => {
      w.assign(w.value.mul(2));
      return v.value;
    });
    const compiled = vi.spyOn(backend(), "compile");
    await step();
    const program = (await compiled.mock.results.at(-1)!.value) as Program;
    vi.spyOn(program, "run").mockRejectedValueOnce(new InterruptedRun("a thread died"));
    await expect(step()).rejects.toThrow(/a thread died/);
    await expectHealthy();
    await expect(w.data()).rejects.toThrow(/weights has no value: a thread died/);
    await expect(step()).rejects.toThrow(/weights has no value/);
    expect(await v.array()).toEqual([3, 4]);
    w.assign([1, 1]);
    await step();
    expect(await w.array()).toEqual([2, 2]);
  });

  test("in the middle of storing: it is done again", async () => {
    const [a, b] = [variable([1, 2]), variable(tensor([3, 4]).mul(61.25))];
    await compile(() => a.value)();
    a.assignAdd(b);
    const compileReally = backend().compile.bind(backend());
    vi.spyOn(backend(), "compile").mockImplementationOnce(async (graph) => {
      const program = await compileReally(graph);
      vi.spyOn(program, "run").mockRejectedValueOnce(new InterruptedRun("a thread died"));
      return program;
    });
    expect([await a.array(), await b.array()]).toEqual([
      [184.75, 247],
      [183.75, 245],
    ]);
  });
});

describe("a compiled function inside another one", () => {
  const inner = compile((x: Tensor) => x.square().add(1));

  test("is traced into it", async () => {
    const compiled = vi.spyOn(backend(), "compile");
    const outer = compile((x: Tensor) => (inner(x) as unknown as Tensor).mul(2));
    expect(await (await outer([1, 2])).array()).toEqual([4, 10]);
    expect(compiled.mock.calls.length).toBe(1);
    expect(await (await compile((x: Tensor) => inner.inline(x).mul(3))([1, 2])).array()).toEqual([6, 15]);
    expect(await (await compile((x: Tensor) => outer.inline(inner.inline(x)))([1])).array()).toEqual([10]);
  });

  test("with its assignments", async () => {
    const w = variable(1);
    const twice = compile(() => {
      w.assign(w.value.mul(2));
      return w.value;
    });
    const outer = compile(() => {
      twice.inline();
      return twice.inline().add(0.5);
    });
    expect(await (await outer()).item()).toBe(4.5);
    expect(await w.array()).toBe(4);
  });

  test("under grad, vmap and scan", async () => {
    const f = inner as unknown as (x: Tensor) => Tensor;
    expect(await grad((x: Tensor) => f(x).sum())([1, 2]).array()).toEqual([2, 4]);
    expect(
      await vmap(f)([
        [1, 2],
        [3, 4],
      ]).array(),
    ).toEqual([
      [2, 5],
      [10, 17],
    ]);
    const [last] = scan((c: Tensor) => [f(c), null], tensor(1), null, { length: 3 });
    expect(await last.item()).toBe(26);
  });

  test("a promise that nobody awaits in a trace harms nobody", async () => {
    const w = variable([1, 2]);
    const f = compile((x: Tensor) => {
      void x.data();
      void x.array();
      void x.sum().item();
      void x.item();
      void w.data();
      void w.array();
      void inner(x);
      return x;
    });
    expect(await (await f([1, 2])).array()).toEqual([1, 2]);
    await expect(compile(() => void inner.repeat(3, [1]))()).rejects.toThrow(/becomes part of it/);
  });
});

describe("another backend", () => {
  test("takes a variable's numbers along, there and back", async () => {
    const w = variable([1, 2], { name: "w" });
    const step = compile((x: Tensor) => w.assign(w.value.add(x)));
    await step([1, 1]);
    setBackend("reference");
    expect(await w.array()).toEqual([2, 3]);
    await step([10, 10]);
    const between = w.value;
    setBackend("wasm");
    await step([100, 100]);
    expect(await w.array()).toEqual([112, 113]);
    setBackend("reference");
    expect(await between.array()).toEqual([12, 13]);
    expect(await w.value.mul(2).array()).toEqual([224, 226]);
    setBackend("wasm");
    w.assign([0, 0]);
    expect(await w.array()).toEqual([0, 0]);
  });

  test("chosen while work is queued computes what is asked for from then on", async () => {
    const w = variable([1, 2]);
    const step = compile(() => w.assign(w.value.mul(3)));
    const first = step();
    setBackend("reference");
    const second = step();
    const read = w.data();
    setBackend("wasm");
    await Promise.all([first, second]);
    expect([...(await read)]).toEqual([9, 18]);
    expect(await w.array()).toEqual([9, 18]);
  });

  test("frees what it no longer holds", async () => {
    const w = variable(ones([1000]));
    await compile(() => w.value)();
    const wasm = backend();
    const free = vi.spyOn(wasm, "free");
    // Otherwise it is freed once more when the variable is collected, and may be somebody else's by then.
    const unregister = vi.spyOn(FinalizationRegistry.prototype, "unregister");
    setBackend("reference");
    await w.value.sum().item();
    expect(free).toHaveBeenCalledTimes(1);
    expect(unregister.mock.calls).toContainEqual([w]);
    expect(await w.value.sum().item()).toBe(1000);
  });

  test("that cannot hold a dtype says so, and the numbers stay", async () => {
    setBackend("reference");
    const w = variable(tensor([1, 2], { dtype: "float64" }), { name: "double" });
    await compile(() => w.value)();
    setBackend("wasm");
    await expect(w.value.add(1).data()).rejects.toThrow(/float64/);
    setBackend("reference");
    expect(await w.array()).toEqual([1, 2]);
  });
});

describe("traces of a compiled function", () => {
  test("are bounded, and what they hold is given back", async () => {
    let alive = 0;
    let most = 0;
    const compileReally = backend().compile.bind(backend());
    vi.spyOn(backend(), "compile").mockImplementation(async (graph) => {
      const program = await compileReally(graph);
      if (graph.inputs.length !== 1 || graph.outputs.length !== 1 || graph.assignments.length > 0) return program;
      most = Math.max(most, ++alive);
      const free = program.free.bind(program);
      program.free = () => {
        alive--;
        free();
      };
      return program;
    });
    const outside = tensor([2, 3]).mul(1.5);
    const f = compile((x: Tensor) => x.sum().mul(outside).sum());
    let allocated = 0;
    const [allocate, free] = [backend().allocate.bind(backend()), backend().free.bind(backend())];
    vi.spyOn(backend(), "allocate").mockImplementation((...args) => (allocated++, allocate(...args)));
    vi.spyOn(backend(), "free").mockImplementation((storage) => (allocated--, free(storage)));
    const first = ones([1]);
    for (let n = 1; n <= 400; n++) {
      expect(await (await f(ones([n]))).item()).toBe(n * 7.5);
      if (n % 50 === 0) expect(await (await f(first)).item()).toBe(7.5); // the first is used, and stays
    }
    expect(most).toBeGreaterThan(100);
    expect(most).toBeLessThanOrEqual(130);
    expect(alive).toBeLessThanOrEqual(128);
    expect(allocated).toBeLessThanOrEqual(130);
    const { calls } = vi.mocked(backend().compile).mock;
    expect(calls.filter(([graph]) => graph.inputs[0]?.shape[0] === 1 && graph.outputs.length === 1).length).toBe(1);
  });

  test("that are evicted while they are queued still run", async () => {
    const outside = tensor([1, 1]).mul(0.5);
    const f = compile((x: Tensor) => x.sum().mul(outside.sum()));
    const sums = await Promise.all(Array.from({ length: 300 }, (_, n) => f(ones([n + 1])).then((y) => y.item())));
    expect(sums).toEqual(Array.from({ length: 300 }, (_, n) => n + 1));
  });
});
