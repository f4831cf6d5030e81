// Functions of the user's own that are async: each is refused in one sentence, and the promise that is left over, which
// rejects, does not end the process.
import { expect, test } from "vitest";
import {
  callbacks,
  customGradient,
  Layer,
  layers,
  Model,
  optimizers,
  type StepContext,
  sequential,
  type Tensor,
} from "../src/index.ts";

const x = [
  [1, 2],
  [3, 4],
];
const y = [[1], [2]];

const rejecting = (async (..._: unknown[]) => {
  throw new Error("of the user's own");
}) as (...given: any[]) => any;

const fitted = (last: Layer, optimizer = optimizers.sgd()): Promise<unknown> =>
  sequential([layers.input([2]), last, layers.dense(1)])
    .compile({ optimizer, loss: "mse" })
    .fit(x, y);

class AsyncCall extends Layer {
  call = rejecting;
}
class AsyncBuild extends Layer {
  override build = rejecting;
  call(z: Tensor): Tensor {
    return z;
  }
}
class AsyncMask extends Layer {
  override computeMask = rejecting;
  call(z: Tensor): Tensor {
    return z;
  }
}
class AsyncStep extends Model {
  trainStep = rejecting;
  call(z: Tensor): Tensor {
    return z;
  }
}
class AsyncLoss extends Model {
  scores = layers.dense(1);
  call(z: Tensor): Tensor {
    return this.scores.apply(z);
  }
  trainStep(_: unknown, { minimize }: StepContext): { loss: Tensor } {
    return { loss: minimize(rejecting, this, optimizers.sgd()) };
  }
}

const cases: readonly (readonly [what: string, run: () => unknown, where: string])[] = [
  ["call", () => fitted(new AsyncCall()), "call"],
  ["build", () => fitted(new AsyncBuild()), "build"],
  ["computeMask", () => fitted(new AsyncMask()), "computeMask"],
  ["trainStep", () => new AsyncStep().compile().fit(x, y), "trainStep"],
  ["the loss of minimize", () => new AsyncLoss().compile().fit(x, y), "minimize"],
  ["an activation", () => fitted(layers.dense(1, { activation: rejecting })), "activation"],
  ["a regularizer", () => fitted(layers.dense(1, { kernelRegularizer: rejecting })), "regularizer"],
  ["a constraint", () => fitted(layers.dense(1, { kernelConstraint: rejecting })), "constraint"],
  [
    "a schedule",
    () => optimizers.sgd({ learningRate: { name: "own", config: {}, rate: rejecting } }),
    "optimizers.sgd: learningRate",
  ],
  [
    "rates by path",
    () => fitted(layers.dense(1), optimizers.sgd({ learningRateMultipliers: rejecting })),
    "optimizers.sgd",
  ],
  [
    "decay by path",
    () => fitted(layers.dense(1), optimizers.sgd({ weightDecay: 0.1, excludeFromWeightDecay: rejecting })),
    "optimizers.sgd",
  ],
  [
    "the rate of an epoch",
    () =>
      sequential([layers.dense(1)])
        .compile({ loss: "mse" })
        .fit(x, y, { callbacks: [callbacks.learningRateScheduler(rejecting)] }),
    "callbacks.learningRateScheduler",
  ],
  ["a rule of a gradient", () => customGradient(rejecting)([1]), "customGradient"],
  [
    "batches",
    () =>
      sequential([layers.dense(1)])
        .compile({ loss: "mse" })
        .fit(rejecting),
    "fit",
  ],
];

test.each(cases)("%s that is async", async (_, run, where) => {
  const message = new RegExp(`${where}: the function must not be async: `);
  await expect((async () => run())()).rejects.toThrow(message);
});

test("a layer without a call", async () => {
  class Silent extends Layer {
    call!: () => Tensor;
  }
  const message = "layer silent_1 (Silent): expected a method call(x), which computes its output, got none";
  await expect((async () => fitted(new Silent()))()).rejects.toThrow(message);
});
