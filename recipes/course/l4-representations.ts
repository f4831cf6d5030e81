// The part of L4 about what hidden layers hold: one layer for several tasks, and symbols as points (embeddings).
import { functional, input, layers, optimizers, sequential, type Tensor, tensor } from "nabla";
import { digits } from "nabla/data";
import { type Part, type RunOptions, text } from "./item.ts";
import { type Digits, digitsOf, first } from "./l4-digits.ts";

/** One body, two heads. */
export async function* showMultiTask({ tiny, seed }: RunOptions): AsyncIterable<Part> {
  yield text(
    "Multi-task learning. One hidden layer serves two outputs: which digit is it, and is it odd? Both losses are " +
      "added up, and most of the weights are shared.",
    "Многозадачное обучение (multi-task). Один скрытый слой служит двум выходам: какая это цифра и нечётная ли она? " +
      "Обе функции потерь складываются, а большая часть весов — общая.",
  );
  const { train, test } = await digits();
  const [own, held] = [first(digitsOf(train), tiny ? 1000 : 4000), first(digitsOf(test), tiny ? 500 : 2000)];
  const heads = {
    digit: { units: 10, activation: "softmax", loss: "sparseCategoricalCrossentropy", of: (label: number) => label },
    odd: { units: 1, activation: "sigmoid", loss: "binaryCrossentropy", of: (label: number) => label % 2 },
  } as const;
  type Head = keyof typeof heads;
  const rightOf = async (names: readonly Head[]) => {
    const each = <T>(value: (name: Head) => T) => Object.fromEntries(names.map((name) => [name, value(name)]));
    const image = input([28, 28]);
    const hidden = layers.dense(64, { activation: "relu" }).apply(layers.flatten().apply(image));
    const outputs = each((name) =>
      layers.dense(heads[name].units, { activation: heads[name].activation }).apply(hidden),
    );
    const model = functional({ inputs: image, outputs, seed }).compile({
      optimizer: optimizers.adam({ learningRate: 0.002 }),
      loss: each((name) => heads[name].loss),
      metrics: each(() => ["accuracy"] as const),
    });
    const targets = ({ labels }: Digits) => each((name) => tensor(labels.map(heads[name].of)));
    await model.fit(own.images, targets(own), { epochs: tiny ? 5 : 8, batchSize: 32, seed, verbose: 0 });
    const measured = await model.evaluate(held.images, targets(held));
    const weights = Object.values(await model.getWeights()).reduce((sum, { data }) => sum + data.length, 0);
    return { right: names.map((name) => 100 * (measured[`${name}Accuracy`] ?? 0)), weights };
  };
  const [both, digit, odd] = [await rightOf(["digit", "odd"]), await rightOf(["digit"]), await rightOf(["odd"])];
  yield {
    kind: "table",
    columns: [
      { en: "networks", ru: "сети" },
      { en: "digit right, %", ru: "цифра верна, %" },
      { en: "odd or even right, %", ru: "чётность верна, %" },
      { en: "weights", ru: "весов" },
    ],
    rows: [
      [{ en: "one for both tasks", ru: "одна на обе задачи" }, ...both.right, both.weights],
      [{ en: "one for each", ru: "по одной на каждую" }, ...digit.right, ...odd.right, digit.weights + odd.weights],
    ],
    digits: 1,
  };
}

/** Symbols become points; those that are used alike come to lie side by side. */
export async function* showEmbedding({ seed }: RunOptions): AsyncIterable<Part> {
  yield text(
    "Embeddings. Twelve months are twelve symbols without an order. Each becomes a point of the plane, learned from " +
      "one question only: which months are at most one month away?",
    "Векторные представления (embeddings). Двенадцать месяцев — двенадцать символов без порядка. Каждый становится " +
      "точкой плоскости, и находит её сеть, которую спрашивают только об одном: какие месяцы отстоят не больше чем " +
      "на один?",
  );
  const months = Array.from({ length: 12 }, (_, month) => month);
  const model = sequential([layers.embedding(12, 2), layers.dense(12, { activation: "softmax" })], {
    inputShape: [],
    seed,
  });
  model.compile({ optimizer: optimizers.adam({ learningRate: 0.05 }), loss: "sparseCategoricalCrossentropy" });
  const pairs = months.flatMap((month) => [11, 0, 1].map((away) => [month, (month + away) % 12] as const));
  const [asked, near] = [0, 1].map((side) =>
    tensor(
      pairs.map((pair) => pair[side]!),
      { dtype: "int32" },
    ),
  ) as [Tensor, Tensor];
  await model.fit(asked, near, { epochs: 200, batchSize: pairs.length, seed, verbose: 0 });
  const points = tensor((await model.getWeights())["embedding_1/embeddings"]!);
  const distances = await points.expandDims(0).sub(points.expandDims(1)).square().sum(2).sqrt().array<2>(); // [12, 12]
  const meanAt = (away: number) => months.reduce((sum, m) => sum + distances[m]![(m + away) % 12]!, 0) / 12;
  yield {
    kind: "table",
    columns: [{ en: "months apart", ru: "месяцев между ними" }, ...[1, 2, 3, 4, 5, 6].map(String)],
    rows: [[{ en: "mean distance of the points", ru: "среднее расстояние точек" }, ...[1, 2, 3, 4, 5, 6].map(meanAt)]],
    digits: 2,
  };
  yield {
    kind: "plot",
    title: {
      en: "The twelve months, joined in the order of the year",
      ru: "Двенадцать месяцев, соединённые по порядку",
    },
    x: { en: "first number", ru: "первое число" },
    y: { en: "second number", ru: "второе число" },
    series: [
      {
        name: { en: "months", ru: "месяцы" },
        points: (await points.take([...months, 0]).array<2>()) as [number, number][],
      },
    ],
  };
}
