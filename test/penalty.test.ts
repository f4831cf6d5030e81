// The penalty of the linear model that networks for classes begin as, and the rule by which folds choose.
import { expect, test } from "vitest";
import { isNotAbove } from "../src/automatic/folds.ts";
import { choosePenalty, learnLinear } from "../src/automatic/linear.ts";
import { hostRandom } from "../src/random.ts";

/** Rows of `width` numbers in [−1, 1), five folds of them, and classes that follow from the first one and noise. */
function made(rows: number, width: number, noise: number) {
  const random = hostRandom(5);
  const draw = (): number => random.uint32() / 2 ** 31 - 1;
  const data = Float32Array.from({ length: rows * width }, draw);
  const values = Int32Array.from({ length: rows }, (_, i) => (data[i * width]! + noise * draw() > 0 ? 1 : 0));
  const folds = [0, 1, 2, 3, 4].map((k) => Int32Array.from({ length: rows }, (_, i) => i).filter((i) => i % 5 === k));
  const inputs = { array: { data, shape: [rows, width], dtype: "float32" as const } };
  return { inputs, targets: { classes: 2, values }, folds };
}

test("is strong where rows are few and noise is much, and weak where the classes are clear", () => {
  const noisy = made(60, 20, 3);
  expect(choosePenalty(noisy.inputs, noisy.targets, noisy.folds)).toBe(64);
  const clear = made(600, 2, 0);
  expect(choosePenalty(clear.inputs, clear.targets, clear.folds)).toBe(1);
  // Least squares, one fold, and inputs for which there is no time have 1.
  const numbers = { classes: 0, values: Float32Array.from(noisy.targets.values) };
  expect(choosePenalty(noisy.inputs, numbers, noisy.folds)).toBe(1);
  expect(choosePenalty(noisy.inputs, noisy.targets, noisy.folds.slice(0, 1))).toBe(1);
  const large = made(12_000, 90, 3);
  expect(choosePenalty(large.inputs, large.targets, large.folds)).toBe(1);
});

test("makes weights smaller", () => {
  const { inputs, targets } = made(60, 3, 1);
  const sizes = [1, 4, 16].map((penalty) => Math.hypot(...learnLinear(inputs, targets, penalty).kernel));
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  expect(sizes[2]).toBeLessThan(0.7 * sizes[0]!);
});

test("losses are clearly above others if their mean difference exceeds its standard error", () => {
  expect(isNotAbove([1.1, 1.3, 0.9], [1, 1, 1])).toBe(true);
  expect(isNotAbove([1.1, 1.3, 1.2], [1, 1, 1])).toBe(false);
  expect(isNotAbove([1, 1, 1], [1, 1, 1])).toBe(true);
  expect(isNotAbove([0.5, 0.5, 0.6], [1, 1, 1])).toBe(true);
});
