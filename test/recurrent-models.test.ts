// Recurrent models whole: they learn, and are saved and loaded with the same bits.
import { expect, test } from "vitest";
import { layers, loadModel, losses, Model, optimizers, random, sequential, type Tensor, tensor } from "../src/index.ts";
import { hostRandom } from "../src/random.ts";

const numbers = async (x: Tensor): Promise<number[]> => [...(await x.data())] as number[];
const draw = (shape: readonly number[]): Tensor => random.uniform(random.key(1), shape, { min: -1, max: 1 });

test("an LSTM learns to add two numbers given as text, for sums that it has not seen", async () => {
  const letters = "0123456789+ ";
  const encoded = (text: string): number[] => [...text].map((letter) => letters.indexOf(letter));
  const { below } = hostRandom(1);
  const pairs = Array.from({ length: 10_000 }, (_, i) => [i % 100, Math.floor(i / 100)] as const);
  for (let i = pairs.length - 1; i > 0; i--) {
    const j = below(i + 1);
    [pairs[i], pairs[j]] = [pairs[j]!, pairs[i]!];
  }
  // The question is read backwards, as Zaremba and Sutskever (2014) do: "12+7 " is " 7+21".
  const questions = (part: typeof pairs): Tensor =>
    tensor(Int32Array.from(part.flatMap(([a, b]) => encoded(`${a}+${b}`.padEnd(5)).reverse())), {
      shape: [part.length, 5],
    });
  const answers = (part: typeof pairs): Tensor =>
    tensor(Int32Array.from(part.flatMap(([a, b]) => encoded(`${a + b}`.padEnd(3)))), { shape: [part.length, 3] });
  const [seen, unseen] = [pairs.slice(0, 9000), pairs.slice(9000)];

  const model = sequential(
    [
      layers.embedding(letters.length, 16, { embeddingsInitializer: "glorotUniform" }),
      layers.lstm(64),
      layers.repeatVector(3),
      layers.lstm(64, { returnSequences: true }),
      layers.dense(letters.length),
    ],
    { inputShape: [5], seed: 1 },
  );
  model.compile({
    optimizer: optimizers.adam({ learningRate: 0.01 }),
    loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
    metrics: ["accuracy"],
  });
  await model.fit(questions(seen), answers(seen), { epochs: 10, batchSize: 64 });
  const { accuracy } = await model.evaluate(questions(unseen), answers(unseen));
  expect(accuracy).toBeGreaterThan(0.93);
  const scores = await (await model.predict(questions(unseen))).array<3>();
  const written = scores.map((answer) => answer.map((row) => letters[row.indexOf(Math.max(...row))]).join(""));
  const right = unseen.filter(([a, b], i) => written[i] === `${a + b}`.padEnd(3));
  expect(right.length / unseen.length).toBeGreaterThan(0.8);
}, 120_000);

test("a bidirectional LSTM with masks is saved and loaded, and trains on, with the same bits", async () => {
  const make = () =>
    sequential(
      [
        layers.embedding(12, 6, { maskZero: true }),
        layers.bidirectional(layers.lstm(5, { returnSequences: true })),
        layers.bidirectional(layers.gru(4), { mergeMode: "sum" }),
        layers.dense(1),
      ],
      { inputShape: [6], seed: 4 },
    ).compile({ optimizer: "adam", loss: "mse" });
  const x = tensor(
    Int32Array.from({ length: 48 }, (_, i) => (i % 6 > 3 ? 0 : (i * 7) % 12)),
    { shape: [8, 6] },
  );
  const y = draw([8, 1]);
  const whole = make();
  const before = await whole.evaluate(x, y);
  await whole.fit(x, y, { epochs: 8, batchSize: 4 });
  expect((await whole.evaluate(x, y)).loss).toBeLessThan(before.loss);
  const begun = make();
  await begun.fit(x, y, { epochs: 3, batchSize: 4 });
  const loaded = await loadModel(await begun.toBytes());
  expect(await numbers(await loaded.predict(x))).toEqual(await numbers(await begun.predict(x)));
  await loaded.fit(x, y, { epochs: 8, initialEpoch: 3, batchSize: 4 });
  expect(await loaded.getWeights()).toEqual(await whole.getWeights());
});

test("penalties and bounds of weights are kept in training", async () => {
  const [x, y] = [draw([4, 3, 2]), draw([4, 4])];
  const make = (options: object, learningRate: number) =>
    sequential([layers.lstm(4, options)], { inputShape: [3, 2], seed: 1 }).compile({
      optimizer: optimizers.sgd({ learningRate }),
      loss: "mse",
    });
  const plain = (await make({}, 0).fit(x, y)).epochs[0]!.loss;
  const { loss } = (await make({ recurrentRegularizer: "l2" }, 0).fit(x, y)).epochs[0]!;
  const { data } = (await make({}, 0).getWeights())["lstm_1/cell/recurrentKernel"]!;
  expect(loss - plain).toBeCloseTo(0.01 * Array.from(data).reduce((sum, v) => sum + v * v, 0), 5);
  const bounded = make({ recurrentConstraint: "nonNeg" }, 0.1);
  await bounded.fit(x, y);
  const weights = await bounded.getWeights();
  expect(Math.min(...weights["lstm_1/cell/recurrentKernel"]!.data)).toBe(0);
  expect(Math.min(...weights["lstm_1/cell/kernel"]!.data)).toBeLessThan(0);
});

test("a mask given to a layer within a call reaches the layers that it holds, and goes no further", async () => {
  /** Both directions with a mask of its own, then the backward one without any, of the same inputs. */
  class Reader extends Model<any, Tensor, Tensor[]> {
    readonly both = layers.bidirectional(layers.gru(2, { returnSequences: true }));
    readonly alone = layers.gru(2, { goBackwards: true });
    call(x: Tensor): Tensor[] {
      const mask = x.at([], [], 0).greater(0);
      return [this.both.apply(x, { mask }), this.alone.apply(x)];
    }
  }
  const x = tensor([[[1], [2], [-3], [-3]]]);
  const reader = new Reader({ seed: 1 });
  const [both, alone] = reader.apply(x) as [Tensor, Tensor];
  const direct = reader.both.apply(x, { mask: x.at([], [], 0).greater(0) });
  expect(await numbers(both)).toEqual(await numbers(direct));
  expect(await numbers(direct)).not.toEqual(await numbers(reader.both.apply(x)));
  expect(await numbers(alone)).toEqual(await numbers(reader.alone.apply(x)));
});
