// Losses where PyTorch's values (goldens.test.ts) do not reach: worked values, far ends, which form a name means.
import { describe, expect, test } from "vitest";
import {
  ArgumentError,
  compile,
  gradients,
  layers,
  losses,
  metrics,
  sequential,
  sigmoid,
  softmax,
  type Tensor,
  tensor,
  tripletMarginLoss,
  zeros,
} from "../src/index.ts";
import { checkLoss, namedLosses, resolveLoss } from "../src/losses/index.ts";
import type { Loss } from "../src/losses/loss.ts";

const each = async (
  loss: { call(t: Tensor, p: Tensor): Tensor },
  targets: Parameters<typeof tensor>[0],
  predictions: Parameters<typeof tensor>[0],
): Promise<number[]> => Array.from(await loss.call(tensor(targets), tensor(predictions)).data());
const slope = async (
  loss: { call(t: Tensor, p: Tensor): Tensor },
  targets: Tensor,
  predictions: Tensor,
): Promise<number[]> => Array.from(await gradients(loss.call(targets, predictions).sum(), [predictions])[0]!.data());
const close = (values: readonly number[], wanted: readonly number[], digits = 5): void => {
  expect(values.length).toBe(wanted.length);
  values.forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, digits));
};

describe("worked values", () => {
  test("meanSquaredError", async () =>
    close(
      await each(
        losses.meanSquaredError(),
        [
          [0, 1],
          [2, 2],
        ],
        [
          [0.5, 1],
          [0, 0],
        ],
      ),
      [0.125, 4],
    ));
  test("meanAbsoluteError", async () =>
    close(
      await each(
        losses.meanAbsoluteError(),
        [
          [0, 1],
          [2, 2],
        ],
        [
          [0.5, 1],
          [0, 0],
        ],
      ),
      [0.25, 2],
    ));
  test("huber", async () =>
    close(await each(losses.huber({ delta: 2 }), [[0], [0], [0]], [[1], [2], [-3]]), [0.5, 2, 4]));
  test("hinge, with 0 for −1", async () =>
    close(await each(losses.hinge(), [[1], [-1], [0]], [[0.4], [-2], [0.5]]), [0.6, 0, 1.5]));
  test("binaryCrossentropy", async () =>
    close(await each(losses.binaryCrossentropy(), [[1], [0]], [[0.9], [0.2]]), [-Math.log(0.9), -Math.log(0.8)]));
  test("categoricalCrossentropy makes probabilities sum to 1", async () =>
    close(await each(losses.categoricalCrossentropy(), [[0, 1, 0]], [[1, 8, 1]]), [-Math.log(0.8)]));
  test("sparseCategoricalCrossentropy", async () =>
    close(await each(losses.sparseCategoricalCrossentropy(), [1], [[0.1, 0.8, 0.1]]), [-Math.log(0.8)]));
  test("the distances", async () => {
    close(await each(losses.meanAbsolutePercentageError(), [[1, 2, 4]], [[2, 2, 3]]), [125 / 3]);
    close(await each(losses.meanSquaredLogarithmicError(), [[0, Math.E - 1]], [[0, 0]]), [0.5]);
    close(await each(losses.quadraticCost(), [[1, 2]], [[3, 1]]), [2.5]);
    close(await each(losses.logCosh(), [[0, 1]], [[1, 1]]), [Math.log(Math.cosh(1)) / 2]);
    close(await each(losses.cosineSimilarity(), [[1, 1]], [[0, 2]]), [-Math.SQRT1_2]);
    close(await each(losses.cosineSimilarity({ axis: 0 }), [[1], [1]], [[0], [2]]), [-Math.SQRT1_2]);
  });
  test("poisson and klDivergence, with zeros", async () => {
    close(await each(losses.poisson(), [[0], [2], [0]], [[0], [1], [3]]), [0, 1, 3]);
    close(await each(losses.klDivergence(), [[0, 1]], [[0.5, 0.5]]), [Math.LN2]);
    close(await each(losses.klDivergence(), [[0.5, 0.5]], [[1, 0]]), [0.5 * Math.log(0.5) + 0.5 * Math.log(0.5e7)], 3);
  });
  test("squaredHinge and categoricalHinge", async () => {
    close(await each(losses.squaredHinge(), [[1], [-1], [0]], [[0.4], [-2], [0.5]]), [0.36, 0, 2.25]);
    close(await each(losses.categoricalHinge(), [[0, 1, 0]], [[0.5, 1, -3]]), [0.5]);
  });
  test("focal losses are cross-entropies where gamma is 0", async () => {
    const binary = losses.binaryFocalCrossentropy({ gamma: 0 });
    close(await each(binary, [[1], [0]], [[0.9], [0.2]]), [-Math.log(0.9), -Math.log(0.8)]);
    const focal = losses.categoricalFocalCrossentropy({ gamma: 0, alpha: 1 });
    close(await each(focal, [[0, 1, 0]], [[1, 8, 1]]), [-Math.log(0.8)]);
  });
  test("dice and tversky", async () => {
    close(
      await each(
        losses.dice(),
        [
          [1, 1, 0, 0],
          [0, 0, 0, 0],
        ],
        [
          [1, 1, 0, 0],
          [0, 0, 0, 0],
        ],
      ),
      [0, 1],
    );
    // Half of the region is found, and half as much besides is made up.
    const [t, p] = [[[1, 1, 0, 0]], [[1, 0, 1, 0]]];
    close(await each(losses.dice(), t, p), [0.5]);
    close(await each(losses.tversky({ alpha: 1, beta: 0 }), t, p), [0.5]);
    close(await each(losses.tversky({ alpha: 0.25, beta: 0.75 }), [[1, 1, 1, 0]], [[1, 0, 0, 1]]), [1 - 1 / 2.75]);
  });
  test("contrastive", async () =>
    close(await each(losses.contrastive({ margin: 2 }), [[1], [0], [0]], [[1], [1], [3]]), [0.5, 0.5, 0]));
  test("label smoothing", async () => {
    close(await each(losses.categoricalCrossentropy({ labelSmoothing: 0.3 }), [[0, 1, 0]], [[0.2, 0.5, 0.3]]), [
      -(0.1 * Math.log(0.2) + 0.8 * Math.log(0.5) + 0.1 * Math.log(0.3)),
    ]);
    close(await each(losses.binaryCrossentropy({ labelSmoothing: 0.2 }), [[1]], [[0.7]]), [
      -(0.9 * Math.log(0.7) + 0.1 * Math.log(0.3)),
    ]);
  });
});

describe("logits and probabilities say the same", () => {
  const logits = [
    [2, -1, 0.5],
    [-3, 0, 4],
  ];
  test("binaryCrossentropy", async () => {
    const targets = [
      [1, 0, 0],
      [0, 1, 1],
    ];
    const p = (await sigmoid(logits).array()) as number[][];
    close(
      await each(losses.binaryCrossentropy({ fromLogits: true }), targets, logits),
      await each(losses.binaryCrossentropy(), targets, p),
    );
  });
  test("the two categorical ones", async () => {
    const p = (await softmax(logits).array()) as number[][];
    const wanted = await each(
      losses.categoricalCrossentropy(),
      [
        [1, 0, 0],
        [0, 1, 0],
      ],
      p,
    );
    close(
      await each(
        losses.categoricalCrossentropy({ fromLogits: true }),
        [
          [1, 0, 0],
          [0, 1, 0],
        ],
        logits,
      ),
      wanted,
    );
    close(await each(losses.sparseCategoricalCrossentropy({ fromLogits: true }), [0, 1], logits), wanted);
    close(await each(losses.sparseCategoricalCrossentropy(), [0, 1], p), wanted);
  });
});

describe("far ends", () => {
  test("no loss and no slope is NaN at logits of ±10,000, equal logits, zeros and ones", async () => {
    const [yes, far, ends] = [
      [
        [1, 0],
        [0, 1],
        [1, 1],
        [0, 0],
      ],
      [
        [1e4, 1e4],
        [-1e4, -1e4],
        [0, 0],
        [1e4, -1e4],
      ],
      [
        [0, 1],
        [1, 0],
        [0, 0],
        [1, 1],
      ],
    ];
    const fromLogits = ["binaryCrossentropy", "categoricalCrossentropy", "binaryFocalCrossentropy"] as const;
    for (const gamma of [0, 0.5, 1, 2])
      for (const labelSmoothing of [0, 0.3, 1])
        for (const name of [...fromLogits, "categoricalFocalCrossentropy"] as const)
          for (const [fromLogits, predictions] of [
            [true, far],
            [false, ends.slice(0, name.startsWith("cat") ? 2 : 4)],
          ] as const) {
            const options = { fromLogits, labelSmoothing, ...(name.includes("Focal") && { gamma }) };
            const loss = losses[name](options);
            const [t, p] = [tensor(yes.slice(0, predictions.length)), tensor(predictions)];
            for (const values of [await loss.call(t, p).data(), await slope(loss, t, p)])
              expect([...values].every(Number.isFinite), `${name} ${JSON.stringify(options)} ${values}`).toBe(true);
          }
  });
  test("the focal loss of what is almost certainly right keeps its digits", async () => {
    const rest = 1 / (1 + Math.exp(20));
    const binary = losses.binaryFocalCrossentropy({ fromLogits: true });
    for (const value of await each(binary, [[1], [0]], [[20], [-20]])) expect(value / rest ** 3).toBeCloseTo(1, 4);
  });
  test("equal and opposite vectors, zeros and huge errors", async () => {
    const zeros = tensor([
      [0, 0],
      [0, 0],
    ]);
    const some = tensor([
      [0, 0],
      [3, -1],
    ]);
    for (const name of ["cosineSimilarity", "logCosh", "poisson", "klDivergence", "dice", "tversky"] as const) {
      const loss = losses[name]();
      for (const [t, p] of [
        [zeros, zeros],
        [some, zeros],
        [zeros, some.abs()],
      ] as const)
        for (const values of [await loss.call(t, p).data(), await slope(loss, t, p)])
          expect([...values].every(Number.isFinite), `${name}: ${values}`).toBe(true);
    }
    expect(await slope(losses.cosineSimilarity(), some, zeros)).toEqual([0, 0, 0, 0]);
    expect(
      await slope(
        losses.logCosh(),
        zeros,
        tensor([
          [1e9, -1e9],
          [0, 1e-20],
        ]),
      ),
    ).toEqual([0.5, -0.5, 0, 5e-21].map(Math.fround));
    // ln cosh 10⁻⁴ keeps its digits.
    expect((await each(losses.logCosh(), [[0]], [[1e-4]]))[0]! / 5e-9).toBeCloseTo(1, 5);
  });
  test("logits of ±1000 give finite losses with the right slopes", async () => {
    const binary = losses.binaryCrossentropy({ fromLogits: true });
    const [t, x] = [tensor([[1], [0], [1]]), tensor([[-1000], [1000], [1000]])];
    expect(Array.from(await binary.call(t, x).data())).toEqual([1000, 1000, 0]);
    expect(await slope(binary, t, x)).toEqual([-1, 1, expect.closeTo(0, 35)]);
    const sparse = losses.sparseCategoricalCrossentropy({ fromLogits: true });
    const [label, scores] = [tensor([1]), tensor([[1000, -1000]])];
    expect(Array.from(await sparse.call(label, scores).data())).toEqual([2000]);
    expect(await slope(sparse, label, scores)).toEqual([1, -1]);
  });
  test("probabilities of 0 and 1 are held off the ends", async () => {
    close(
      await each(losses.binaryCrossentropy(), [[1], [0]], [[0], [1]]),
      [-Math.log(1e-7), -Math.log(1 - Math.fround(1 - 1e-7))],
      3,
    );
    close(await each(losses.sparseCategoricalCrossentropy(), [0], [[0, 1]]), [-Math.log(1e-7)], 3);
  });
});

test("targets gain and lose an axis of 1, and nothing else is stretched", async () => {
  const mse = losses.meanSquaredError();
  close(await each(mse, [1, 2], [[1], [4]]), [0, 4]);
  close(
    await each(
      losses.sparseCategoricalCrossentropy(),
      [[1], [0]],
      [
        [0.5, 0.5],
        [0.5, 0.5],
      ],
    ),
    [Math.LN2, Math.LN2],
  );
  expect(() => mse.call(tensor([[1, 2, 3]]), tensor([[1], [4], [5]]))).toThrow(
    "meanSquaredError: expected targets in the shape of the predictions, [3,1], got [1,3].",
  );
  expect(() => losses.sparseCategoricalCrossentropy().call(tensor([1, 2, 3]), tensor([[1, 2]]))).toThrow(
    "sparseCategoricalCrossentropy: expected class numbers [1] for predictions [1,2], got [3].",
  );
});

const byName = async (name: string, lastActivation: string): Promise<Loss> =>
  resolveLoss(await namedLosses.make(name, {}), lastActivation);

describe("which form a name means", () => {
  const fromLogits = async (last: Parameters<typeof sequential>[0]): Promise<boolean | null | undefined> => {
    const model = sequential([layers.dense(3), ...last]);
    model.compile({ loss: "categoricalCrossentropy" });
    const { objectives } = await model.requireTraining("test");
    return objectives[0]!.loss.fromLogits;
  };
  test("from probabilities after softmax or sigmoid, from logits after anything else", async () => {
    expect(await fromLogits([])).toBe(true);
    expect(await fromLogits([layers.relu()])).toBe(true);
    expect(await fromLogits([layers.dense(3, { activation: "softmax" })])).toBe(false);
    expect(await fromLogits([layers.softmax()])).toBe(false);
    expect(await fromLogits([layers.activation("sigmoid")])).toBe(false);
    expect(await fromLogits([layers.softmax(), layers.flatten(), layers.dropout(0.1)])).toBe(false);
  });
  test("a factory's loss that does not say so means what its name means", async () => {
    for (const [last, said] of [
      ["softmax", false],
      ["sigmoid", false],
      ["linear", true],
      ["relu", true],
    ] as const) {
      for (const name of ["sparseCategoricalCrossentropy", "categoricalCrossentropy", "binaryCrossentropy"] as const) {
        expect(resolveLoss(losses[name](), last).config).toEqual((await byName(name, last)).config);
        expect(resolveLoss(losses[name](), last).fromLogits).toBe(said);
      }
    }
    expect(resolveLoss(losses.categoricalCrossentropy({ labelSmoothing: 0.1 }), "linear").config).toEqual({
      fromLogits: true,
      labelSmoothing: 0.1,
    });
    expect((await byName("mse", "softmax")).name).toBe("meanSquaredError");
    // Alone, without a model, predictions are probabilities.
    expect(
      await losses
        .binaryCrossentropy()
        .call(tensor([[1]]), tensor([[0.5]]))
        .array(),
    ).toEqual([Math.fround(Math.LN2)]);
  });
  test("a loss that contradicts the last activation is refused", () => {
    const compiled =
      (activation: "softmax" | "relu" | "linear" | ((x: Tensor) => Tensor), fromLogits: boolean) => () => {
        sequential([layers.dense(3, { activation })]).compile({
          loss: losses.sparseCategoricalCrossentropy({ fromLogits }),
        });
      };
    expect(compiled("softmax", true)).toThrow(
      "compile: sparseCategoricalCrossentropy with fromLogits: true expected logits, got probabilities from the " +
        "last activation, softmax; leave fromLogits out, or set it to false.",
    );
    expect(compiled("linear", false)).toThrow(
      "with fromLogits: false expected probabilities, got logits from the last activation, linear",
    );
    expect(compiled("relu", false)).toThrow(ArgumentError);
    for (const fromLogits of [true, false]) expect(compiled((x) => x.mul(2), fromLogits)).not.toThrow();
    expect(compiled("softmax", false)).not.toThrow();
    expect(compiled("linear", true)).not.toThrow();
  });
});

test("what is of a class to ignore does not count: the loss and metric of fit are those without it", async () => {
  const inputs = [[1], [2], [3], [4]];
  const classes = [0, 1, 255, 255];
  const run = async (x: number[][], y: number[], sampleWeight?: number[]) => {
    const model = sequential([layers.dense(2)], { seed: 4 }).compile({
      optimizer: "sgd",
      loss: losses.sparseCategoricalCrossentropy({ ignoreClass: 255 }),
      metrics: [metrics.sparseCategoricalCrossentropy({ ignoreClass: 255 })],
      weightedMetrics: [metrics.sparseCategoricalAccuracy()],
    });
    const options = {
      batchSize: 4,
      shuffle: false,
      epochs: 2,
      verbose: 0,
      ...(sampleWeight && { sampleWeight }),
    } as const;
    const { epochs } = await model.fit(x, y, options);
    const { "dense_1/kernel": kernel } = await model.getWeights();
    return [...kernel!.data, ...epochs.flatMap((e) => [e.loss, e["sparseCategoricalCrossentropy"] as number])];
  };
  const close = (a: number[], b: number[]) => a.forEach((value, i) => expect(value).toBeCloseTo(b[i]!, 6));
  close(await run(inputs, classes), await run(inputs.slice(0, 2), classes.slice(0, 2)));
  // Weights scale what counts; its number stays the divisor.
  close(await run(inputs, classes, [3, 1, 5, 5]), await run(inputs.slice(0, 2), classes.slice(0, 2), [3, 1]));
  expect((await run(inputs, [255, 255, 255, 255])).slice(2)).toEqual([0, 0, 0, 0]);
});

test("a class to ignore has no loss and no slope, and need not be one of the classes", async () => {
  const loss = losses.sparseCategoricalCrossentropy({ ignoreClass: 255 });
  const [t, p] = [
    tensor([255, 1]),
    tensor([
      [0.5, 0.5],
      [0.5, 0.5],
    ]),
  ];
  expect(Array.from(await loss.call(t, p).data())).toEqual([0, Math.fround(Math.LN2)]);
  expect((await slope(loss, t, p)).slice(0, 2)).toEqual([0, 0]);
  const model = sequential([layers.dense(2)], { inputShape: [3] });
  model.compile({ loss });
  await model.fit({ x: zeros([4, 3]), y: [0, 1, 255, 1] }, { epochs: 1, batchSize: 2, verbose: 0 } as object);
});

test("every short name is the loss that Keras calls so", async () => {
  const long = async (name: string): Promise<string> => (await byName(name, "linear")).name;
  const short = { mse: "meanSquaredError", mae: "meanAbsoluteError", mape: "meanAbsolutePercentageError" };
  const more = { msle: "meanSquaredLogarithmicError", bce: "binaryCrossentropy", kld: "klDivergence" };
  for (const [name, wanted] of Object.entries({ ...short, ...more }))
    for (const said of [name, name.toUpperCase()]) expect(await long(said)).toBe(wanted);
});

test("probabilities follow every activation that gives them", async () => {
  for (const name of ["softmax", "sigmoid", "hardSigmoid", "sparseSigmoid", "sparsemax"])
    expect((await byName("bce", name)).fromLogits).toBe(false);
  expect((await byName("bce", "logSoftmax")).fromLogits).toBe(true);
});

test("every loss goes into a model file and comes back with its options", async () => {
  for (const [name, make] of Object.entries(losses)) {
    const loss = make();
    expect((await namedLosses.make(name, JSON.parse(JSON.stringify(loss.config)))).config).toEqual(loss.config);
  }
  const loss = losses.tversky({ alpha: 0.3, beta: 0.7, axis: [1, 2] });
  expect((await namedLosses.make("tversky", loss.config)).config).toEqual({ alpha: 0.3, beta: 0.7, axis: [1, 2] });
});

test("softmax cross-entropy with its gradient is one kernel", async () => {
  const step = compile((labels: Tensor, logits: Tensor) => {
    const loss = losses.sparseCategoricalCrossentropy({ fromLogits: true }).call(labels, logits);
    return { loss, slope: gradients(loss.mean(), [logits])[0]! };
  });
  const [labels, logits] = [tensor(new Uint8Array(64)), tensor(new Float32Array(640), { shape: [64, 10] })];
  const { kernels } = await (await step.program(labels, logits)).describe();
  expect(kernels.length, kernels.join("\n")).toBe(1);
});

describe("what is wrong is said", () => {
  test.each([
    [() => checkLoss("crossentropy"), /^unknown loss "crossentropy"\./],
    [() => checkLoss("meanSquareError"), /Did you mean "meanSquaredError"\?/],
    [
      () => checkLoss(3),
      /^compile: expected a loss that is a name \(.*\) or a function \(targets, predictions\), got 3\.$/,
    ],
    [() => losses.huber({ delta: -1 }), /^losses\.huber: expected delta to be a finite number from 0 up, got -1\.$/],
    [
      () => losses.binaryCrossentropy({ fromLogit: true } as object),
      /unknown option "fromLogit"\. Did you mean "fromLogits"\?/,
    ],
    [
      () => losses.categoricalCrossentropy({ labelSmoothing: 1.5 }),
      /^losses\.categoricalCrossentropy: expected labelSmoothing to be a number from 0 to 1, got 1\.5\.$/,
    ],
    [
      () => losses.ctc({ zeroInfinity: 1 as never }),
      /^losses\.ctc: expected zeroInfinity to be true or false, got 1\.$/,
    ],
    [
      () => losses.triplet({ mining: "easy" as never }),
      /^losses\.triplet: expected mining to be one of semiHard, hard, all, got "easy"\.$/,
    ],
    [() => losses.dice({ axis: [1, 1.5] }), /^losses\.dice: expected axis to be an integer or a list of integers, got/],
    [
      () => losses.sparseCategoricalCrossentropy({ ignoreClass: 0.5 }),
      /expected ignoreClass to be an integer, got 0\.5\.$/,
    ],
    [() => losses.contrastive({ margin: -1 }), /expected margin to be a finite number from 0 up, got -1\.$/],
    [
      () => resolveLoss(losses.ctc(), "softmax"),
      /^compile: ctc expected logits, got probabilities from the last activation, softmax; leave the activation out\.$/,
    ],
    [
      () => losses.triplet().call(tensor([1, 2]), tensor([1, 2])),
      /^triplet: expected embeddings \[batch, n\], got \[2\]\.$/,
    ],
    [
      () => losses.triplet().call(tensor([1, 2, 3]), zeros([2, 4])),
      /^triplet: expected class numbers \[2\] for predictions \[2,4\], got \[3\]\.$/,
    ],
    [
      () => losses.ctc().call(zeros([2, 3]), zeros([3, 5, 4])),
      /^ctc: expected labels \[batch, most labels\] for logits \[batch, steps, classes\], got \[2,3\] for \[3,5,4\]\.$/,
    ],
    [
      () => tripletMarginLoss(zeros([2, 3]), zeros([2, 3]), zeros([3])),
      /^tripletMarginLoss: expected three embeddings of one shape, \[batch, n\], got \[2,3\], \[2,3\], \[3\]\.$/,
    ],
  ])("%#", (make, message) => expect(make).toThrow(message));
});

test("a batch of one example, as the last one may be, takes a target without an axis of its own", async () => {
  for (const loss of [losses.meanSquaredError(), losses.binaryCrossentropy(), losses.huber()]) {
    const [value] = await each(loss, [1, 1], [[0.5], [0.5]]);
    expect(await each(loss, [1], [[0.5]])).toEqual([value]);
  }
  const x = Array.from({ length: 33 }, (_, i) => [i / 33]);
  const model = sequential([layers.dense(1)]).compile({ loss: "mse" });
  expect((await model.fit({ x, y: x.flat() }, { batchSize: 32 })).epochs.length).toBe(1);
});
