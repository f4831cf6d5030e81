// Random realistic calls of every family of functions, with PyTorch's values, gradients and second derivatives.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as nabla from "../src/index.ts";
import { type DType, gradients, type Layer, layers, losses, type Tensor, tensor } from "../src/index.ts";
import { backendValues, difference } from "./compare.ts";

interface RandomCase {
  readonly name: string;
  readonly options: any;
  readonly inputs: readonly { dtype: DType; shape: readonly number[]; data: readonly (number | string)[] }[];
  readonly shape: readonly number[];
  readonly value: readonly (number | string)[];
  readonly gradients?: readonly (readonly (number | string)[])[];
  readonly second?: readonly (readonly (number | string)[])[];
}

// A file of one's own, made by random-cases.py, is read where the environment names it.
const file = process.env["NABLA_RANDOM_CASES"] ?? new URL("goldens/random-cases.json", import.meta.url);
const cases = JSON.parse(readFileSync(file, "utf8")) as RandomCase[];

const numbers = (values: readonly (number | string)[]): number[] =>
  values.map((value) => (typeof value === "number" ? value : Number(value.replace("inf", "Infinity"))));

type Call = (o: any, ...xs: Tensor[]) => Tensor;

const unary =
  "exp expm1 sin cos tanh erf sigmoid silu gelu square softplus tan neg abs relu sign floor ceil round elu selu " +
  "leakyRelu softsign log log1p sqrt rsqrt";
const binary = "add sub mul div mod pow maximum minimum";
const folds = "sum mean max min";
const options = "conv1d conv2d conv3d convTranspose1d convTranspose2d convTranspose3d";
const pools = "maxPool1d maxPool2d averagePool1d averagePool2d";

/** A method of a tensor or, where there is none, the function of that name. */
const either = (name: string): ((...args: any[]) => Tensor) => {
  const all = nabla as unknown as Record<string, (...args: any[]) => Tensor>;
  return (x: any, ...rest) => (typeof x[name] === "function" ? x[name](...rest) : all[name]!(x, ...rest));
};
const each = (names: string, call: (name: string) => Call): Record<string, Call> =>
  Object.fromEntries(names.split(" ").map((name) => [name, call(name)]));

const spaces = (names: string): string =>
  names.replace(/\w*#\w*/g, (name) => [1, 2, 3].map((rank) => name.replace("#", `${rank}`)).join(" "));
const layerNames = spaces(
  "conv#d conv#dTranspose depthwiseConv1d depthwiseConv2d separableConv1d separableConv2d maxPooling#d " +
    "averagePooling#d globalMaxPooling#d globalAveragePooling#d batchNormalization layerNormalization " +
    "groupNormalization rmsNormalization unitNormalization add subtract multiply average concatenate dot permute " +
    "cropping#d zeroPadding#d upSampling#d",
);

/** The output of a layer that is made with these arguments, for inputs and then parameters. */
function layerCall(name: string, { args, inputs, training = false }: any, xs: readonly Tensor[]): Tensor {
  const layer = (layers[name as "dense"] as (...args: any[]) => Layer)(...args);
  const isMerging = "add subtract multiply average concatenate dot".split(" ").includes(name);
  const given = isMerging ? xs.slice(0, inputs) : xs[0]!;
  layer.apply(given as never);
  const run = layer.parameters.reduce<() => Tensor>(
    (inner, parameter, i) => () => parameter.during(xs[inputs + i]!, inner),
    () => layer.apply(given as never, { training }),
  );
  return run();
}

const flipped = (x: Tensor): Tensor => nabla.swapaxes(x, -1, -2);

const calls: Record<string, Call> = {
  ...each(unary, (name) => (_, x) => either(name)(x)),
  ...each(binary, (name) => (_, a, b) => either(name)(a, b)),
  ...each(
    folds,
    (name) =>
      ({ axes, keepDims }, x) =>
        either(name)(x, axes, { keepDims }),
  ),
  ...each(
    "variance std logsumexp",
    (name) =>
      ({ axes, keepDims }, x) =>
        either(name)(x, axes, { keepDims }),
  ),
  ...each(
    "argmax argmin median softmax logSoftmax cumsum cumprod prod",
    (name) =>
      ({ axis }, x) =>
        either(name)(x, axis),
  ),
  ...each(options, (name) => (o, x, kernel) => either(name)(x, kernel, o)),
  ...each(
    pools,
    (name) =>
      ({ size, ...o }, x) =>
        either(name)(x, size, o),
  ),
  powNumber: ({ power }, x) => x.pow(power),
  atan2: (_, a, b) => nabla.arctan2(a, b),
  where: (_, c, a, b) => nabla.where(c, a, b),
  clip: ({ low, high }, x) => nabla.clip(x, low, high),
  norm: ({ axes, keepDims }, x) => nabla.norm(x, { axes, keepDims }),
  norm1: ({ axes, keepDims }, x) => nabla.norm(x, { ord: 1, axes, keepDims }),
  at: ({ index, square }, x) => (square ? x.at(...index).square() : x.at(...index)),
  take: ({ indices, axis }, x) => x.take(indices, axis),
  takeHeld: ({ indices, axis }, x) => x.take(tensor(indices, { dtype: "int32" }), axis),
  takeAlongAxis: ({ axis }, x, indices) => nabla.takeAlongAxis(x, indices, axis),
  flip: ({ axes }, x) => x.flip(axes),
  pad: ({ widths, value }, x) => x.pad(widths, value),
  roll: ({ shift, axis }, x) => nabla.roll(x, shift, axis),
  tile: ({ reps }, x) => nabla.tile(x, reps),
  repeat: ({ count, axis }, x) => nabla.repeat(x, count, axis),
  tril: ({ k }, x) => nabla.tril(x, k),
  triu: ({ k }, x) => nabla.triu(x, k),
  diagonal: ({ offset, axes }, x) => nabla.diagonal(x, offset, axes[0], axes[1]),
  concatenate: ({ axis }, ...xs) => nabla.concatenate(xs, axis),
  windows: ({ axis, size, strides }, x) => x.slidingWindow(axis, size, { strides }).square(),
  transposeReshape: ({ order }, x) => x.transpose(order).reshape([-1]).square(),
  sort: ({ axis, descending }, x) => nabla.sort(x, axis, { descending }),
  argsort: ({ axis, descending }, x) => nabla.argsort(x, axis, { descending }),
  topK: ({ axis, k }, x) => nabla.topK(x, k, axis).values,
  matmul: (_, a, b) => a.matmul(b),
  matmulFlipped: (_, a, b) => a.transpose().matmul(b.flip(0)),
  tensordot: (_, a, b) =>
    nabla.tensordot(a, b, [
      [2, 0],
      [1, 2],
    ]),
  einsum: ({ formula }, ...xs) => nabla.einsum(formula, ...xs),
  solve: (_, a, b) => nabla.linalg.solve(a, b),
  inv: (_, x) => nabla.linalg.inv(x),
  logabsdet: (_, x) => nabla.linalg.slogdet(x).logabsdet,
  cholesky: (_, x) => nabla.linalg.cholesky(x.matmul(flipped(x)).add(nabla.eye(x.shape.at(-2)!))),
  qr: (_, x) => nabla.concatenate(Object.values(nabla.linalg.qr(x)), -2),
  eigenvalues: (_, x) => nabla.linalg.eigh(x.add(flipped(x))).eigenvalues,
  eigenvectors: (_, x) => nabla.linalg.eigh(x.add(flipped(x))).eigenvectors,
  svd: (_, x) => {
    const { u, s, vh } = nabla.linalg.svd(x, { fullMatrices: false });
    return nabla.concatenate([u, flipped(vh), s.expandDims(-2)], -2);
  },
  pinv: (_, x) => nabla.linalg.pinv(x),
  lstsq: (_, a, b) => nabla.linalg.lstsq(a, b).x,
  layerNorm: ({ epsilon }, x, gamma, beta) => nabla.layerNorm(x, { gamma, beta, epsilon }),
  batchNorm: ({ epsilon }, x, gamma, beta) => nabla.batchNorm(x, { gamma, beta, epsilon }),
  groupNorm: ({ epsilon }, x, gamma, beta) => nabla.groupNorm(x, 2, { gamma, beta, epsilon }),
  rmsNorm: ({ epsilon }, x, gamma) => nabla.rmsNorm(x, { gamma, epsilon }),
  l2Normalize: (_, x) => nabla.l2Normalize(x),
  attention: (o, q, k, v, mask) => nabla.scaledDotProductAttention(q, k, v, { ...o, ...(mask && { mask }) }),
  ...Object.fromEntries(
    layerNames.split(" ").map((name): [string, Call] => [`layers.${name}`, (o, ...xs) => layerCall(name, o, xs)]),
  ),
  affineTransform: (o, x, transforms) => nabla.affineTransform(x, transforms, o),
  resizeImages: ({ size, ...o }, x) => nabla.resizeImages(x, size, o),
  ...each(Object.keys(losses).join(" "), (name) => (o, p, t) => losses[name as "huber"](o).call(t, p)),
};

/** The weights of the sums whose gradients the file holds. */
const weigh = (y: Tensor, phase: number): Tensor =>
  y
    .mul(
      tensor(
        Float32Array.from({ length: y.size }, (_, i) => 1 + 0.5 * Math.sin(1.3 * i + phase)),
        { shape: y.shape },
      ),
    )
    .sum();

async function faultsOf(c: RandomCase): Promise<string[]> {
  const xs = c.inputs.map(({ dtype, shape, data }) => {
    const scale = dtype === "float32" ? 1 / 8 : 1;
    const values = numbers(data).map((value) => value * scale);
    const held =
      dtype === "float32"
        ? Float32Array.from(values)
        : dtype === "bool"
          ? Uint8Array.from(values)
          : Int32Array.from(values);
    return tensor(held, { shape, dtype });
  });
  const floats = xs.filter((x) => x.dtype === "float32");
  const y = calls[c.name]!(c.options, ...xs);
  const slopes = c.gradients ? gradients(weigh(y, 0), floats) : [];
  const second = c.second
    ? gradients(
        slopes.map((s) => weigh(s, 1)).reduce((a, b) => a.add(b)),
        floats,
      )
    : [];
  const got = await backendValues([y, ...slopes, ...second]);
  const wanted = [c.value, ...(c.gradients ?? []), ...(c.second ?? [])];
  const faults = got.map((values, i) => {
    // Sums lose digits by the size of their terms, which inputs of up to 3 and dozens of terms make a few hundred.
    const what =
      i === 0 ? "value" : i <= slopes.length ? `gradient ${i - 1}` : `second derivative ${i - 1 - slopes.length}`;
    const dtype = i === 0 ? y.dtype : "float32";
    const want = numbers(wanted[i]!);
    const greatest = want.filter(Number.isFinite).reduce((most, w) => Math.max(most, Math.abs(w)), 1);
    const close = want.every((w, k) =>
      Number.isFinite(w) ? Math.abs(values[k]! - w) <= 3e-5 * (i + 1) * greatest : Object.is(values[k], w),
    );
    if (values.length === want.length && dtype === "float32" && close) return null;
    const fault = difference(values, want, dtype, { relative: 3e-5, floor: 1 });
    return fault && `${what}: ${fault}`;
  });
  const shape = y.shape.join() === c.shape.join() ? null : `shape [${y.shape}] instead of [${c.shape}]`;
  return [shape, ...faults].filter((fault) => fault !== null);
}

const names = [...new Set(cases.map((c) => c.name))];

describe("PyTorch's answer to random calls", () => {
  test.each(names)("%s", async (name) => {
    const found: string[] = [];
    for (const c of cases.filter((one) => one.name === name)) {
      const faults = await faultsOf(c).catch((error: Error) => [error.message]);
      const shapes = c.inputs.map((x) => `${x.dtype}[${x.shape}]`).join(" ");
      for (const fault of faults) found.push(`${name} ${shapes} ${JSON.stringify(c.options)}: ${fault}`);
    }
    expect(found.slice(0, Number(process.env["NABLA_RANDOM_SHOWN"] ?? 5))).toEqual([]);
  });

  test("every call that the generator draws is here, and drawn", () => {
    expect(names.filter((name) => !(name in calls))).toEqual([]);
    if (!process.env["NABLA_RANDOM_CASES"])
      expect(Object.keys(calls).filter((name) => !names.includes(name))).toEqual([]);
  });
});
