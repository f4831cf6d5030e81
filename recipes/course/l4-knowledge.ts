// The part of L4 in which a network learns from more than its own labels: other data, its own answers, other tasks.
import {
  concatenate,
  type Dataset,
  data,
  functional,
  input,
  layers,
  optimizers,
  sequential,
  type Tensor,
  tensor,
} from "nabla";
import { type Part, type RunOptions, type Text, text } from "./item.ts";

interface Digits {
  /** [count, 28, 28], from 0 to 1. */
  readonly images: Tensor;
  readonly labels: readonly number[];
}

/** The digits of a data set as tensors, those whose label `keep` chooses. */
function digitsOf({ inputs, targets }: Dataset, keep = (_: number): boolean => true): Digits {
  const { data: bytes, shape } = inputs.array;
  const labels = [...targets.array.data];
  const kept = labels.flatMap((label, i) => (keep(label) ? [i] : []));
  const images = tensor(bytes, { shape }).cast("float32").div(255);
  return { images: images.take(kept), labels: kept.map((i) => labels[i]!) };
}

const first = ({ images, labels }: Digits, count: number): Digits => ({
  images: images.at([0, count]),
  labels: labels.slice(0, count),
});

type Features = ReturnType<typeof sequential>;

/** A softmax over ten digits on some features, trained with labels. */
async function classifier(features: Features, { images, labels }: Digits, epochs: number, rate: number, seed: number) {
  const model = sequential([features, layers.dense(10, { activation: "softmax" })], { inputShape: [28, 28], seed });
  const optimizer = optimizers.adam({ learningRate: rate });
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  await model.fit(images, tensor([...labels]), { epochs, batchSize: 20, seed, verbose: 0 });
  const right = async (test: Digits): Promise<number> =>
    100 * ((await model.evaluate(test.images, tensor([...test.labels])))["accuracy"] ?? 0);
  return { model, right };
}

const results = (rows: readonly (readonly [training: Text, right: number])[]): Part => ({
  kind: "table",
  columns: [
    { en: "training", ru: "обучение" },
    { en: "right on test digits, %", ru: "верно на тестовых цифрах, %" },
  ],
  rows,
  digits: 1,
});

/** Layer by layer, as Hinton and others did in 2006: each layer learns to repeat what the layer below it gives. */
async function* showPretraining({ tiny, seed }: RunOptions): AsyncIterable<Part> {
  yield text(
    "Pre-training. Four hidden layers of sigmoids, one after another, hardly learn: the gradient vanishes (B4). In " +
      "2006 the way out was to train layer by layer without labels first: each learns to repeat its input (an " +
      "autoencoder).",
    "Предобучение. Четыре скрытых слоя сигмоид подряд почти не учатся: градиент затухает (B4). В 2006 году выход " +
      "нашли такой: сначала обучить слои по одному без меток — каждый учится восстанавливать свой вход " +
      "(автокодировщик).",
  );
  const { train, test } = await data.digits();
  const [{ images, labels }, held] = [first(digitsOf(train), tiny ? 1000 : 4000), digitsOf(test)];
  const epochs = tiny ? 20 : 10;
  const stack = () => Array.from({ length: 4 }, () => layers.dense(64, { activation: "sigmoid" }));
  const pretrained = stack();
  let h = images.reshape([-1, 784]);
  for (const layer of pretrained) {
    const size = h.shape[1]!;
    const encoder = sequential([layer], { inputShape: [size], seed });
    const autoencoder = sequential([encoder, layers.dense(size, { activation: "sigmoid" })], {
      inputShape: [size],
      seed,
    });
    autoencoder.compile({ optimizer: optimizers.adam({ learningRate: 0.003 }), loss: "mse" });
    await autoencoder.fit(h, h, { epochs: epochs / 2, batchSize: 32, seed, verbose: 0 });
    h = (await encoder.predict(h)) as Tensor; // the next layer learns to repeat the outputs of this one
  }
  const rows: [Text, number][] = [];
  for (const [name, hidden] of [
    [{ en: "random weights", ru: "случайные веса" }, stack()],
    [{ en: "pre-trained layer by layer", ru: "послойное предобучение" }, pretrained],
  ] as const) {
    const net = [layers.flatten(), ...hidden, layers.dense(10, { activation: "softmax" })];
    const model = sequential(net, { inputShape: [28, 28], seed });
    const optimizer = optimizers.sgd({ learningRate: 0.3 });
    model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
    await model.fit(images, tensor([...labels]), { epochs, batchSize: 32, seed, verbose: 0 });
    const { accuracy = 0 } = await model.evaluate(held.images, tensor([...held.labels]));
    rows.push([name, 100 * accuracy]);
  }
  yield results(rows);
}

/** The network's own answers as labels. */
async function* showSelfTraining({ tiny, seed }: RunOptions): AsyncIterable<Part> {
  yield text(
    "Self-training. With 100 labels the network learns what it can, and labels other digits itself; those of which " +
      "it is sure (probability above 0.9) join the training set.",
    "Самообучение (self-training). По 100 меткам сеть учится как может и сама размечает другие цифры; те, в которых " +
      "она уверена (вероятность больше 0.9), пополняют обучающую выборку.",
  );
  const { train, test } = await data.digits();
  const [all, held] = [digitsOf(train), digitsOf(test)];
  const labelled = first(all, 100);
  const unlabelled = all.images.at([100, tiny ? 1100 : 4100]);
  const features = () =>
    sequential([layers.flatten(), layers.dense(64, { activation: "relu" })], { inputShape: [28, 28] });
  const teacher = await classifier(features(), labelled, 40, 0.002, seed);
  const p = await teacher.model.predict(unlabelled);
  const [sure, answers] = [await p.max(1).array<1>(), await p.argmax(1).array<1>()];
  const trusted = sure.flatMap((probability, i) => (probability > 0.9 ? [i] : []));
  const enlarged = {
    images: concatenate([labelled.images, unlabelled.take(trusted)]),
    labels: [...labelled.labels, ...trusted.map((i) => answers[i]!)],
  };
  const student = await classifier(features(), enlarged, 10, 0.002, seed);
  const mistaken = trusted.filter((i) => answers[i] !== all.labels[100 + i]).length;
  yield results([
    [{ en: "100 labels", ru: "100 меток" }, await teacher.right(held)],
    [
      {
        en: `and ${trusted.length} labels of its own (${mistaken} of them wrong)`,
        ru: `и ${trusted.length} собственных (из них неверных — ${mistaken})`,
      },
      await student.right(held),
    ],
  ]);
}

/** What was learned for one task serves another: only the last layer is new. */
async function* showTransfer({ tiny, seed }: RunOptions): AsyncIterable<Part> {
  yield text(
    "Transfer learning. A convolutional network has learned the digits 0–4. Its convolutions, frozen, serve for " +
      "5–9, of which there are only 50 examples: only the last layer is trained anew.",
    "Перенос обучения (transfer learning). Свёрточная сеть научилась цифрам 0–4. Её свёртки заморожены и служат для " +
      "5–9, которых дано всего 50: заново обучается только последний слой.",
  );
  const { train, test } = await data.digits();
  const low = first(
    digitsOf(train, (label) => label < 5),
    tiny ? 1000 : 4000,
  );
  const few = first(
    digitsOf(train, (label) => label >= 5),
    50,
  );
  const held = digitsOf(test, (label) => label >= 5);
  const convolutions = () =>
    sequential(
      [
        layers.reshape([28, 28, 1]),
        layers.conv2d(8, 5, { activation: "relu" }),
        layers.maxPooling2d(),
        layers.conv2d(16, 5, { activation: "relu" }),
        layers.maxPooling2d(),
        layers.flatten(),
      ],
      { inputShape: [28, 28] },
    );
  const features = convolutions();
  await classifier(features, low, tiny ? 3 : 5, 0.002, seed);
  features.trainable = false;
  const [fresh, transferred] = [
    await classifier(convolutions(), few, 60, 0.01, seed),
    await classifier(features, few, 60, 0.01, seed),
  ];
  yield results([
    [{ en: "50 examples, from scratch", ru: "50 примеров, с нуля" }, await fresh.right(held)],
    [
      {
        en: `50 examples on what ${low.labels.length} others taught`,
        ru: `50 примеров поверх выученного на ${low.labels.length} других`,
      },
      await transferred.right(held),
    ],
  ]);
}

/** One body, two heads. */
async function* showMultiTask({ tiny, seed }: RunOptions): AsyncIterable<Part> {
  yield text(
    "Multi-task learning. One hidden layer serves two outputs: which digit is it, and is it odd? Both losses are " +
      "added up, and most of the weights are shared.",
    "Многозадачное обучение (multi-task). Один скрытый слой служит двум выходам: какая это цифра и нечётная ли она? " +
      "Обе функции потерь складываются, а большая часть весов — общая.",
  );
  const { train, test } = await data.digits();
  const [own, held] = [first(digitsOf(train), tiny ? 1000 : 4000), digitsOf(test)];
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
async function* showEmbedding({ tiny, seed }: RunOptions): AsyncIterable<Part> {
  yield text(
    "Embeddings. Twelve months are twelve symbols without an order. Each becomes a point of the plane, learned from " +
      "one question only: which months are at most one month away?",
    "Вложения (embeddings). Двенадцать месяцев — двенадцать символов без порядка. Каждый становится точкой " +
      "плоскости, и находит её сеть, которую спрашивают только об одном: какие месяцы отстоят не больше чем на один?",
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
  await model.fit(asked, near, { epochs: tiny ? 200 : 500, batchSize: pairs.length, seed, verbose: 0 });
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

export const knowledgeTools = [showPretraining, showSelfTraining, showTransfer, showMultiTask, showEmbedding];
