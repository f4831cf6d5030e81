// The part of L4 about pre-training: layer by layer and without labels first.
import { layers, optimizers, sequential, type Tensor, tensor } from "nabla";
import { digits } from "nabla/data";
import { type Part, type RunOptions, type Text, text } from "./item.ts";
import { digitsOf, first, results } from "./l4-digits.ts";

/** Layer by layer, as Hinton and others did in 2006: each layer learns to repeat what the layer below it gives. */
export async function* showPretraining({ tiny, seed }: RunOptions): AsyncIterable<Part> {
  yield text(
    "Pre-training. Four hidden layers of sigmoids, one after another, hardly learn: the gradient vanishes (B4). In " +
      "2006 the way out was to train layer by layer without labels first: each learns to repeat its input (an " +
      "autoencoder).",
    "Предобучение. Четыре скрытых слоя сигмоид подряд почти не учатся: градиент затухает (B4). В 2006 году выход " +
      "нашли такой: сначала обучить слои по одному без меток — каждый учится восстанавливать свой вход " +
      "(автокодировщик).",
  );
  const { train, test } = await digits();
  const [{ images, labels }, held] = [
    first(digitsOf(train), tiny ? 1000 : 4000),
    first(digitsOf(test), tiny ? 500 : 2000),
  ];
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
