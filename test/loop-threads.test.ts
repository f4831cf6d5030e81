// Loops by several threads: steps with loops, nested and repeated, at sizes that are divided into units, against the
// reference.
import { afterEach, expect, test } from "vitest";
import {
  compile,
  gradients,
  scan,
  setBackend,
  setThreads,
  sort,
  type Tensor,
  tensor,
  type Variable,
  variable,
} from "../src/index.ts";

afterEach(() => {
  setBackend("wasm");
  setThreads(2);
});

const noise = (shape: readonly number[], seed: number, scale = 1): Tensor => {
  let state = seed * 7919 + 1;
  const next = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return scale * (state / 2 ** 31 - 1);
  };
  return tensor(Float32Array.from({ length: shape.reduce((n, m) => n * m, 1) }, next), { shape });
};

interface Trained {
  readonly variables: readonly Variable[];
  readonly step: () => Tensor;
}

const batch = 40;
const width = 61;

/** Gradient descent on all variables but the last, which counts the steps and is read inside of the loop. */
function descend(loss: Tensor, variables: readonly Variable[]): Tensor {
  const parameters = variables.slice(0, -1);
  const counted = variables.at(-1)!;
  gradients(loss, parameters).forEach((g, i) => parameters[i]!.assign(parameters[i]!.value.sub(g.mul(0.5))));
  counted.assign(counted.value.add(1));
  return loss;
}

const programs: Record<string, () => Trained> = {
  "a recurrent layer": () => {
    const variables = [
      variable(noise([width, width], 1, 0.2)),
      variable(noise([width], 2)),
      variable(noise([batch, width], 3)),
      variable(0),
    ];
    const xs = noise([3, batch, width], 4);
    return {
      variables,
      step: () => {
        const [w, b, h, count] = variables.map((v) => v.value) as [Tensor, Tensor, Tensor, Tensor];
        const [last, ys] = scan(
          (carry: Tensor, x: Tensor) => {
            const next = carry.matmul(w).add(b).add(x).add(count.mul(0.01)).tanh();
            return [next, next.sum(1)];
          },
          h,
          xs,
        );
        return descend(last.square().mean().add(ys.tanh().mean()), variables);
      },
    };
  },
  "backwards, with rows, a softmax, a sort and a scatter": () => {
    const variables = [variable(noise([24, 257], 5)), variable(noise([31, 257], 6)), variable(0)];
    const xs = noise([3, 24, 257], 7);
    const places = tensor(
      Int32Array.from({ length: 72 }, (_, i) => (i * i + 3) % 31),
      { shape: [3, 24] },
    );
    return {
      variables,
      step: () => {
        const [h, table, count] = variables.map((v) => v.value) as [Tensor, Tensor, Tensor];
        const [last, ys] = scan<Tensor, readonly [Tensor, Tensor], Tensor>(
          (carry, [x, at]) => {
            const scores = carry.add(x).add(table.take(at)).add(count);
            const powers = scores.sub(scores.max(1, { keepDims: true })).exp();
            const share = powers.div(powers.sum(1, { keepDims: true }));
            return [sort(scores.mul(0.7)).add(share), share.sum(0)];
          },
          h,
          [xs, places] as const,
          { reverse: true },
        );
        return descend(last.square().mean().add(ys.square().mean()), variables);
      },
    };
  },
  "a loop in a loop": () => {
    const variables = [variable(noise([batch, width], 8)), variable(noise([2, width, width], 9, 0.2)), variable(0)];
    const xs = noise([2, 3, batch, width], 10);
    return {
      variables,
      step: () => {
        const [h, ws, count] = variables.map((v) => v.value) as [Tensor, Tensor, Tensor];
        const [last, ys] = scan<Tensor, readonly [Tensor, Tensor], Tensor>(
          (outer, [x, w]) => {
            const [carried, means] = scan(
              (inner: Tensor, slice: Tensor) => {
                const next = inner.mul(0.5).add(slice.matmul(w)).add(outer).sin();
                return [next, next.mean(0)];
              },
              outer.add(count.mul(0.1)),
              x,
              { reverse: true },
            );
            return [carried.mul(0.9), means.sum(0)];
          },
          h,
          [xs, ws] as const,
        );
        return descend(last.square().mean().add(ys.square().mean()), variables);
      },
    };
  },
};

/** The loss after three steps, and all variables. */
async function run(name: string): Promise<number[][]> {
  const { variables, step } = programs[name]!();
  const compiled = compile(step);
  const loss = await compiled.repeat(3);
  return [[await loss.item()], ...(await Promise.all(variables.map(async (v) => [...(await v.data())])))];
}

test.each(Object.keys(programs))(
  "%s: the same bits with 1, 2 and 4 threads, and the reference's values",
  async (name) => {
    setBackend("reference");
    const expected = await run(name);
    setBackend("wasm");
    const runs: number[][][] = [];
    for (const threads of [1, 2, 4]) {
      setThreads(threads);
      runs.push(await run(name));
    }
    // Were nothing divided, the number of threads would not matter.
    expect((await (await compile(programs[name]!().step).program()).describe()).memory.threads).toBe(4);
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
    runs[0]!.forEach((values, i) => {
      const scale = Math.max(1e-3, ...expected[i]!.map(Math.abs));
      const off = Math.max(...values.map((x, j) => Math.abs(x - expected[i]![j]!)));
      expect(off / scale, `result ${i}`).toBeLessThan(1e-4);
    });
  },
);
