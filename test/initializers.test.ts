// Initializers that scale by fans and draw orthonormal matrices: moments, orthogonality, options, files.
import { describe, expect, test } from "vitest";
import { initializers, layers, random, type Shape, sequential } from "../src/index.ts";
import { initializer, initializerConfig } from "../src/nn/weights/initializers.ts";

const key = random.key(7);
const moments = async (values: Promise<ArrayLike<number>>) => {
  const numbers = Array.from(await values);
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  return {
    mean,
    variance: numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length,
    greatest: Math.max(...numbers.map(Math.abs)),
  };
};

describe("varianceScaling", () => {
  // Receptive field 3·3, 20 channels in, 30 out.
  const shape = [3, 3, 20, 30];
  const fans = { fanIn: 180, fanOut: 270, fanAvg: 225 } as const;
  const cases = (["fanIn", "fanOut", "fanAvg"] as const).flatMap((mode) =>
    (["truncatedNormal", "untruncatedNormal", "uniform"] as const).map((distribution) => [mode, distribution] as const),
  );
  test.each(cases)("%s, %s: mean, variance, bound", async (mode, distribution) => {
    const made = initializers.varianceScaling({ scale: 3, mode, distribution }).make(key, shape);
    const wanted = 3 / fans[mode];
    const { mean, variance, greatest } = await moments(made.data());
    // 5,400 draws: the mean is good to 1.4 % of a deviation, the variance to 2 %.
    expect(Math.abs(mean)).toBeLessThan(0.05 * Math.sqrt(wanted));
    expect(variance / wanted).toBeGreaterThan(0.93);
    expect(variance / wanted).toBeLessThan(1.07);
    const bound = { truncatedNormal: 2 / 0.8796, untruncatedNormal: 6, uniform: Math.sqrt(3) }[distribution];
    const least = { truncatedNormal: 2, untruncatedNormal: 3, uniform: 1.7 }[distribution];
    expect(greatest / Math.sqrt(wanted)).toBeLessThan(bound + 1e-3);
    expect(greatest / Math.sqrt(wanted)).toBeGreaterThan(least);
  });
  test("the named ones are of its kind, to the bit", async () => {
    const same = {
      glorotUniform: { mode: "fanAvg", distribution: "uniform" },
      glorotNormal: { mode: "fanAvg" },
      heUniform: { scale: 2, distribution: "uniform" },
      heNormal: { scale: 2 },
      lecunUniform: { distribution: "uniform" },
      lecunNormal: {},
    } as const;
    for (const [name, options] of Object.entries(same)) {
      const named = await initializer(name as "heNormal")
        .make(key, shape)
        .data();
      expect(await initializers.varianceScaling(options).make(key, shape).data()).toEqual(named);
    }
  });
});

describe("orthogonal", () => {
  /** The products of every two columns (or rows where there are fewer), less the identity; the greatest. */
  async function fault(shape: Shape, gain: number): Promise<number> {
    const made = initializers.orthogonal({ gain }).make(key, shape);
    const matrix = made.reshape([shape.slice(0, -1).reduce((a, b) => a * b, 1), shape.at(-1)!]);
    const [rows, columns] = matrix.shape as [number, number];
    const q = rows < columns ? matrix : matrix.transpose();
    const products = (await q.matmul(q.transpose()).array()) as number[][];
    return Math.max(...products.flatMap((row, i) => row.map((x, j) => Math.abs(x - (i === j ? gain * gain : 0)))));
  }
  test.each([
    [[1, 1]],
    [[5, 5]],
    [[7, 3]],
    [[3, 7]],
    [[64, 64]],
    [[32, 128]],
    [[300, 200]],
    [[3, 3, 4, 8]],
    [[2, 2, 3, 40]],
  ])("%j: columns or rows are orthonormal", async (shape) => {
    expect(await fault(shape, 1)).toBeLessThan(2e-6);
    expect(await fault(shape, 3)).toBeLessThan(2e-5);
  });
  test("is drawn evenly: entries have mean 0 and variance 1/n, and no sign is preferred", async () => {
    const all: number[] = [];
    let positive = 0;
    for (let seed = 0; seed < 60; seed++) {
      const values = await initializers.orthogonal().make(random.key(seed), [12, 12]).data();
      all.push(...values);
      positive += Number(values[0]! > 0);
    }
    const { mean, variance } = await moments(Promise.resolve(all));
    expect(Math.abs(mean)).toBeLessThan(0.015);
    expect(variance * 12).toBeCloseTo(1, 2);
    expect(positive).toBeGreaterThan(15);
    expect(positive).toBeLessThan(45);
  });
  test("the same key gives the same matrix, another key another one", async () => {
    const make = async (seed: number) => [...(await initializers.orthogonal().make(random.key(seed), [4, 6]).data())];
    expect(await make(1)).toEqual(await make(1));
    expect(await make(1)).not.toEqual(await make(2));
  });
  test("a vector has no columns", () =>
    expect(() => initializers.orthogonal().make(key, [4])).toThrow(
      "initializers.orthogonal: expected two axes or more, got [4].",
    ));
  test("is taken by name, and comes back from JSON", async () => {
    const model = sequential([layers.dense(6, { kernelInitializer: "orthogonal" })], { inputShape: [4] });
    expect(Object.keys(await model.getWeights())).toHaveLength(2);
    for (const made of [
      initializers.orthogonal({ gain: 2 }),
      initializers.varianceScaling({ mode: "fanOut", distribution: "uniform" }),
      initializers.zeros(),
    ]) {
      const { name, config } = initializer(JSON.parse(JSON.stringify(initializerConfig(made))));
      expect({ name, config }).toEqual({ name: made.name, config: made.config });
    }
  });
});

test.each([
  [
    () => initializers.varianceScaling({ mode: "fan_in" as never }),
    'initializers.varianceScaling: expected mode to be one of fanIn, fanOut, fanAvg, got "fan_in".',
  ],
  [
    () => initializers.varianceScaling({ distribution: 3 as never }),
    "expected distribution to be one of truncatedNormal, untruncatedNormal, uniform, got 3.",
  ],
  [() => initializers.varianceScaling({ scale: 0 }).make(key, [2, 2]), "expected a scale above 0, got 0."],
  [() => initializers.orthogonal({ gain: Infinity }), "expected gain to be a finite number, got Infinity."],
  [() => initializer(3 as never), "expected an initializer, such as a name or initializers.…(), got 3."],
  [() => initializer({ name: "orthogonl" }), 'unknown initializer "orthogonl". Did you mean "orthogonal"?'],
])("%#: what is wrong is said", (make, message) => expect(make).toThrow(message));
