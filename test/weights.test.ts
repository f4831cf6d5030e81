// Regularizers and constraints: PyTorch's values, bounds that hold, names and files, what is wrong.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { constraints, gradients, random, regularizers, type Tensor, tensor } from "../src/index.ts";
import { constraint, constraintConfig } from "../src/nn/weights/constraints.ts";
import { regularizer, regularizerConfig } from "../src/nn/weights/regularizers.ts";
import { difference } from "./compare.ts";

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
interface Golden {
  readonly name: string;
  readonly kind: "regularizer" | "constraint";
  readonly options: object;
  readonly inputs: readonly [Numbers];
  readonly value: Numbers;
  readonly weights?: Numbers;
  readonly gradients?: readonly [Numbers];
}

const { cases } = JSON.parse(readFileSync(new URL("./goldens/weights.json", import.meta.url), "utf8")) as {
  cases: Golden[];
};
const agrees = async (x: Tensor, { shape, data }: Numbers): Promise<void> => {
  expect(x.shape).toEqual(shape);
  expect(difference(await x.data(), data, "float32", { relative: 2e-5, floor: 0.01 })).toBeNull();
};
const data = async (x: Tensor): Promise<number[]> => Array.from(await x.data());

describe("against PyTorch", () => {
  test.each(cases.map((golden) => [`${golden.name} ${JSON.stringify(golden.options)}`, golden] as const))(
    "%s",
    async (_, { kind, name, options, inputs, value, weights, gradients: slopes }) => {
      const weight = tensor(Float32Array.from(inputs[0].data), { shape: inputs[0].shape });
      const json = { name, config: options } as { name: string; config: Record<string, number> };
      const y = (kind === "regularizer" ? regularizer(json) : constraint(json)).call(weight);
      await agrees(y, value);
      if (slopes)
        await agrees(gradients(y.mul(tensor([...weights!.data]).reshape(y.shape)).sum(), [weight])[0]!, slopes[0]);
    },
  );
  test("every regularizer and constraint has goldens", () => {
    const names = new Set(cases.map(({ name }) => name));
    for (const name of [...Object.keys(regularizers), ...Object.keys(constraints)]) expect(names).toContain(name);
  });
});

describe("regularizers", () => {
  const w = tensor([
    [1, -2],
    [0, 3],
  ]);
  test("worked values", async () => {
    expect(await data(regularizers.l1(0.5).call(w))).toEqual([3]);
    expect(await data(regularizers.l2({ l2: 0.5 }).call(w))).toEqual([7]);
    expect(await data(regularizers.l1l2({ l1: 1 }).call(w))).toEqual([6]);
    expect((await data(regularizer("l1l2").call(w)))[0]).toBeCloseTo(0.2, 6);
    expect((await data(regularizers.orthogonal({ factor: 2, mode: "columns" }).call(w)))[0]).toBeCloseTo(
      2 * (2 / Math.sqrt(13)),
      6,
    );
    expect(await data(regularizers.orthogonal(1).call(tensor([[3, 4]])))).toEqual([0]);
  });
  test("an orthogonal matrix has no penalty, zeros have no NaN", async () => {
    expect(
      await data(
        regularizers.orthogonal(1).call(
          tensor([
            [0, 2],
            [-3, 0],
          ]),
        ),
      ),
    ).toEqual([0]);
    const zeros = tensor([
      [0, 0],
      [0, 0],
    ]);
    for (const name of ["l1", "l2", "l1l2", "orthogonal"] as const) {
      const penalty = regularizer(name).call(zeros);
      expect(await data(penalty)).toEqual([0]);
      expect((await data(gradients(penalty, [zeros])[0]!)).every(Number.isFinite)).toBe(true);
    }
  });
});

describe("constraints", () => {
  const w = random.normal(random.key(3), [6, 5]).mul(2);
  const norms = async (x: Tensor, axis: number | readonly number[] = 0): Promise<number[]> =>
    data(x.square().sum(axis).sqrt());

  test("norms are within their bounds along their axes, and what is within already stays", async () => {
    for (const n of await norms(constraints.maxNorm(1.5).call(w))) expect(n).toBeLessThanOrEqual(1.5 + 1e-6);
    for (const n of await norms(constraints.unitNorm({ axis: 1 }).call(w), 1)) expect(n).toBeCloseTo(1, 5);
    const kernel = random.normal(random.key(4), [3, 3, 2, 4]);
    for (const n of await norms(constraints.unitNorm({ axis: [0, 1, 2] }).call(kernel), [0, 1, 2]))
      expect(n).toBeCloseTo(1, 5);
    const between = constraints.minMaxNorm({ minValue: 3, maxValue: 4 });
    for (const n of await norms(between.call(w))) {
      expect(n).toBeGreaterThanOrEqual(3 - 1e-5);
      expect(n).toBeLessThanOrEqual(4 + 1e-5);
    }
    const [kept, before] = [await data(constraints.maxNorm(1e3).call(w)), await data(w)];
    kept.forEach((value, i) => expect(value).toBeCloseTo(before[i]!, 5));
  });
  test("the rate of minMaxNorm goes part of the way", async () => {
    const [before, half] = [await norms(w), await norms(constraints.minMaxNorm({ maxValue: 1, rate: 0.5 }).call(w))];
    half.forEach((n, i) => expect(n).toBeCloseTo((before[i]! + Math.min(1, before[i]!)) / 2, 4));
  });
  test("zeros stay zeros", async () => {
    const zeros = tensor([[0, 0]]);
    for (const name of ["maxNorm", "nonNeg", "unitNorm", "minMaxNorm"] as const)
      expect(await data(constraint(name).call(zeros))).toEqual([0, 0]);
  });
});

describe("names and files", () => {
  test("each comes back from JSON with its options", () => {
    const axis = [0, 1, 2];
    for (const made of [
      regularizers.l1(0.2),
      regularizers.l1l2({ l2: 1 }),
      regularizers.orthogonal({ mode: "columns" }),
    ]) {
      const { name, config } = regularizer(JSON.parse(JSON.stringify(regularizerConfig(made))));
      expect({ name, config }).toEqual({ name: made.name, config: made.config });
    }
    for (const made of [
      constraints.maxNorm({ axis }),
      constraints.nonNeg(),
      constraints.minMaxNorm({ rate: 0.1, axis }),
    ]) {
      const { name, config } = constraint(JSON.parse(JSON.stringify(constraintConfig(made))));
      expect({ name, config }).toEqual({ name: made.name, config: made.config });
    }
    expect(constraintConfig(constraints.nonNeg())).toBe("nonNeg");
    expect(regularizers.l1l2().config).toEqual({ l1: 0.01, l2: 0.01 });
    expect(regularizers.l1l2({ l1: 0.1 }).config).toEqual({ l1: 0.1, l2: 0 });
  });
  test("a function of one's own works, but no file holds it", async () => {
    const own = regularizer((w) => w.abs().max());
    expect(await data(own.call(tensor([1, -4])))).toEqual([4]);
    expect(() => regularizerConfig(own)).toThrow(
      "the regularizer is a function of your own, which a file cannot hold; use regularizers.…() instead.",
    );
    expect(await data(constraint((w) => w.neg()).call(tensor([1])))).toEqual([-1]);
  });
  test.each([
    [() => regularizer("l3" as "l1"), 'unknown regularizer "l3". Did you mean "l1"?'],
    [() => regularizer(null as never), "expected a regularizer, such as a name or regularizers.…(), got null."],
    [() => regularizers.l2(-1), "regularizers.l2: expected l2 to be from 0 up, got -1."],
    [() => regularizers.l1({ l2: 1 } as object), 'regularizers.l1: unknown option "l2".'],
    [() => regularizers.l1(Number.NaN), "regularizers.l1: expected l1 to be a finite number, got NaN."],
    [
      () => regularizers.orthogonal({ mode: "row" as "rows" }),
      'regularizers.orthogonal: expected mode to be one of rows, columns, got "row".',
    ],
    [() => regularizers.orthogonal().call(tensor([1, 2])), "regularizers.orthogonal: expected a matrix, got [2]."],
    [() => constraint("maxnorm" as "maxNorm"), 'unknown constraint "maxnorm". Did you mean "maxNorm"?'],
    [() => constraints.maxNorm(-1), "constraints.maxNorm: expected norms with 0 ≤ minValue ≤ maxValue, got 0 and -1."],
    [() => constraints.minMaxNorm({ minValue: 2 }), "expected norms with 0 ≤ minValue ≤ maxValue, got 2 and 1."],
    [() => constraints.minMaxNorm({ rate: 2 }), "constraints.minMaxNorm: expected a rate from 0 to 1, got 2."],
    [
      () => constraints.unitNorm({ axis: "rows" as never }),
      'constraints.unitNorm: expected axis to be an integer or a list of integers, got "rows".',
    ],
  ])("%#: what is wrong is said", (make, message) => expect(make).toThrow(message));
});
