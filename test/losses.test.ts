// Losses where PyTorch's values (goldens.test.ts) do not reach: worked values, far ends, which form a name means.
import { describe, expect, test } from "vitest";
import {
  ArgumentError,
  compile,
  gradients,
  layers,
  losses,
  sequential,
  sigmoid,
  softmax,
  type Tensor,
  tensor,
} from "../src/index.ts";
import { resolveLoss } from "../src/losses/index.ts";

const each = async (
  loss: { call(t: Tensor, p: Tensor): Tensor },
  targets: Parameters<typeof tensor>[0],
  predictions: Parameters<typeof tensor>[0],
): Promise<number[]> => Array.from(await loss.call(tensor(targets), tensor(predictions)).data());
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
  const slope = async (
    loss: { call(t: Tensor, p: Tensor): Tensor },
    targets: Tensor,
    predictions: Tensor,
  ): Promise<number[]> => Array.from(await gradients(loss.call(targets, predictions).sum(), [predictions])[0]!.data());
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

describe("which form a name means", () => {
  const fromLogits = (last: Parameters<typeof sequential>[0]): boolean | null | undefined => {
    const model = sequential([layers.dense(3), ...last]);
    model.compile({ loss: "categoricalCrossentropy" });
    return model.training!.loss.fromLogits;
  };
  test("from probabilities after softmax or sigmoid, from logits after anything else", () => {
    expect(fromLogits([])).toBe(true);
    expect(fromLogits([layers.relu()])).toBe(true);
    expect(fromLogits([layers.dense(3, { activation: "softmax" })])).toBe(false);
    expect(fromLogits([layers.softmax()])).toBe(false);
    expect(fromLogits([layers.activation("sigmoid")])).toBe(false);
    expect(fromLogits([layers.softmax(), layers.flatten(), layers.dropout(0.1)])).toBe(false);
  });
  test("a factory's loss that does not say so means what its name means", async () => {
    for (const [last, said] of [
      ["softmax", false],
      ["sigmoid", false],
      ["linear", true],
      ["relu", true],
    ] as const) {
      for (const name of ["sparseCategoricalCrossentropy", "categoricalCrossentropy", "binaryCrossentropy"] as const) {
        expect(resolveLoss(losses[name](), last).config).toEqual(resolveLoss(name, last).config);
        expect(resolveLoss(losses[name](), last).fromLogits).toBe(said);
      }
    }
    expect(resolveLoss(losses.categoricalCrossentropy({ labelSmoothing: 0.1 }), "linear").config).toEqual({
      fromLogits: true,
      labelSmoothing: 0.1,
    });
    expect(resolveLoss("mse", "softmax").name).toBe("meanSquaredError");
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
    [() => resolveLoss("crossentropy" as "mse", "linear"), /^unknown loss "crossentropy"\./],
    [() => resolveLoss("meanSquareError" as "mse", "linear"), /Did you mean "meanSquaredError"\?/],
    [
      () => resolveLoss(3 as never, "linear"),
      /^compile: expected a loss that is a name \(.*\) or a function \(targets, predictions\), got 3\.$/,
    ],
    [() => losses.huber({ delta: -1 }), /^losses\.huber: expected delta to be a finite number from 0 up, got -1\.$/],
    [
      () => losses.binaryCrossentropy({ fromLogit: true } as object),
      /unknown option "fromLogit"\. Did you mean "fromLogits"\?/,
    ],
    [
      () => losses.categoricalCrossentropy({ labelSmoothing: 1 }),
      /expected labelSmoothing to be a number from 0 to below 1, got 1\./,
    ],
  ])("%#", (make, message) => expect(make).toThrow(message));
});
