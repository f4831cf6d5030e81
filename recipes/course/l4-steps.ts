// The part of L4 about the steps of descent: optimizers, learning-rate schedules, clipping.
import { compile, gradients, optimizers, schedules, variable } from "nabla";
import { formula, type Part, type RunOptions, text } from "./item.ts";
import { network, train } from "./l4-spiral-network.ts";
import { spirals } from "./spirals.ts";

const lossColumn = { en: "loss, last epoch", ru: "потери, последняя эпоха" };

/** Adam and its relatives give each weight a rate of its own. */
export async function* showOptimizers({ tiny, seed }: RunOptions): AsyncIterable<Part> {
  yield text(
    "Optimizers. Momentum keeps the direction of earlier steps; RMSprop and Adam divide each weight's gradient by " +
      "its usual size. Two spirals (see L3), the same epochs:",
    "Оптимизаторы. Момент сохраняет направление прежних шагов; RMSprop и Adam делят градиент каждого веса на его " +
      "обычную величину. Две спирали (см. L3), столько же эпох:",
  );
  const points = await spirals(600, seed);
  const rows = [];
  for (const [name, optimizer] of [
    ["SGD", optimizers.sgd({ learningRate: 0.1 })],
    ["SGD, momentum 0.9", optimizers.sgd({ learningRate: 0.1, momentum: 0.9 })],
    ["RMSprop", optimizers.rmsprop({ learningRate: 0.01 })],
    ["Adam", optimizers.adam({ learningRate: 0.01 })],
  ] as const) {
    const { loss } = await train(network(), optimizer, points, tiny ? 15 : 40, seed);
    rows.push([name, loss]);
  }
  yield { kind: "table", columns: [{ en: "optimizer", ru: "оптимизатор" }, lossColumn], rows, digits: 4 };
}

/** A rate that falls: large steps first, small ones at the end. */
export async function* showSchedules({ tiny, seed }: RunOptions): AsyncIterable<Part> {
  yield text(
    "Learning-rate schedules. Large steps find the way, small ones settle at the bottom.",
    "Расписание скорости обучения. Большие шаги находят дорогу, малые — опускаются на дно.",
  );
  const points = await spirals(600, seed);
  const [rate, epochs] = [2, tiny ? 15 : 40];
  const decaySteps = epochs * Math.ceil(points.X.length / 32);
  const rows = [];
  for (const [name, learningRate] of [
    [{ en: "constant", ru: "постоянная" }, rate],
    [
      { en: "falls along a cosine", ru: "убывает по косинусу" },
      schedules.cosineDecay({ initialLearningRate: rate, decaySteps }),
    ],
  ] as const) {
    const { loss } = await train(network(), optimizers.sgd({ learningRate }), points, epochs, seed);
    rows.push([name, loss]);
  }
  yield { kind: "table", columns: [{ en: "rate of SGD", ru: "скорость SGD" }, lossColumn], rows, digits: 4 };
}

/** A gradient that is too long is shortened, and keeps its direction. */
export async function* showClipping(): AsyncIterable<Part> {
  yield text(
    "Gradient clipping. L = x⁴ is so steep at x = 3 that a step with an ordinary rate leaps out of the valley, and " +
      "the next ones farther still, until the numbers overflow. A gradient longer than c is shortened to c.",
    "Ограничение градиента (clipping). Функция L = x⁴ в точке x = 3 так крута, что шаг с обычной скоростью " +
      "выбрасывает из оврага, следующие — ещё дальше, пока числа не переполнятся. Градиент длиннее c укорачивают до " +
      "c.",
  );
  yield formula(
    String.raw`g \leftarrow g \cdot \min\left(1, \frac{c}{\lVert g \rVert}\right)`,
    "g ← g · min(1, c/‖g‖)",
  );
  const rows = [];
  for (const [name, clipping] of [
    [{ en: "none", ru: "нет" }, {}],
    ["c = 1", { clipnorm: 1 }],
  ] as const) {
    const x = variable(3);
    const optimizer = optimizers.sgd({ learningRate: 0.1, ...clipping });
    const step = compile(() => {
      const [slope] = gradients(x.value.pow(4), [x]);
      optimizer.applyGradients([[slope, x]]);
    });
    const path = [];
    for (let i = 0; i < 3; i++) {
      await step();
      path.push(await x.value.item());
    }
    await step.repeat(30);
    rows.push([name, ...path, await x.value.item()]);
  }
  const after = (steps: number) => ({ en: `x, step ${steps}`, ru: `x, шаг ${steps}` });
  yield {
    kind: "table",
    columns: [{ en: "clipping", ru: "ограничение" }, after(1), after(2), after(3), after(33)],
    rows,
  };
}
