// S20. The sentiment of a sentence: does it praise or blame? A convolution over words, beside naive Bayes.
import {
  initializers,
  layers,
  losses,
  Model,
  type ModelOptions,
  metrics,
  optimizers,
  registerLayer,
  sigmoid,
  type Tensor,
  tensor,
  where,
} from "nabla";
import { both, type Part } from "./tools/part.ts";
import { lossCurves } from "./tools/pictures.ts";
import { fitOptions, type Question, type Recipe, type RecipeOptions } from "./tools/recipe.ts";
import { answer, answerTable, readSentences } from "./tools/sentiment/answers.ts";
import { logRatios, naiveBayesAccuracy, wordsAndPairs, wordsOf } from "./tools/sentiment/naive-bayes.ts";
import { loadOpinions, type Opinion, opinionData } from "./tools/sentiment/opinions.ts";

const defaults = { epochs: 10, batchSize: 32, learningRate: 0.001 };
/** The greatest number of words that are read of a sentence. */
const length = 40;
const [padding, unknown] = [0, 1];

/** What a saved model remembers: the words and pairs that it knows, in the order of their numbers from 2 on. */
type Knowledge = { readonly words: readonly string[]; readonly pairs: readonly string[] };

/** The numbers of words, and of the pairs that they make with the word before them. */
function numbersOf({ words, pairs }: Numbers, text: string): number[][] {
  const found = wordsOf(text).slice(0, length);
  const fill = (numbers: number[]): number[] => [
    ...numbers,
    ...new Array<number>(length - numbers.length).fill(padding),
  ];
  return [
    fill(found.map((word) => words.get(word) ?? unknown)),
    fill(found.map((word, i) => (i === 0 ? unknown : (pairs.get(`${found[i - 1]} ${word}`) ?? unknown)))),
  ];
}

interface Numbers {
  readonly words: ReadonlyMap<string, number>;
  readonly pairs: ReadonlyMap<string, number>;
}

const numbered = (list: readonly string[]): Map<string, number> => new Map(list.map((word, i) => [word, i + 2]));

const numbersFrom = ({ words, pairs }: Knowledge): Numbers => ({ words: numbered(words), pairs: numbered(pairs) });

/** The words and pairs that occur, commonest first. */
function vocabularyOf(train: readonly Opinion[]): Knowledge {
  const counts = new Map<string, number>();
  for (const { text } of train)
    for (const feature of new Set(wordsAndPairs(text))) counts.set(feature, (counts.get(feature) ?? 0) + 1);
  const order = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const names = order.map(([feature]) => feature).slice(0, 60_000);
  return { words: names.filter((name) => !name.includes(" ")), pairs: names.filter((name) => name.includes(" ")) };
}

/** The inputs and targets of opinions. */
function examples(numbers: Numbers, opinions: readonly Opinion[]) {
  const rows = opinions.map(({ text }) => numbersOf(numbers, text));
  const column = (k: number) => ({
    data: Int32Array.from(rows.flatMap((row) => row[k]!)),
    shape: [rows.length, length],
  });
  return {
    inputs: { words: column(0), pairs: column(1) },
    targets: { data: Float32Array.from(opinions, ({ label }) => label), shape: [rows.length, 1] },
  };
}

type Sizes = { readonly words: number; readonly pairs: number; readonly width: number; readonly features: number };

/** Logarithms of ratios by number, as naive Bayes counts them. */
type Ratios = { readonly words: readonly number[]; readonly pairs: readonly number[] };

/**
 * The score of a sentence is a sum of numbers for its words and pairs, which begin as naive Bayes's (Wang & Manning
 * 2012), and what a convolution over vectors of three words in a row finds anywhere in it (Kim 2014). Counts know the
 * examples that they were counted in too well to leave the network anything to learn: so four of five are hidden in
 * training, and their sum is halved, since naive Bayes is too sure of itself.
 */
class SentimentNet extends Model {
  override readonly className = "SentimentNet";
  readonly sizes: Sizes;
  readonly wordScore;
  readonly pairScore;
  readonly scoreDropout = layers.dropout(0.8);
  readonly embedding;
  readonly embeddingDropout = layers.spatialDropout1d(0.3);
  readonly convolution;
  readonly dropout = layers.dropout(0.5);
  readonly found = layers.dense(1, { kernelInitializer: "zeros" });

  constructor({ words, pairs, width, features, ...options }: Sizes & ModelOptions, ratios?: Ratios) {
    super(options);
    this.sizes = { words, pairs, width, features };
    const scores = (count: number, values?: readonly number[]) =>
      layers.embedding(count, 1, {
        embeddingsInitializer: values
          ? { ...initializers.zeros(), make: () => tensor(values).reshape([count, 1]) }
          : "zeros",
      });
    this.wordScore = scores(words, ratios?.words);
    this.pairScore = scores(pairs, ratios?.pairs);
    this.embedding = layers.embedding(words, width);
    this.convolution = layers.conv1d(features, 3, { padding: "same", activation: "relu" });
  }

  call({ words, pairs }: { readonly words: Tensor; readonly pairs: Tensor }): Tensor {
    const isWord = words.notEqual(padding).expandDims(-1);
    const isPair = pairs.greater(unknown).expandDims(-1);
    const counted = where(isWord, this.scoreDropout.apply(this.wordScore.apply(words)), 0)
      .sum(1)
      .add(where(isPair, this.scoreDropout.apply(this.pairScore.apply(pairs)), 0).sum(1));
    const vectors = where(isWord, this.embeddingDropout.apply(this.embedding.apply(words)), 0);
    const strongest = where(isWord, this.convolution.apply(vectors), 0).max(1);
    return counted.mul(0.5).add(this.found.apply(this.dropout.apply(strongest)));
  }

  override config() {
    return { ...this.sizes, ...super.config() };
  }
}
registerLayer("SentimentNet", (config: Sizes & ModelOptions) => new SentimentNet(config));

const typicalSizes = { words: 2000, pairs: 4000 };

function makeModel(options: RecipeOptions = {}, sizes = typicalSizes, ratios?: Ratios): Model {
  const { learningRate = defaults.learningRate, seed = 1, tiny = false } = options;
  const [width, features] = tiny ? [4, 4] : [48, 64];
  const model = new SentimentNet({ ...sizes, width, features, seed, name: "sentiment" }, ratios);
  model.declare({ words: [length], pairs: [length] });
  return model.compile({
    optimizer: optimizers.adamW({ learningRate, weightDecay: 0.01 }),
    loss: losses.binaryCrossentropy({ fromLogits: true }),
    metrics: [binary],
  });
}

/** The share of scores on the right side of 0. */
const binary = metrics.binaryAccuracy({ name: "accuracy", threshold: 0 });

async function probabilities(model: Model, texts: readonly string[]): Promise<number[]> {
  const knowledge = model.dataInfo.about?.["vocabulary"] as unknown as Knowledge;
  const { inputs } = examples(
    numbersFrom(knowledge),
    texts.map((text) => ({ text, label: 0 })),
  );
  const scores: Tensor = await model.predict(inputs);
  return (await sigmoid(scores).array<2>()).map(([p]) => p!);
}

export const recipe: Recipe = {
  name: "sentiment",
  items: ["S20"],
  title: both("The sentiment of a sentence", "Тональность предложения"),
  description: both(
    "Does a sentence praise or blame? The score of a sentence is a sum over its words and pairs of words, which " +
      "begins " +
      "as that of naive Bayes, and what a convolution over word vectors finds in it.",
    "Хвалит предложение или ругает? Оценка складывается из чисел для слов и пар слов, которые вначале те же, что у " +
      "наивного байесовского классификатора, и из того, что находит в предложении свёртка над векторами слов.",
  ),
  source: "Kim 2014, Convolutional neural networks for sentence classification; Wang & Manning 2012 (first scores)",
  data: opinionData,
  defaults,
  expected: [
    {
      metric: "accuracy",
      atLeast: 0.95,
      on: both("1,000 sentences of the generator", "1000 предложений генератора"),
    },
  ],
  model: (options = {}) => makeModel(options),
  async run(options = {}) {
    const { tiny = false, data, onStage } = options;
    if (data === undefined)
      onStage?.(
        both(
          "Sentences drawn by a generator, not written by people.",
          "Предложения составлены генератором, а не написаны людьми.",
        ),
      );
    const { train, test } = await loadOpinions(options);
    const knowledge = vocabularyOf(train);
    const numbers = numbersFrom(knowledge);
    const counted = logRatios(train, wordsAndPairs);
    const ratiosOf = (names: readonly string[]): number[] => [0, 0, ...names.map((name) => counted.get(name)!)];
    const ratios = { words: ratiosOf(knowledge.words), pairs: ratiosOf(knowledge.pairs) };
    const sizes = { words: ratios.words.length, pairs: ratios.pairs.length };
    const model = makeModel(options, sizes, ratios);
    const { inputs, targets } = examples(numbers, train);
    const fit = fitOptions(options, tiny ? { ...defaults, epochs: 1 } : defaults);
    const history = await model.fit({ x: inputs, y: targets }, fit);
    model.dataInfo = { about: { vocabulary: knowledge } };
    const held = examples(numbers, test);
    const { accuracy } = await model.evaluate({ x: held.inputs, y: held.targets });
    const words = naiveBayesAccuracy(train, test, wordsOf);
    const pairs = naiveBayesAccuracy(train, test, wordsAndPairs);
    const on = both(
      "as good as naive Bayes, but for one standard error of so many sentences",
      "не хуже наивного Байеса, с точностью до стандартной ошибки для такого числа предложений",
    );
    const atLeast = words - Math.sqrt((words * (1 - words)) / test.length);
    const own = data === undefined ? recipe.expected : [{ metric: "accuracy", atLeast, on }];
    return {
      model,
      history,
      evaluation: { accuracy: accuracy! },
      expected: tiny ? [] : own,
      baselines: [
        { metric: "accuracy", value: words, name: both("naive Bayes, words", "наивный Байес, слова") },
        { metric: "accuracy", value: pairs, name: both("naive Bayes, words and pairs", "наивный Байес, слова и пары") },
      ],
      async *ending(): AsyncIterable<Part> {
        yield lossCurves(history);
        const guesses = await probabilities(
          model,
          test.map(({ text }) => text),
        );
        const surest = test
          .map(({ text, label }, i) => ({ text, label, p: guesses[i]! }))
          .filter(({ label, p }) => p > 0.5 !== (label === 1))
          .sort((a, b) => Math.abs(b.p - 0.5) - Math.abs(a.p - 0.5))
          .slice(0, 8);
        yield {
          kind: "table",
          title: both("The worst mistakes", "Самые грубые ошибки"),
          columns: [both("sentence", "предложение"), both("is", "на самом деле"), both("praise, %", "похвала, %")],
          rows: surest.map(({ text, label, p }) => [text.slice(0, 60), answer(label), 100 * p]),
          digits: 1,
        };
      },
    };
  },
  async *predict(model: Model, { files }: Question): AsyncIterable<Part> {
    for (const file of files) {
      const sentences = readSentences(file);
      yield answerTable(sentences, await probabilities(model, sentences));
    }
  },
  async *generate(model: Model, { text = "not bad at all" }: Question): AsyncIterable<Part> {
    yield answerTable([text], await probabilities(model, [text]));
  },
};
