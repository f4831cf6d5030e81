// The part of L4 in which a network learns from other labels than its task's: its own answers, and another task's.
import { concatenate, layers, optimizers, sequential, tensor } from "nabla";
import { digits } from "nabla/data";
import { type Part, type RunOptions, text } from "./item.ts";
import { type Digits, digitsOf, first, results } from "./l4-digits.ts";

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

/** The network's own answers as labels. */
export async function* showSelfTraining({ tiny, seed }: RunOptions): AsyncIterable<Part> {
  yield text(
    "Self-training. With 100 labels the network learns what it can, and labels other digits itself; those of which " +
      "it is sure (probability above 0.9) join the training set.",
    "Самообучение (self-training). По 100 меткам сеть учится как может и сама размечает другие цифры; те, в которых " +
      "она уверена (вероятность больше 0.9), пополняют обучающую выборку.",
  );
  const { train, test } = await digits();
  const [all, held] = [digitsOf(train), first(digitsOf(test), tiny ? 500 : 2000)];
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
export async function* showTransfer({ tiny, seed }: RunOptions): AsyncIterable<Part> {
  yield text(
    "Transfer learning. A convolutional network has learned the digits 0–4. Its convolutions, frozen, serve for " +
      "5–9, of which there are only 50 examples: only the last layer is trained anew.",
    "Перенос обучения (transfer learning). Свёрточная сеть научилась цифрам 0–4. Её свёртки заморожены и служат для " +
      "5–9, которых дано всего 50: заново обучается только последний слой.",
  );
  const { train, test } = await digits();
  const low = first(
    digitsOf(train, (label) => label < 5),
    tiny ? 1000 : 4000,
  );
  const few = first(
    digitsOf(train, (label) => label >= 5),
    50,
  );
  const held = first(
    digitsOf(test, (label) => label >= 5),
    tiny ? 500 : 900,
  );
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
