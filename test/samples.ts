// The domains from which cases draw their inputs. They avoid kinks, poles and intervals where a function is constant.
import type { DType } from "../src/dtype.ts";
import type { HostArray } from "../src/host-array.ts";
import type { HostRandom } from "../src/random.ts";
import { permutation } from "../src/random.ts";
import { type Shape, sizeOf } from "../src/shape.ts";
import { drawFloat, hostArray } from "./compare.ts";

/** The distribution of an input's elements, for any shape. */
export interface Domain {
  readonly dtype: DType;
  readonly draw: (random: HostRandom, size: number) => (i: number) => number;
  /** True if gradients can be checked by finite differences. */
  readonly hasGradient: boolean;
}

/** One input of a case. */
export type Sample = (random: HostRandom) => HostArray;

export const sample =
  (domain: Domain, shape: Shape): Sample =>
  (random) =>
    hostArray(shape, domain.dtype, domain.draw(random, sizeOf(shape)));

const floats = (draw: Domain["draw"]): Domain => ({ dtype: "float32", draw, hasGradient: true });
const sign = (random: HostRandom): number => (random.below(2) ? 1 : -1);

/** Even in [low, high). */
export const between = (low: number, high: number): Domain => floats((random) => () => drawFloat(random, low, high));

/** Even in [−1, 1). */
export const unit = between(-1, 1);

/** Of either sign, with a magnitude in [low, high). */
export const awayFromZero = (low: number, high: number): Domain =>
  floats((random) => () => sign(random) * drawFloat(random, low, high));

/** Of either sign, with a magnitude spread over decades: 10^low to 10^high. */
export const decades = (low: number, high: number, bothSigns = true): Domain =>
  floats((random) => () => (bothSigns ? sign(random) : 1) * 10 ** drawFloat(random, low, high));

/** Up to ±reach, at least 0.08 from every integer and every half. */
export const offGrid = (reach: number): Domain =>
  floats((random) => () => sign(random) * (random.below(2 * reach) / 2 + drawFloat(random, 0.08, 0.42)));

/** Near one of the points phase + spacing·n: two such domains of different phase never meet. */
export const onGrid = (phase: number, spacing = 0.5): Domain =>
  floats((random) => () => (random.below(9) - 4 + phase) * spacing + drawFloat(random, -0.1, 0.1) * spacing);

/** Distinct numbers around zero, at least a third of a step apart, in random order. */
export const distinct = (step = 0.3): Domain =>
  floats((random, size) => {
    const order = permutation(size, random.uint32());
    return (i) => (order[i]! - size / 2 + 0.4 + drawFloat(random, -0.3, 0.3)) * step;
  });

/** The given numbers in turn. */
export const listed = (values: readonly number[], dtype: DType = "float32"): Domain => ({
  dtype,
  hasGradient: false,
  draw: () => (i) => values[i % values.length]!,
});

/** Integers in [low, high]. */
export const whole = (low: number, high: number, dtype: DType = "int32"): Domain => ({
  dtype,
  hasGradient: false,
  draw: (random) => () => low + random.below(high - low + 1),
});

/** All 32 bits at random. */
export const anyBits = (dtype: "int32" | "uint32"): Domain => ({
  dtype,
  hasGradient: false,
  draw: (random) => () => (dtype === "int32" ? random.uint32() | 0 : random.uint32()),
});

export const bools: Domain = whole(0, 1, "bool");
export const bytes: Domain = whole(0, 255, "uint8");

/** The special values of float32, and ordinary numbers at which a rounding or a sign changes. */
export const specialFloats: readonly number[] = [
  NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  -1.5,
  2.5,
  -2.5,
  0.3,
  -0.3,
  2,
  -3,
  7.25,
  1e-40,
  -1e-40,
  1e-10,
  -1e-10,
  3e38,
  -3e38,
  8388609,
  -8388607.5,
  88,
  -87,
];
export const extremeInts: readonly number[] = [
  0,
  1,
  -1,
  2,
  -2,
  3,
  -7,
  31,
  32,
  33,
  65536,
  -65537,
  2 ** 31 - 1,
  -(2 ** 31),
  1 - 2 ** 31,
];
export const extremeUints: readonly number[] = [
  0,
  1,
  2,
  3,
  7,
  31,
  32,
  33,
  65536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 31 + 1,
  2 ** 32 - 1,
];

/** The given indices in turn. */
export const indices = (values: readonly number[], shape: Shape, dtype: DType = "int32"): Sample =>
  sample(listed(values, dtype), shape);
