// Laziness is never observable, except as speed: variables, compiled functions, failures, concurrency, memory.
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  asTensor,
  backendNames,
  compile,
  DTypeError,
  full,
  grad,
  gradients,
  layers,
  NablaError,
  ones,
  ShapeError,
  scan,
  sequential,
  setBackend,
  softmax,
  stack,
  type Tensor,
  tensor,
  type Variable,
  valueAndGrad,
  variable,
  where,
  zeros,
} from "../src/index.ts";
import { backend } from "../src/runtime/device.ts";

afterEach(() => void vi.restoreAllMocks());

/** The number of programs that the backend compiles while `body` runs. */
async function compilations(body: () => Promise<unknown>): Promise<number> {
  const spy = vi.spyOn(backend(), "compile");
  await body();
  const count = spy.mock.calls.length;
  spy.mockRestore();
  return count;
}

describe("a read of a variable sees its value at the moment of the call", () => {
  // Every order of these five acts, none of them awaited: what each read gives is what a plain number would have been.
  interface World {
    readonly w: Variable;
    readonly addThree: () => Promise<unknown>;
    plain: number;
    readonly reads: { tensor: Tensor; expected: number }[];
  }
  const acts: Record<string, (world: World) => void> = {
    read: ({ w, reads, plain }) =>
      void reads.push({ tensor: w.value, expected: plain }, { tensor: w.value.mul(10), expected: plain * 10 }),
    assign: (world) => {
      world.plain = 7 + world.reads.length;
      world.w.assign(world.plain);
    },
    double: (world) => {
      world.w.assign(world.w.value.mul(2));
      world.plain *= 2;
    },
    compiled: (world) => {
      void world.addThree();
      world.plain += 3;
    },
    ask: ({ reads, w }) => {
      void w.data();
      void reads.at(-1)?.tensor.data();
    },
  };
  const names = Object.keys(acts);

  test.each(names)("in every order of five acts that begins with %s", async (first) => {
    const wrong: string[] = [];
    const w = variable(0);
    const addThree = compile(() => w.assign(w.value.add(3)));
    for (let code = 0; code < names.length ** 4; code++) {
      const order = [
        first,
        ...[0, 1, 2, 3].map((place) => names[Math.floor(code / names.length ** place) % names.length]!),
      ];
      const world: World = { w, addThree, plain: 1, reads: [] };
      w.assign(1);
      for (const name of order) acts[name]!(world);
      const got = await Promise.all([
        ...world.reads.map(({ tensor: t }) => t.item()),
        w.data().then((data) => data[0]!),
      ]);
      const expected = [...world.reads.map((read) => read.expected), world.plain];
      if (got.join() !== expected.join()) wrong.push(`${order.join(" ")}: ${got} instead of ${expected}`);
    }
    expect(wrong).toEqual([]);
  });

  test("a value read before many assignments keeps its numbers", async () => {
    const w = variable([1, 2]);
    await w.data();
    const before = w.value;
    const later = before.mul(10);
    for (let i = 0; i < 5; i++) {
      w.assignAdd(1);
      if (i % 2) await w.data();
    }
    expect(await later.array()).toEqual([10, 20]);
    expect(await before.array()).toEqual([1, 2]);
    expect(await w.array()).toEqual([6, 7]);
  });

  test("two variables change places", async () => {
    const [a, b] = [variable([1, 2]), variable([3, 4])];
    const old = a.value;
    a.assign(b);
    b.assign(old);
    expect([await a.array(), await b.array()]).toEqual([
      [3, 4],
      [1, 2],
    ]);
    const swap = compile(() => {
      const kept = a.value;
      a.assign(b);
      b.assign(kept);
    });
    await swap.repeat(3);
    expect([await a.array(), await b.array()]).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  test("variables that begin with one tensor, or with each other, are separate", async () => {
    const zero = ones([2]);
    const [a, b] = [variable(zero), variable(zero)];
    const c = variable(a);
    const d = variable(a.value.mul(5));
    a.assign([7, 8]);
    expect([await a.array(), await b.array(), await c.array(), await d.array(), await zero.array()]).toEqual([
      [7, 8],
      [1, 1],
      [1, 1],
      [5, 5],
      [1, 1],
    ]);
  });

  test("variables of one name and shape are separate, in a program and in a loop's body", async () => {
    const [a, b] = [variable([1, 2], { name: "w" }), variable([10, 20], { name: "w" })];
    const step = compile(() => (a.assign(a.value.add(1)), b.assign(b.value.add(1)), a.value.sub(b.value)));
    expect(await (await step()).array()).toEqual([-9, -18]);
    // Nobody has asked for their numbers, so that the programs read the storage.
    expect(await a.value.sub(b.value).array()).toEqual([-9, -18]);
    a.assign(a.value.add(b.value));
    b.assign(b.value.mul(2));
    expect([await a.array(), await b.array()]).toEqual([
      [13, 24],
      [22, 42],
    ]);
    await step();
    const apart = (sum: Tensor, x: Tensor) => [sum.add(a.value).sub(b.value).add(x), sum] as const;
    expect(await scan(apart, zeros([2]), zeros([2, 2]))[0].array()).toEqual([-18, -36]);
  });

  test("all dtypes stay what they are", async () => {
    for (const dtype of ["float32", "int32", "uint32", "bool", "uint8"] as const) {
      const w = variable(tensor([1, 0, 1], { dtype }));
      const v = variable(tensor([0, 0, 0], { dtype }));
      v.assign(w);
      await compile(() => w.assign(v.value.flip()))();
      expect([...(await w.data())]).toEqual([1, 0, 1]);
      expect(w.value.dtype).toBe(dtype);
    }
  });

  test("scalars, empty variables and large ones", async () => {
    const [a, b, c] = [variable(3), variable(full([0, 4], 1)), variable(full([300, 500], 2))];
    a.assignAdd(1);
    b.assign(b.value.add(1));
    c.assign(c.value.mul(a));
    expect([await a.array(), await b.array(), await c.value.sum().item()]).toEqual([4, [], 1_200_000]);
  });
});

describe("an assignment of an array", () => {
  const numbers = (first: number): Float32Array => Float32Array.of(first, 2, 3);
  test("is written without a program, and without reading what nobody asks for", async () => {
    const reads = vi.spyOn(backend(), "read");
    const compiled = await compilations(async () => {
      const v = variable(tensor(numbers(1)));
      const step = compile(() => v.value.mul(2));
      for (const first of [5, 6, 7]) {
        v.assign(tensor(numbers(first)));
        expect(await (await step()).array()).toEqual([2 * first, 4, 6]);
      }
    });
    expect(compiled, "the function's own program").toBe(1);
    expect(reads).not.toHaveBeenCalled();
  });
  test("is read before it is overwritten if somebody holds its value", async () => {
    const v = variable(tensor(numbers(1)));
    const step = compile(() => v.value.mul(2));
    await step();
    const before = v.value;
    const reads = vi.spyOn(backend(), "read");
    v.assign(tensor(numbers(5)));
    expect(await (await step()).array()).toEqual([10, 4, 6]);
    expect(reads).toHaveBeenCalledTimes(1);
    expect(await before.array()).toEqual([1, 2, 3]);
  });
  test("comes together with what is computed of the variable's earlier value", async () => {
    const [v, w] = [variable(tensor(numbers(1))), variable(tensor(numbers(7)))];
    await (await compile(() => v.value.add(w.value))()).data();
    w.assign(v.value.add(1));
    v.assign(tensor(numbers(5)));
    const sum = v.value.add(w.value);
    expect(await Promise.all([v.array(), w.array(), sum.array()])).toEqual([
      [5, 2, 3],
      [2, 3, 4],
      [7, 5, 7],
    ]);
  });
});

describe("inside a compiled function", () => {
  test("a read after an assignment sees the new value, a read before it the old one", async () => {
    const w = variable([1, 2]);
    const f = compile(() => {
      const before = w.value;
      w.assign(w.value.mul(3));
      const between = w.value;
      w.assignAdd(1);
      return { before, between, after: w.value };
    });
    const { before, between, after } = await f();
    expect([await before.array(), await between.array(), await after.array(), await w.array()]).toEqual([
      [1, 2],
      [3, 6],
      [4, 7],
      [4, 7],
    ]);
  });

  test("results come back as they were nested", async () => {
    const f = compile((x: Tensor) => ({ list: [x, [x.mul(2)]], deep: { y: x.add(1) }, nothing: undefined }));
    const { list, deep, nothing } = await f([1, 2]);
    expect(await (list[0] as Tensor).array()).toEqual([1, 2]);
    expect(await (list[1] as Tensor[])[0]!.array()).toEqual([2, 4]);
    expect(await deep.y.array()).toEqual([2, 3]);
    expect(nothing).toBeUndefined();
    expect(await compile(() => undefined)()).toBeUndefined();
  });

  test("results are tensors to go on with", async () => {
    const f = compile((x: Tensor) => x.square());
    const y = await f(await f([2, 3]));
    expect(await y.add(y).array()).toEqual([32, 162]);
  });

  test("one trace for each combination of shapes and dtypes", async () => {
    const seen: string[] = [];
    const f = compile((x: Tensor, y: Tensor) => {
      seen.push(`${x.dtype}[${x.shape}] ${y.dtype}[${y.shape}]`);
      return x.add(y);
    });
    expect(await (await f([1, 2], 3)).array()).toEqual([4, 5]);
    expect(await (await f([5, 6], 7)).array()).toEqual([12, 13]);
    expect(await (await f([[1], [2]], [3, 4])).array()).toEqual([
      [4, 5],
      [5, 6],
    ]);
    expect(await (await f(tensor([1, 2], { dtype: "int32" }), 3)).array()).toEqual([4, 5]);
    expect(await (await f([0, 1], 1)).array()).toEqual([1, 2]);
    expect(seen).toEqual(["float32[2] float32[]", "float32[2,1] float32[2]", "int32[2] float32[]"]);
  });

  test("a trace that is used stays; the one that was used least recently goes", async () => {
    const traced: number[] = [];
    const f = compile((x: Tensor) => {
      traced.push(x.size);
      return x.add(1);
    });
    for (let size = 1; size <= 130; size++) {
      await f(ones([size]));
      await f(ones([1]));
    }
    expect(traced).toEqual(Array.from({ length: 130 }, (_, i) => i + 1));
    await f(ones([130]));
    await f(ones([2]));
    expect(traced.slice(130)).toEqual([2]);
  });

  test("tensors from outside are constants, with the value that they had at the trace", async () => {
    const w = variable([1, 2]);
    const data = tensor([10, 20]);
    const lazy = data.mul(w);
    const read = w.value;
    const f = compile((x: Tensor) => x.add(data).add(lazy).add(read).add([100, 200]));
    expect(await (await f(0)).array()).toEqual([121, 262]);
    w.assign([50, 60]);
    expect(await (await f(0)).array()).toEqual([121, 262]);
    expect(await (await f([1, 1])).array()).toEqual([122, 263]);
  });

  test("an argument may wait for variables that the function assigns", async () => {
    const w = variable([1, 2]);
    const f = compile((x: Tensor) => {
      w.assign(x.mul(100));
      return w.value.add(x);
    });
    const argument = w.value.add(1);
    const results = [f(argument), f(argument)];
    const numbers = await Promise.all((await Promise.all(results)).map((y) => y.array()));
    // Both arguments were made of w = [1, 2].
    expect(numbers).toEqual([
      [202, 303],
      [202, 303],
    ]);
    expect(await w.array()).toEqual([200, 300]);
  });

  test("repeat(n) is n calls, and gives the last results", async () => {
    const make = () => {
      const [w, n] = [variable([1, -1]), variable(tensor(0, { dtype: "int32" }))];
      const step = compile((x: Tensor) => {
        const loss = w.value.sub(x).square().sum();
        w.assign(w.value.sub(gradients(loss, [w])[0]!.mul(0.1)));
        n.assignAdd(1);
        return loss;
      });
      return { w, n, step };
    };
    const [once, many] = [make(), make()];
    let last = asTensor(0);
    for (let i = 0; i < 7; i++) last = await once.step([3, 4]);
    const loss = await many.step.repeat(7, [3, 4]);
    expect(await loss.item()).toBe(await last.item());
    expect([...(await many.w.data())]).toEqual([...(await once.w.data())]);
    expect([await once.n.array(), await many.n.array()]).toEqual([7, 7]);
    await many.step.repeat(200, [3, 4]);
    expect(await many.w.value.sub([3, 4]).abs().max().item()).toBeLessThan(1e-5);
  });

  test("calls that are not awaited run in their order", async () => {
    const w = variable(1);
    const times = compile((x: Tensor) => w.assign(w.value.mul(x).add(1)));
    void times(2);
    const between = w.value;
    void times.repeat(2, 3);
    w.assignAdd(0.5);
    void times(10);
    expect([await between.item(), await w.array()]).toEqual([3, 10 * ((3 * 3 + 1) * 3 + 1 + 0.5) + 1]);
  });

  test("the program can be looked at", async () => {
    const f = compile((x: Tensor) => x.exp().sum());
    const description = await (await f.program([1, 2, 3])).describe();
    expect(description.graph).toContain("exp");
    expect(await (await f([0, 0])).item()).toBe(2);
  });
});

describe("gradients", () => {
  test("grad, valueAndGrad, and the gradient of a gradient", async () => {
    const cube = (x: Tensor): Tensor => x.mul(x).mul(x);
    expect(await grad(cube)(2).item()).toBe(12);
    expect(await grad((x: Tensor) => grad(cube)(x))(2).item()).toBe(12);
    expect(await grad(grad(grad(cube)))(2).item()).toBe(6);
    const [value, slope] = valueAndGrad((x: Tensor, k: number) => x.mul(k).square().sum())([1, 2], 3);
    expect([await value.item(), await slope.array()]).toEqual([45, [18, 36]]);
  });

  test("of a loss whose numbers have been asked for, and of a variable that has been stored since", async () => {
    const w = variable([1, 2]);
    const x = tensor([3, 4]);
    const hidden = w.value.mul(x);
    const loss = hidden.square().sum();
    expect(await loss.item()).toBe(9 + 64);
    await hidden.data();
    const [dw, dx] = gradients(loss, [w, x]);
    expect([await dw!.array(), await dx!.array()]).toEqual([
      [18, 64],
      [6, 32],
    ]);
  });

  test("of a variable that still waits to be stored, and one that was assigned since", async () => {
    const w = variable([1, 2]);
    w.assign(w.value.mul(3));
    const loss = w.value.square().sum();
    await tensor([1]).add(1).data(); // carries out the assignment
    expect(await gradients(loss, [w])[0]!.array()).toEqual([6, 12]);
  });

  test("of variables that begin with the same tensor, which the loss also uses", async () => {
    const start = ones([2]);
    const [a, b] = [variable(start), variable(start)];
    const loss = a.value.mul(2).add(b.value.mul(3)).add(start.mul(5)).sum();
    const [da, db, dstart] = gradients(loss, [a, b, start]);
    expect([await da!.array(), await db!.array(), await dstart!.array()]).toEqual([
      [2, 2],
      [3, 3],
      [5, 5],
    ]);
  });

  test("of what the loss does not use is zero; of a value in between it is its own", async () => {
    const [x, unused] = [tensor([1, 2]), variable([[5]])];
    const middle = x.square();
    const [dx, dmiddle, dunused] = gradients(middle.mul(3).sum(), [x, middle, unused]);
    expect([await dx!.array(), await dmiddle!.array(), await dunused!.array()]).toEqual([[6, 12], [3, 3], [[0]]]);
  });

  test("eagerly and compiled are the same bits", async () => {
    const f = (x: Tensor): Tensor =>
      x
        .matmul([
          [0.3, -0.2],
          [0.7, 0.1],
        ])
        .tanh()
        .sub(0.5)
        .square()
        .mean();
    const x = tensor([
      [0.1, 0.9],
      [-0.4, 0.3],
      [2, -1],
    ]);
    const eager = await grad(f)(x).data();
    const compiled = await (await compile((y: Tensor) => grad(f)(y))(x)).data();
    expect([...compiled]).toEqual([...eager]);
  });
});

describe("errors", () => {
  test("an async function cannot be compiled, and leaves no unhandled rejection", async () => {
    await expect(compile((async (x: Tensor) => x) as never)([1] as never)).rejects.toThrow(/must not be async/);
    await expect(compile((async (x: Tensor) => asTensor(await x.item())) as never)([1] as never)).rejects.toThrow(
      /must not be async/,
    );
    await new Promise((resolve) => setTimeout(resolve, 5));
  });

  test("numbers asked for inside a trace", async () => {
    let inside: Promise<unknown> | undefined;
    await compile((x: Tensor) => {
      inside = x.data();
      inside.catch(() => undefined);
      return x;
    })([1]);
    await expect(inside).rejects.toThrow(/traced, so its tensors have no numbers yet/);
  });

  test("a variable keeps its shape and dtype", () => {
    const w = variable([1, 2], { name: "bias" });
    expect(() => w.assign([1, 2, 3])).toThrow(ShapeError);
    expect(() => w.assign([1, 2, 3])).toThrow(/bias has shape \[2\], but the value has \[3\]/);
    expect(() => w.assign(tensor([1, 2], { dtype: "int32" }))).toThrow(DTypeError);
    expect(() => w.assign(tensor([1, 2], { dtype: "int32" }))).toThrow(/bias is float32, but the value is int32/);
  });

  test("inside a compiled function too, and the next call starts afresh", async () => {
    const w = variable([1, 2]);
    const f = compile((x: Tensor) => w.assign(x));
    await expect(f([1, 2, 3])).rejects.toThrow(/\[2\], but the value has \[3\]/);
    await f([8, 9]);
    expect(await w.array()).toEqual([8, 9]);
  });

  test("odd numbers of steps and odd results", async () => {
    const f = compile((x: Tensor) => x);
    for (const steps of [0, -1, 1.5, NaN, 2 ** 31, 2 ** 32 + 1]) {
      const message = `expected an integer number of steps from 1 to 2147483647, got ${steps}; call it again`;
      await expect(f.repeat(steps, 1)).rejects.toThrow(`repeat: ${message}`);
      await expect(f.profile(steps, 1)).rejects.toThrow(`profile: ${message}`);
    }
    await expect(compile((() => 5) as never)()).rejects.toThrow(/expected the function to return tensors.*got 5\./);
  });

  test("gradients of what has none", () => {
    expect(() => gradients(tensor([1, 2]), [])).toThrow(/one number, but its shape is \[2\]/);
    expect(() => gradients(tensor(1, { dtype: "int32" }), [])).toThrow(DTypeError);
  });

  test("unknown backends", () => {
    expect(() => setBackend("wasn")).toThrow(/unknown backend "wasn". Did you mean "wasm"/);
    for (const name of ["toString", "constructor"])
      expect(() => setBackend(name)).toThrow(`unknown backend "${name}". Known: wasm, reference.`);
    expect(backendNames).toContain("reference");
  });
});

describe("a program that fails", () => {
  /** Makes the next compilation fail, as an engine without memory would. */
  const failOnce = (): void =>
    void vi.spyOn(backend(), "compile").mockImplementationOnce(async () => Promise.reject(new NablaError("no room")));

  test("does not stop those behind it", async () => {
    const x = tensor([1, 2, 3]);
    failOnce();
    const failed = x.mul(17).data();
    const behind = x.add(1);
    await expect(failed).rejects.toThrow("no room");
    expect(await behind.array()).toEqual([2, 3, 4]);
  });

  test("is tried again when it is asked for again", async () => {
    const y = tensor([1, 2, 3]).mul(19);
    failOnce();
    await expect(y.data()).rejects.toThrow("no room");
    expect(await y.array()).toEqual([19, 38, 57]);
  });

  test("takes no variable's value with it", async () => {
    const w = variable([1, 2]);
    failOnce();
    expect(await tensor([1]).mul(23).array()).toEqual([23]); // would have stored w, too
    expect(await w.array()).toEqual([1, 2]);
    w.assign([3, 4]);
    failOnce();
    expect(await w.value.mul(29).array()).toEqual([87, 116]);
    expect(await w.array()).toEqual([3, 4]);
  });

  test("leaves a compiled function usable for other shapes", async () => {
    const f = compile((x: Tensor) => x.mul(31));
    failOnce();
    await expect(f([1])).rejects.toThrow("no room");
    expect(await (await f([1, 2])).array()).toEqual([31, 62]);
  });
});

describe("concurrency", () => {
  test("many programs at once", async () => {
    const x = tensor([1, 2, 3, 4]);
    const results = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        x
          .mul(i)
          .reshape(i % 2 ? [2, 2] : [4])
          .sum(-1)
          .max()
          .item(),
      ),
    );
    expect(results).toEqual(Array.from({ length: 60 }, (_, i) => (i % 2 ? 7 * i : 10 * i)));
  });

  test("reads, assignments and compiled calls all at once", async () => {
    const w = variable(0);
    const add = compile((x: Tensor) => {
      w.assign(w.value.add(x));
      return w.value;
    });
    const calls = Array.from({ length: 40 }, (_, i) =>
      i % 3 === 2 ? w.data().then((data) => data[0]!) : add(1).then((y) => y.item()),
    );
    const results = await Promise.all(calls);
    let sum = 0;
    expect(results).toEqual(results.map((_, i) => (i % 3 === 2 ? sum : ++sum)));
  });

  test("a tensor that several ask for is computed once", async () => {
    const y = tensor([1, 2, 3]).mul(37).exp().log();
    const run = vi.fn();
    const compileOnce = backend().compile.bind(backend());
    vi.spyOn(backend(), "compile").mockImplementation(async (graph) => {
      const program = await compileOnce(graph);
      return {
        describe: () => program.describe(),
        free: () => program.free(),
        profile: (...args) => program.profile(...args),
        run: (...args) => (run(graph.outputs.length), program.run(...args)),
      };
    });
    const [a, b, c] = await Promise.all([y.data(), y.data(), y.array()]);
    expect(a).toBe(b);
    expect(c).toEqual([...a]);
    expect(run.mock.calls.filter(([outputs]) => outputs > 0).length).toBe(1);
  });
});

describe("programs are kept by the structure of their graph", () => {
  test("other numbers, and other variables of the same shape, need no other program", async () => {
    const f = (x: Tensor): Promise<unknown> => x.mul(41).add([1, 2, 3]).max().data();
    await f(tensor([1, 2, 3]));
    expect(await compilations(() => f(tensor([4, 5, 6])))).toBe(0);
    expect(await compilations(() => f(tensor([4, 5, 6], { dtype: "int32" })))).toBe(1);
    expect(await compilations(() => f(tensor([[4, 5, 6]])))).toBe(1);
    const step = async () => {
      const w = variable([1, 2]);
      await w.data();
      w.assign(w.value.mul(43));
      await w.data();
    };
    await step();
    expect(await compilations(step)).toBe(0);
  });

  test("other numbers of the user's need no other program", async () => {
    const x = tensor([1, 2, 3]);
    const formulas: Record<string, (c: number) => Tensor> = {
      "a product": (c) => x.mul(c),
      "a sum, a difference, a quotient": (c) =>
        x
          .add(c)
          .sub(c + 1)
          .div(c + 2),
      "a power": (c) => x.pow(c),
      "a remainder": (c) => x.mod(c),
      "a comparison": (c) => x.less(c),
      "a choice": (c) => where(x.less(2), x, c),
      "of integers": (c) => tensor([1, 2], { dtype: "int32" }).mul(Math.ceil(100 * c)),
      "a gradient": (c) => gradients(x.mul(c).tanh().sum(), [x])[0]!,
    };
    for (const [name, f] of Object.entries(formulas)) {
      await f(7.5).data();
      const count = await compilations(async () => {
        for (let i = 0; i < 20; i++) await f(8.25 + i / 7).data();
      });
      expect(count, name).toBe(0);
    }
  });

  test("one number in two dtypes is two inputs", async () => {
    const whole = tensor([1, 2], { dtype: "int32" });
    expect(await tensor([1, 2]).mul(5).add(whole.mul(5)).array()).toEqual([10, 20]);
  });

  test("numbers of which rules make something keep programs of their own, and all the same bits", async () => {
    const [x, y] = [tensor([-1.5, -0, 0, 0.3, 2.7, NaN, Infinity]), tensor([0.1, 1e-30, 3, 1, 1.1, 2, 0])];
    const matrix = tensor(
      Float32Array.from({ length: 40 * 50 }, (_, i) => Math.sin(i)),
      { shape: [40, 50] },
    );
    const formulas: Record<string, (c: number) => Tensor> = {
      add: (c) => x.add(c),
      sub: (c) => x.sub(c),
      mul: (c) => x.mul(c),
      div: (c) => x.div(c),
      pow: (c) => y.pow(c),
      mod: (c) => y.mod(c),
      max: (c) => x.maximum(c),
      "slope of a power": (c) => gradients(y.pow(c).sum(), [y])[0]!,
      "power of a folded number": (c) => y.pow(full([], c).sub(1)),
      "a product of scaled matrices": (c) => matrix.mul(c).matmul(matrix.transpose().add(c)).mul(c),
      "a sum": (c) => matrix.mul(c).sum(0).add(matrix.sub(c).sum()),
      softmax: (c) => softmax(matrix.mul(c)),
    };
    const bits = (numbers: ArrayLike<number>) => [...new Uint32Array(Float32Array.from(numbers).buffer)];
    for (const [name, f] of Object.entries(formulas)) {
      for (const c of [0, -0, 1, -1, 2, 3, 0.5, 2.0000002, 1e-20, NaN, Infinity]) {
        const eager = await f(c).data();
        const compiled = await (await compile(() => f(c))()).data();
        expect(bits(eager), `${name} with ${c}`).toEqual(bits(compiled));
      }
    }
  });

  test("600 programs that all differ do not pile up, and do not drive out one that is used", async () => {
    let alive = 0;
    let most = 0;
    const compileReally = backend().compile.bind(backend());
    const compiled = vi.spyOn(backend(), "compile").mockImplementation(async (graph) => {
      const program = await compileReally(graph);
      most = Math.max(most, ++alive);
      return {
        describe: () => program.describe(),
        run: (...args) => program.run(...args),
        profile: (...args) => program.profile(...args),
        free: () => {
          alive--;
          program.free();
        },
      };
    });
    for (let i = 0; i < 600; i++) {
      const n = 1 + (i % 300);
      const x = full([n], 1).add(tensor([i]));
      expect(await (i < 300 ? x : x.neg()).sum().item()).toBe((i < 300 ? 1 : -1) * n * (1 + i));
      if (i % 50 === 0) expect(await tensor([i, 1, 2]).mul(2).max().item()).toBe(2 * Math.max(i, 2));
    }
    expect(compiled).toHaveBeenCalledTimes(601);
    expect(most).toBeGreaterThan(200); // they did differ
    expect(most).toBeLessThanOrEqual(260);
  });

  test("compiled functions of equal structure and names share one, and keep their own numbers", async () => {
    const counter = (name: string, step: number) => {
      const n = variable([0, 0], { name });
      return { n, count: compile((x: Tensor) => n.assign(n.value.add(x.mul(step)))) };
    };
    const [one, two] = [counter("n", 47), counter("n", 47)];
    expect(await compilations(() => one.count([1, 2]))).toBe(1);
    expect(await compilations(() => two.count([10, 20]))).toBe(0);
    await Promise.all([one.count([1, 1]), two.count([1, 1]), one.count([1, 1])]);
    expect([await one.n.array(), await two.n.array()]).toEqual([
      [141, 188],
      [517, 987],
    ]);
    // A program can be looked at, and says the names of its own function.
    const other = counter("m", 47);
    expect(await compilations(() => other.count([1, 1]))).toBe(1);
    expect((await (await other.count.program([1, 1])).describe()).graph).toMatch(/\bm\b/);
    expect(await compilations(() => counter("n", 46).count([1, 1]))).toBe(1);
  });

  test("a model that is built anew trains with the programs of the first, to the same bits", async () => {
    const train = async () => {
      const model = sequential([layers.dense(3, { activation: "tanh" }), layers.dense(1)], { seed: 5 });
      model.compile({ optimizer: "adam", loss: "mse" });
      await model.fit([[0], [1], [2]], [[1], [3], [4]], { epochs: 3, batchSize: 2, verbose: 0 });
      return [await model.evaluate([[0], [3]], [[1], [6]]), await model.getWeights()];
    };
    const first = await train();
    let second: unknown;
    expect(await compilations(async () => (second = await train()))).toBe(0);
    expect(second).toEqual(first);
  });

  test("a program that a compiled function uses outlives many others, and goes with the function", async () => {
    const freed: number[] = [];
    const compileReally = backend().compile.bind(backend());
    vi.spyOn(backend(), "compile").mockImplementation(async (graph) => {
      const program = await compileReally(graph);
      const { run, profile, describe } = program;
      const free = () => (freed.push(graph.inputs[0]?.shape[0] ?? 0), program.free());
      return { run: run.bind(program), profile: profile.bind(program), describe: describe.bind(program), free };
    });
    const f = compile((x: Tensor) => x.mul(48).add(1));
    const large = ones([1009]);
    await f(large);
    for (let n = 1; n <= 300; n++)
      await full([n], 1)
        .sub(tensor([n]))
        .sum()
        .item();
    expect(freed.length).toBeGreaterThan(40);
    expect(freed).not.toContain(1009);
    expect(await (await f(large)).sum().item()).toBe(1009 * 49);
    const { describe } = await f.program(large);
    // 128 other shapes take the place of the first in the function, which was the last to use its program.
    for (let n = 1; n <= 128; n++) await f(ones([n]));
    expect(freed).toContain(1009);
    // What is handed out can neither run nor free it, and may be looked at for ever.
    expect((await describe()).graph).toContain("float32[1009]");
  });

  test("a long chain of lazy operations needs no deep stack", async () => {
    let x = tensor([0, 1]);
    for (let i = 0; i < 3000; i++) x = x.add(1);
    expect(await x.array()).toEqual([3000, 3001]);
  });
});

describe("asking for numbers", () => {
  test("gives the tensor's own dtype and nesting", async () => {
    expect(await tensor([[true, false]]).array()).toEqual([[true, false]]);
    expect(await tensor(2.5).array()).toBe(2.5);
    expect(
      await tensor(
        [
          [1, 2],
          [3, 4],
        ],
        { dtype: "uint8" },
      ).data(),
    ).toEqual(new Uint8Array([1, 2, 3, 4]));
    expect(await stack([full([0], 1), full([0], 2)]).array()).toEqual([[], []]);
    expect(await tensor([7]).item()).toBe(7);
    await expect(tensor([1, 2]).item()).rejects.toThrow(/one element, got shape \[2\]/);
  });

  test("of numbers that are here already runs nothing", async () => {
    const x = tensor([1, 2, 3]);
    const y = x.mul(53);
    await y.data();
    expect(await compilations(async () => [await x.data(), await y.data(), await y.array()])).toBe(0);
  });
});
