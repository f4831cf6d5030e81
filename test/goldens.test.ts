// Compares values and gradients with PyTorch's, which test/goldens/make.py has written.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compile } from "../src/compile-function.ts";
import { activation } from "../src/functions/activations.ts";
import * as array from "../src/functions/array.ts";
import { logSoftmax, softmax } from "../src/functions/softmax.ts";
import {
  activations,
  argsort,
  averagePool1d,
  averagePool2d,
  averagePool3d,
  batchNorm,
  callbacks,
  clip,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  crelu,
  cumprod,
  cumsum,
  depthwiseConv1d,
  depthwiseConv2d,
  einsum,
  erfinv,
  eye,
  glu,
  gradients,
  groupNorm,
  l2Normalize,
  layerNorm,
  layers,
  linalg,
  logsumexp,
  losses,
  maxout,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  median,
  optimizers,
  rmsNorm,
  roll,
  scaledDotProductAttention,
  type schedules,
  sequential,
  sort,
  sparsemax,
  std,
  swapaxes,
  Tensor,
  type TensorLike,
  tensor,
  threshold,
  topK,
  tril,
  tripletMarginLoss,
  type Variable,
  variable,
  where,
} from "../src/index.ts";
import type { TrainedRange } from "../src/nn/tree/store.ts";
import * as ops from "../src/ops/index.ts";
import { scheduleFromJson } from "../src/optimizers/schedules/index.ts";
import { difference } from "./compare.ts";

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
}
interface Golden {
  readonly name: string;
  readonly inputs: readonly Numbers[];
  readonly value: Numbers;
  readonly weights?: Numbers;
  readonly gradients?: readonly (Numbers | null)[];
  readonly [option: string]: unknown;
}

const read = <T>(name: string): T[] =>
  (JSON.parse(readFileSync(new URL(`./goldens/${name}.json`, import.meta.url), "utf8")) as { cases: T[] }).cases;
const values = ({ data }: Numbers): number[] => data.map(Number);
const given = (x: Numbers): Tensor => tensor(Float32Array.from(values(x)), { shape: x.shape });

/** Each element to 2e-5 of itself, or of a hundredth of the greatest. */
async function agrees(x: Tensor, golden: Numbers, relative = 2e-5): Promise<void> {
  expect(x.shape).toEqual(golden.shape);
  expect(difference(await x.data(), values(golden), "float32", { relative, floor: 0.01 })).toBeNull();
}

/** The value of `f`, and where the golden has them the gradients of its weighted sum. */
async function check(golden: Golden, f: (...xs: Tensor[]) => Tensor, relative?: number): Promise<void> {
  const xs = golden.inputs.map(given);
  const y = f(...xs);
  await agrees(y, golden.value, relative);
  if (!golden.weights) return;
  const slopes = gradients(y.mul(given(golden.weights)).sum(), xs);
  for (const [i, slope] of slopes.entries())
    if (golden.gradients![i]) await agrees(slope, golden.gradients![i]!, relative);
}

const label = (golden: Golden): string =>
  `${golden.name} ${JSON.stringify({ ...(golden["options"] as object), axis: golden["axis"] })}`;

const alongAxis = { softmax, logSoftmax, sparsemax, glu, crelu };

describe("activations", () => {
  test.each(read<Golden>("activations").map((golden) => [label(golden), golden] as const))("%s", async (_, golden) => {
    const { name, options, axis, units } = golden as Golden & { options?: object; axis?: number; units?: number };
    if (name === "maxout") return check(golden, (x) => maxout(x, units!));
    if (name === "prelu") return check(golden, (x, slope) => where(x.greater(0), x, x.mul(slope)));
    // Near a probability of 1 the gradient is a difference of equals, good to a rounding of 1.
    if (axis !== undefined) return check(golden, (x) => alongAxis[name as "glu"](x, axis), 2e-4);
    if (name === "threshold")
      return check(golden, (x) => threshold(x, golden["limit"] as number, golden["constant"] as number));
    await check(golden, (x) =>
      options ? (activations[name as "elu"] as (x: TensorLike, o: object) => Tensor)(x, options) : activation(name)(x),
    );
  });
});

describe("losses", () => {
  test.each(read<Golden>("losses").map((golden) => [label(golden), golden] as const))("%s", async (_, golden) => {
    if (golden.name === "tripletMarginLoss")
      return check(golden, (a, b, c) => tripletMarginLoss(a, b, c, golden["options"] as object));
    const loss = (losses[golden.name as keyof typeof losses] as (options: object) => ReturnType<typeof losses.huber>)(
      golden["options"] as object,
    );
    await check(golden, (targets, predictions) => loss.call(targets, predictions));
  });
});

interface OptimizerGolden {
  readonly name: keyof typeof optimizers;
  readonly options: object;
  readonly start: readonly number[];
  /** The shapes of the parameters that `start` holds one after another. */
  readonly shapes: readonly (readonly number[])[];
  readonly gradients: readonly (readonly number[])[];
  readonly steps: readonly (readonly number[])[];
}

/** A variable as a range of several parameters, which lie one after another. */
function parts(of: Variable, shapes: readonly (readonly number[])[]): TrainedRange {
  let end = 0;
  const segments = shapes.map((shape, i) => {
    const [offset, size] = [end, shape.reduce((a, b) => a * b, 1)];
    end += size;
    return { path: `part_${i}`, shape, offset, size };
  });
  return { variable: of, from: 0, to: end, segments };
}

describe("optimizers, six steps along given gradients", () => {
  const goldens = read<OptimizerGolden>("optimizers");
  const close = { relative: 1e-5, floor: 0.01 };

  test.each(goldens.map((golden) => [`${golden.name} ${JSON.stringify(golden.options)}`, golden] as const))(
    "%s",
    async (_, golden) => {
      const optimizer = optimizers[golden.name](golden.options);
      const x = variable([...golden.start]);
      // The gradient is an argument, so that one program serves all steps.
      const step = compile((gradient: Tensor) => optimizer.applyGradients([[gradient, parts(x, golden.shapes)]]));
      for (const [i, gradient] of golden.gradients.entries()) {
        await step([...gradient]);
        expect(difference(await x.data(), golden.steps[i]!, "float32", close)).toBeNull();
      }
      expect(await optimizer.iterations.array()).toBe(6);
    },
  );

  test("without compile, and over several variables at once", async () => {
    for (const golden of goldens) {
      const optimizer = optimizers[golden.name](golden.options);
      const partsOf = (values: readonly number[]): Tensor[] =>
        parts(variable([...golden.start]), golden.shapes).segments.map(({ offset, size, shape }) =>
          tensor(values.slice(offset, offset + size)).reshape(shape),
        );
      const xs = partsOf(golden.start).map((part, k) => variable(part, { name: `part_${k}` }));
      for (const gradient of golden.gradients)
        optimizer.applyGradients(partsOf(gradient).map((part, k) => [part, xs[k]!] as const));
      const end = (await Promise.all(xs.map((x) => x.data()))).flatMap((part) => [...part]);
      expect(difference(end, golden.steps.at(-1)!, "float32", close)).toBeNull();
    }
  });
});

interface ScheduleGolden {
  readonly name: keyof typeof schedules;
  readonly options: object;
  readonly steps: readonly number[];
  readonly rates: readonly number[];
}

describe("schedules", () => {
  const goldens = read<ScheduleGolden>("schedules");
  test.each(goldens.map((golden) => [`${golden.name} ${JSON.stringify(golden.options)}`, golden] as const))(
    "%s",
    async (_, { name, options, steps, rates }) => {
      const schedule = scheduleFromJson({ name, config: options });
      const rate = compile((step: Tensor) => schedule.rate(step));
      const found: number[] = [];
      for (const step of steps) found.push(await (await rate(step)).item());
      expect(difference(found, rates, "float32", { relative: 3e-6, floor: 0.01 })).toBeNull();
    },
  );
});

interface Mlp {
  readonly optimizer: keyof typeof optimizers;
  readonly options: object;
  readonly activation: "tanh" | "relu";
  readonly schedule: keyof typeof byEpoch | null;
  readonly x: Numbers;
  readonly labels: readonly number[];
  readonly start: readonly Numbers[];
  readonly steps: readonly { readonly loss: number; readonly rate: number; readonly weights: readonly Numbers[] }[];
}

/** PyTorch's StepLR, CosineAnnealingLR and LinearLR, as functions of the epoch and the rate until then. */
const byEpoch = {
  halved: (epoch: number, rate: number) => (epoch === 0 ? rate : rate / 2),
  cosine: (epoch: number) => (0.05 * (1 + Math.cos((Math.PI * epoch) / 4))) / 2,
  "warm-up": (epoch: number) => 0.05 * Math.min(1, 0.25 + (0.75 * epoch) / 2),
};

describe("a network of 3, 4 and 2 neurons, three steps", () => {
  const goldens = read<Mlp>("mlp").map((golden) => {
    const { optimizer, activation, options, schedule } = golden;
    return [`${optimizer} ${activation} ${JSON.stringify(options)} ${schedule ?? ""}`, golden] as const;
  });
  const make = ({ optimizer, options }: Mlp) => optimizers[optimizer](options);

  test.each(goldens)("%s, written out", async (_, golden) => {
    const optimizer = make(golden);
    const parameters = golden.start.map((x) => variable(given(x)));
    const [w1, b1, w2, b2] = parameters as [Variable, Variable, Variable, Variable];
    const loss = losses.sparseCategoricalCrossentropy({ fromLogits: true });
    const step = compile((x: Tensor, labels: Tensor) => {
      const hidden = activation(golden.activation)(x.matmul(w1.value).add(b1.value));
      const value = loss.call(labels, hidden.matmul(w2.value).add(b2.value)).mean();
      const slopes = gradients(value, parameters);
      optimizer.applyGradients(slopes.map((slope, i) => [slope, parameters[i]!] as const));
      return value;
    });
    for (const { loss: expected, rate, weights } of golden.steps) {
      optimizer.learningRate.assign(rate);
      const value = await step(given(golden.x), tensor([...golden.labels]));
      expect(await value.item()).toBeCloseTo(expected, 5);
      for (const [i, weight] of weights.entries()) await agrees(parameters[i]!.value, weight, 1e-4);
    }
  });

  test.each(goldens)("%s, as a model", async (_, golden) => {
    const model = sequential([layers.dense(4, { activation: golden.activation }), layers.dense(2)]);
    model.compile({ optimizer: make(golden), loss: "sparseCategoricalCrossentropy" });
    model.build([3]);
    const names = Object.keys(await model.getWeights());
    const numbers = (weights: readonly Numbers[]) =>
      Object.fromEntries(
        names.map((key, i) => [
          key,
          { data: Float32Array.from(values(weights[i]!)), shape: weights[i]!.shape, dtype: "float32" as const },
        ]),
      );
    model.setWeights(numbers(golden.start));
    const history = await model.fit(
      { x: given(golden.x), y: tensor([...golden.labels]) },
      {
        epochs: 3,
        batchSize: 5,
        shuffle: false,
        callbacks: golden.schedule ? [callbacks.learningRateScheduler(byEpoch[golden.schedule])] : [],
      },
    );
    const end = await model.getWeights();
    for (const [i, weight] of golden.steps.at(-1)!.weights.entries())
      await agrees(tensor(end[names[i]!]!), weight, 1e-4);
    golden.steps.forEach(({ loss }, i) => expect(history.epochs[i]!.loss).toBeCloseTo(loss, 5));
  });
});

describe("tensor functions", () => {
  const einsum = (text: string) => (a: Tensor, b: Tensor) => {
    const [left, right, out] = text.split(/,|->/).map((part) => [...part].map((letter) => letter.charCodeAt(0)));
    return new Tensor(ops.contract(a.node, b.node, { a: left!, b: right!, out: out! }));
  };
  const logSumExp = (x: Tensor): Tensor => {
    const top = x.max(1, { keepDims: true }).stopGradient();
    return x.sub(top).exp().sum(1).log().add(top.squeeze(1));
  };
  const functions: Record<string, (...xs: Tensor[]) => Tensor> = {
    matmul: (a, b) => a.matmul(b),
    "matmul batched": (a, b) => a.matmul(b),
    "matmul vectors": (a, b) => a.matmul(b),
    "matmul row": (a, b) => a.matmul(b),
    "einsum bqhd,bkhd->bhqk": einsum("bqhd,bkhd->bhqk"),
    "einsum abc,cbd->da": einsum("abc,cbd->da"),
    logSumExp,
    prod: (x) => x.prod(1),
    max: (x) => x.max(1),
    min: (x) => x.min(0),
    "max of all": (x) => x.max(),
    mean: (x) => x.mean([0, 2]),
    variance: (x) => array.variance(x, 1),
    take: (x) => x.take([2, 0, 2, 3], 1),
    scatterAdd: (x) => new Tensor(ops.scatterAdd(x.node, tensor([2, 0, 2], { dtype: "int32" }).node, 0, 4)),
    maximum: (a, b) => a.maximum(b),
    minimum: (a, b) => a.minimum(b),
    pow: (a, b) => a.pow(b),
    "pow 3": (x) => x.pow(3),
    atan2: (a, b) => new Tensor(ops.atan2(a.node, b.node)),
    mod: (a, b) => a.mod(b),
    erf: (x) => x.erf(),
    erfinv: (x) => erfinv(x),
    expm1: (x) => x.expm1(),
    log1p: (x) => x.log1p(),
    sqrt: (x) => x.sqrt(),
    abs: (x) => x.abs(),
    tan: (x) => x.tan(),
    where: (a, b) => where(a.greater(b), a.mul(2), b.mul(3)),
    round: (x) => x.round(),
    windows: (x) => x.slidingWindow(0, 3, { strides: 2 }),
    pad: (x) =>
      x.pad(
        [
          [0, 1],
          [1, 2],
        ],
        0.5,
      ),
    strided: (x) => x.flip(0).at([1, null, 2], [null, null, 3]),
  };
  const goldens = read<Golden>("functions");

  test.each(goldens.map((golden) => [golden.name, golden] as const))("%s", async (name, golden) => {
    // erfinv's approximation is good to about 1e-7, and its slope near the ends to less.
    await check(golden, functions[name]!, name === "erfinv" ? 5e-4 : 2e-5);
  });

  test("every function here has a golden, and every golden a function", () => {
    expect(Object.keys(functions).sort()).toEqual(goldens.map((golden) => golden.name).sort());
  });
});

type Any = (...args: any[]) => Tensor;

describe("convolution, pooling, normalization, attention, sorting", () => {
  const plain: Record<string, Any> = {
    conv1d,
    conv2d,
    conv3d,
    depthwiseConv1d,
    depthwiseConv2d,
    convTranspose1d,
    convTranspose2d,
    convTranspose3d,
    sort: (x, o) => sort(x, -1, o),
    argsort: (x, o) => argsort(x, -1, o),
    attention: scaledDotProductAttention,
    layerNorm: (x, gamma, beta, o) => layerNorm(x, { gamma, beta, ...o }),
    rmsNorm: (x, gamma, o) => rmsNorm(x, { gamma, ...o }),
    groupNorm: (x, gamma, beta, o) => groupNorm(x, 2, { gamma, beta, ...o }),
    batchNorm: (x, gamma, beta, o) => batchNorm(x, { gamma, beta, ...o }),
    "batchNorm given": (x, mean, variance, o) => batchNorm(x, { mean, variance, ...o }),
    l2Normalize,
    topK: (x) => topK(x, 3).values,
    "topK places": (x) => topK(x, 3).indices,
    cumsum: (x) => cumsum(x, 1),
    cumprod: (x) => cumprod(x, 1),
    clip: (x) => clip(x, -1, 1),
    tril: (x) => tril(x, 1),
    roll: (x) => roll(x, [1, -2], [0, 1]),
    einsum: (a, b, c) => einsum("...ij,jk,kii->...k", a, b, c),
    std: (x) => std(x, 1),
    logsumexp: (x) => logsumexp(x, -1),
    median: (x) => median(x, -1),
  };
  const pools: Record<string, Any> = { maxPool1d, maxPool2d, maxPool3d, averagePool1d, averagePool2d, averagePool3d };
  const goldens = read<Golden & { options: object; size?: number }>("layers");

  test.each(goldens.map((golden, i) => [`${i}: ${label(golden)}`, golden] as const))("%s", async (_, golden) => {
    const { name, options, size } = golden;
    const pool = pools[name];
    await check(golden, pool ? (x) => pool(x, size, options) : (...xs) => plain[name]!(...xs, options).cast("float32"));
  });

  test("every function here has a golden", () => {
    const names = new Set(goldens.map((golden) => golden.name));
    expect([...Object.keys(plain), ...Object.keys(pools)].filter((name) => !names.has(name))).toEqual([]);
  });
});

describe("linear algebra", () => {
  const reduced = { fullMatrices: false };
  const symmetric = (x: Tensor): Tensor => x.add(swapaxes(x, -1, -2));
  const definite = (x: Tensor): Tensor => x.matmul(swapaxes(x, -1, -2)).add(eye(x.shape.at(-2)!));
  const plain: Record<string, Any> = {
    solve: linalg.solve,
    inv: linalg.inv,
    det: linalg.det,
    logabsdet: (x) => linalg.slogdet(x).logabsdet,
    sign: (x) => linalg.slogdet(x).sign,
    cholesky: (x) => linalg.cholesky(definite(x)),
    "upper cholesky": (x) => linalg.cholesky(definite(x), { upper: true }),
    q: (x) => linalg.qr(x).q,
    r: (x) => linalg.qr(x).r,
    "complete q": (x) => linalg.qr(x, { mode: "complete" }).q,
    eigenvalues: (x) => linalg.eigh(symmetric(x)).eigenvalues,
    eigenvectors: (x) => linalg.eigh(symmetric(x)).eigenvectors,
    u: (x) => linalg.svd(x, reduced).u,
    s: (x) => linalg.svd(x, reduced).s,
    vh: (x) => linalg.svd(x, reduced).vh,
    pinv: (x) => linalg.pinv(x),
    matrixRank: (x) => linalg.matrixRank(x).cast("float32"),
    lstsq: (x, y) => linalg.lstsq(x, y).x,
    residuals: (x, y) => linalg.lstsq(x, y).residuals,
    norm: (x, ord) => linalg.norm(x, { ord }),
  };
  const goldens = read<Golden & { ord?: string | number }>("linalg");

  test.each(goldens.map((golden, i) => [`${i}: ${golden.name}`, golden] as const))("%s", async (_, golden) => {
    const { name, ord } = golden;
    const own = typeof ord === "string" && ord.endsWith("Infinity") ? Number(ord) : ord;
    await check(golden, (...xs) => plain[name]!(...xs, ...(own === undefined ? [] : [own])), 2e-4);
  });

  test("every function here has a golden", () => {
    const names = new Set(goldens.map((golden) => golden.name));
    expect(Object.keys(plain).filter((name) => !names.has(name))).toEqual([]);
  });
});

test("the softmax of six scores, worked out by hand", async () => {
  const p = await softmax([5, 3, 6.2, 4, 1.5, -2]).data();
  expect([...p].map((x) => x.toFixed(2))).toEqual(["0.21", "0.03", "0.68", "0.08", "0.01", "0.00"]);
});
