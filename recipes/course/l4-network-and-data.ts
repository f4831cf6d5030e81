// The part of L4 that changes the network or its data: regularisation and normalisation.
import { layers, optimizers, regularizers } from "nabla";
import { numeral, type Part, type RunOptions, text } from "./item.ts";
import { network, train } from "./l4-spiral-network.ts";
import { spirals } from "./spirals.ts";

const lossColumn = { en: "loss, last epoch", ru: "потери, последняя эпоха" };

/** Few points and a large network: it learns them by heart, unless something holds it back. */
export async function* showRegularisation({ tiny, seed }: RunOptions): AsyncIterable<Part> {
  yield text(
    "Regularisation. With few examples, every eighth of them labelled wrongly, a network learns even the mistakes " +
      "by heart. A penalty on the weights (L2) or dropout, which switches neurons off at random while training, " +
      "leaves less room for that; the test is on other points.",
    "Регуляризация. Если примеров мало и у каждого восьмого неверная метка, сеть заучивает наизусть и ошибки. Штраф " +
      "на веса (L2) или dropout, который при обучении случайно выключает нейроны, этому мешают; проверка — на " +
      "других точках.",
  );
  const [few, test] = [await spirals(200, seed), await spirals(1000, seed + 100)];
  const labels = few.Y.map(([label], i) => [i % 8 === 0 ? 1 - label! : label!]); // every eighth is a mistake
  const rows = [];
  for (const [name, net] of [
    [{ en: "none", ru: "нет" }, network()],
    ["L2, λ = 0.001", network({ kernelRegularizer: regularizers.l2(0.001) })],
    ["dropout 0.2", network({ afterHidden: () => [layers.dropout(0.2)] })],
  ] as const) {
    const adam = optimizers.adam({ learningRate: 0.01 });
    const { model, loss } = await train(net, adam, { X: few.X, Y: labels }, tiny ? 150 : 600, seed);
    const others = await model.evaluate(test.X, test.Y);
    rows.push([name, numeral(loss, 4), numeral(others.loss, 4), numeral(100 * (others["accuracy"] ?? 0), 1)]);
  }
  yield {
    kind: "table",
    columns: [
      { en: "regularisation", ru: "регуляризация" },
      { en: "training loss", ru: "потери на обучении" },
      { en: "test loss", ru: "потери на проверке" },
      { en: "right, %", ru: "верно, %" },
    ],
    rows,
  };
}

/** Inputs in other units: the network does not get far until they are brought to mean 0 and variance 1. */
export async function* showNormalisation({ tiny, seed }: RunOptions): AsyncIterable<Part> {
  yield text(
    "Normalisation. The same spirals in other units, 50x + 100. Batch normalisation brings each input to mean 0 and " +
      "variance 1, and the outputs of hidden layers too.",
    "Нормализация. Те же спирали в других единицах, 50x + 100. Нормализация по батчу приводит каждый вход к " +
      "среднему 0 и дисперсии 1, и выходы скрытых слоёв тоже.",
  );
  const { X, Y } = await spirals(600, seed);
  const points = { X: X.map((row) => row.map((x) => 50 * x + 100)), Y };
  const normal = () => layers.batchNormalization({ momentum: 0.9 });
  const rows = [];
  for (const [name, net] of [
    [{ en: "none", ru: "нет" }, network()],
    [{ en: "of the inputs", ru: "входов" }, network({ first: [normal()] })],
    [
      { en: "of inputs and hidden layers", ru: "входов и скрытых слоёв" },
      network({ first: [normal()], afterHidden: () => [normal()] }),
    ],
  ] as const) {
    const { loss } = await train(net, optimizers.adam({ learningRate: 0.01 }), points, tiny ? 15 : 40, seed);
    rows.push([name, loss]);
  }
  yield { kind: "table", columns: [{ en: "normalisation", ru: "нормализация" }, lossColumn], rows, digits: 4 };
}
