// S15. BERT: a transformer that learns by filling gaps in texts, and then needs few labels to tell praise from blame.
import {
  callbacks,
  initializers,
  Layer,
  layers,
  losses,
  Model,
  type ModelOptions,
  metrics,
  optimizers,
  registerLayer,
  schedules,
  sigmoid,
  softmax,
  type Tensor,
  takeAlongAxis,
  type WeightValues,
  where,
} from "nabla";
import { bytePairTokenizer, type Tokenizer, tokenizerFromJSON } from "nabla/data";
import { both, type Part, type Text } from "./tools/part.ts";
import { lossCurves } from "./tools/pictures.ts";
import { fitOptions, isShort, type Question, type Recipe, type RecipeOptions } from "./tools/recipe.ts";
import { answerTable, readSentences } from "./tools/sentiment/answers.ts";
import {
  type Comparison,
  drawLabels,
  labelled,
  mean,
  showComparisons,
  spread,
  type Tuned,
} from "./tools/sentiment/few-labels.ts";
import { naiveBayesAccuracy, wordsAndPairs, wordsOf } from "./tools/sentiment/naive-bayes.ts";
import { loadOpinions, type Opinion, opinionData, sentencesWithoutLabels } from "./tools/sentiment/opinions.ts";
import { type Filler, gapExamples, gapTable } from "./tools/text/gap-table.ts";
import {
  masked,
  maskedBatches,
  mostGaps,
  natsByFrequency,
  padding,
  piecesOf,
  special,
  type TokenRows,
  textRows,
  tokenRows,
} from "./tools/text/masking.ts";
import { randomNumbers } from "./tools/text/windows.ts";

/** The sizes of a BERT. */
type Sizes = {
  readonly vocabularySize: number;
  /** The greatest number of pieces of a text. */
  readonly length: number;
  readonly width: number;
  readonly heads: number;
  readonly depth: number;
};

const dropout = 0.1;
const small = initializers.truncatedNormal({ stddev: 0.02 });

type BlockInputs = { readonly x: Tensor; readonly isReal: Tensor };

/** x + attention(norm x), then x + network(norm x); each piece looks at those before it and at those behind it. */
class BertBlock extends Layer<BlockInputs, Tensor> {
  override readonly className = "BertBlock";
  readonly sizes: Sizes;
  readonly attention;
  readonly attentionNorm = layers.layerNormalization();
  readonly attentionDropout = layers.dropout(dropout);
  readonly inner;
  readonly outer;
  readonly networkNorm = layers.layerNormalization();
  readonly networkDropout = layers.dropout(dropout);

  constructor(sizes: Sizes) {
    super();
    const { width, heads } = sizes;
    this.sizes = sizes;
    this.attention = layers.multiHeadAttention(heads, width / heads);
    this.inner = layers.dense(4 * width, { activation: "gelu" });
    this.outer = layers.dense(width);
  }

  call({ x, isReal }: BlockInputs): Tensor {
    const looked = this.attention.apply({ query: this.attentionNorm.apply(x), attentionMask: isReal }) as Tensor;
    const y = x.add(this.attentionDropout.apply(looked));
    const network = this.outer.apply(this.inner.apply(this.networkNorm.apply(y)));
    return y.add(this.networkDropout.apply(network));
  }

  override config() {
    return { ...this.sizes };
  }
}
registerLayer("BertBlock", (config: Sizes) => new BertBlock(config));

/** A vector for each piece, by which pieces are both read and scored. */
class PieceTable extends Layer<Tensor, Tensor> {
  override readonly className = "PieceTable";
  readonly sizes: Sizes;

  constructor(sizes: Sizes) {
    super();
    this.sizes = sizes;
  }

  override build(): void {
    this.addParameter("vectors", [this.sizes.vocabularySize, this.sizes.width], small);
    this.addParameter("bias", [this.sizes.vocabularySize], "zeros");
  }

  call(pieces: Tensor): Tensor {
    return this.parameter("vectors").take(pieces.cast("int32"));
  }

  /** The scores of all pieces: the products of their vectors with those that are given. */
  scores(x: Tensor): Tensor {
    return x.matmul(this.parameter("vectors").transpose()).add(this.parameter("bias"));
  }

  override config() {
    return { ...this.sizes };
  }
}
registerLayer("PieceTable", (config: Sizes) => new PieceTable(config));

/** Pieces `[batch, length]` become vectors that know the text around them, `[batch, length, width]`. */
class BertEncoder extends Layer<Tensor, Tensor> {
  override readonly className = "BertEncoder";
  readonly sizes: Sizes;
  readonly pieces;
  readonly positions;
  readonly dropout = layers.dropout(dropout);
  readonly blocks: readonly BertBlock[];
  readonly norm = layers.layerNormalization();

  constructor(sizes: Sizes) {
    super();
    this.sizes = sizes;
    this.pieces = new PieceTable(sizes);
    this.positions = layers.positionEmbedding(sizes.length, { initializer: small });
    this.blocks = Array.from({ length: sizes.depth }, () => new BertBlock(sizes));
  }

  call(pieces: Tensor): Tensor {
    const isReal = pieces.notEqual(padding).expandDims(1);
    const vectors = this.pieces.apply(pieces);
    let x = this.dropout.apply(vectors.add(this.positions.apply(vectors)));
    for (const block of this.blocks) x = block.apply({ x, isReal });
    return this.norm.apply(x);
  }

  override config() {
    return { ...this.sizes };
  }
}
registerLayer("BertEncoder", (config: Sizes) => new BertEncoder(config));

type SizedOptions = { readonly sizes: Sizes } & ModelOptions;

/** Texts, and the places in them, int32 `[batch, count]`, that are asked for. */
type Gaps = { readonly pieces: Tensor; readonly places: Tensor };

/** The scores of what stands at some places, `[batch, count, vocabularySize]`. */
class GapFiller extends Model<any, Gaps, Tensor> {
  override readonly className = "GapFiller";
  readonly sizes: Sizes;
  readonly encoder;
  readonly transform;
  readonly norm = layers.layerNormalization();

  constructor({ sizes, ...options }: SizedOptions) {
    super(options);
    this.sizes = sizes;
    this.encoder = new BertEncoder(sizes);
    this.transform = layers.dense(sizes.width, { activation: "gelu" });
  }

  call({ pieces, places }: Gaps): Tensor {
    const asked = takeAlongAxis(this.encoder.apply(pieces), places.cast("int32").expandDims(-1), 1);
    return this.encoder.pieces.scores(this.norm.apply(this.transform.apply(asked)));
  }

  override config() {
    return { sizes: this.sizes, ...super.config() };
  }
}
registerLayer("GapFiller", (config: SizedOptions) => new GapFiller(config));

/** The score of a text, `[batch, 1]`: above 0 it praises. It looks at the mean of the vectors of all pieces. */
class OpinionReader extends Model<any, Tensor, Tensor> {
  override readonly className = "OpinionReader";
  readonly sizes: Sizes;
  readonly encoder;
  readonly dropout = layers.dropout(dropout);
  readonly score = layers.dense(1, { kernelInitializer: small });

  constructor({ sizes, ...options }: SizedOptions) {
    super(options);
    this.sizes = sizes;
    this.encoder = new BertEncoder(sizes);
  }

  call(pieces: Tensor): Tensor {
    const isReal = pieces.notEqual(padding).expandDims(-1);
    const sum = where(isReal, this.encoder.apply(pieces), 0).sum(1);
    const mean = sum.div(isReal.cast("float32").sum(1).maximum(1));
    return this.score.apply(this.dropout.apply(mean));
  }

  override config() {
    return { sizes: this.sizes, ...super.config() };
  }
}
registerLayer("OpinionReader", (config: SizedOptions) => new OpinionReader(config));

/** What is saved: the network that fills gaps, and the one that was made of it. */
class Bert extends Model<any, Gaps> {
  override readonly className = "Bert";
  readonly sizes: Sizes;
  readonly filler;
  readonly reader;

  constructor({ sizes, ...options }: SizedOptions) {
    super(options);
    this.sizes = sizes;
    this.filler = new GapFiller({ sizes });
    this.reader = new OpinionReader({ sizes });
  }

  call({ pieces, places }: Gaps) {
    return { pieces: this.filler.apply({ pieces, places }), score: this.reader.apply(pieces) };
  }

  override config() {
    return { sizes: this.sizes, ...super.config() };
  }
}
registerLayer("Bert", (config: SizedOptions) => new Bert(config));

/** Of the training with gaps, in which an epoch is so many steps. */
const stepsPerEpoch = 300;
const defaults = { epochs: 10, batchSize: 64, learningRate: 0.002 };
/** Of the training with labels, which is the same from pre-trained weights and from random ones. */
const tuning = { epochs: 80, batchSize: 16, learningRate: 0.001 };
/** How often the comparison is made, each time with other labels and other first weights. */
const repetitions = (options: RecipeOptions): number => (isShort(options) ? 1 : 3);
/** The greatest number of pieces of a text; longer ones are cut. */
const mostPieces = 40;

const sizesOf = ({ tiny = false }: RecipeOptions, vocabularySize: number, length: number): Sizes => ({
  ...{ vocabularySize, length },
  ...(tiny ? { width: 8, heads: 2, depth: 1 } : { width: 64, heads: 4, depth: 2 }),
});

function makeFiller(options: RecipeOptions, sizes: Sizes, steps: number): GapFiller {
  const { learningRate = defaults.learningRate, seed = 1 } = options;
  const warmupSteps = Math.ceil(steps / 10);
  const rate = schedules.cosineDecay({
    ...{ initialLearningRate: 0, warmupTarget: learningRate, warmupSteps },
    decaySteps: Math.max(1, steps - warmupSteps),
    alpha: 0.02,
  });
  const filler = new GapFiller({ sizes, seed, name: "filler" });
  filler.declare({ pieces: [sizes.length], places: [mostGaps(sizes.length)] });
  filler.compile({
    optimizer: optimizers.adamW({ learningRate: rate, weightDecay: 0.01, clipnorm: 1 }),
    loss: losses.sparseCategoricalCrossentropy({ fromLogits: true, ignoreClass: padding }),
  });
  return filler;
}

function makeReader(sizes: Sizes, seed: number): OpinionReader {
  const reader = new OpinionReader({ sizes, seed, name: "reader" });
  reader.declare([sizes.length]);
  reader.compile({
    optimizer: optimizers.adamW({ learningRate: tuning.learningRate, weightDecay: 0.01, clipnorm: 1 }),
    loss: losses.binaryCrossentropy({ fromLogits: true }),
    metrics: [metrics.binaryAccuracy({ name: "accuracy", threshold: 0 })],
  });
  return reader;
}

function makeBert(options: RecipeOptions, sizes: Sizes): Bert {
  const bert = new Bert({ sizes, seed: options.seed ?? 1, name: "bert" });
  bert.declare({ pieces: [sizes.length], places: [mostGaps(sizes.length)] });
  return bert;
}

/** What the networks learn from, and how they read it. */
interface Task {
  readonly tokenizer: Tokenizer;
  readonly sizes: Sizes;
  /** Sentences without labels. */
  readonly rows: TokenRows;
  readonly train: readonly Opinion[];
  readonly test: readonly Opinion[];
}

async function makeTask(options: RecipeOptions): Promise<Task> {
  const { train, test } = await loadOpinions(options);
  const sentences = sentencesWithoutLabels(train, test, options);
  const vocabularySize = options.tiny ? 280 : 3000;
  const tokenizer = bytePairTokenizer({ vocabularySize, special }).fit(
    sentences.map((sentence) => ` ${sentence.trim().toLowerCase()}`),
  );
  const lists = sentences.map((sentence) => piecesOf(tokenizer, sentence));
  const length = lists.reduce((longest, list) => Math.max(longest, Math.min(list.length, mostPieces)), 1);
  const sizes = sizesOf(options, tokenizer.vocabularySize, length);
  return { tokenizer, sizes, rows: tokenRows(lists, length), train, test };
}

const textsOf = (opinions: readonly Opinion[]): string[] => opinions.map(({ text }) => text);

/** Sentences and their labels, as the network takes them. */
const examples = ({ tokenizer, sizes }: Task, opinions: readonly Opinion[]) => ({
  x: textRows(tokenizer, textsOf(opinions), sizes.length),
  y: { data: Float32Array.from(opinions, ({ label }) => label), shape: [opinions.length, 1] },
});

/** Trains with few labels, from given weights of the encoder or from random ones. */
async function tune(
  task: Task,
  draw: number,
  given: WeightValues,
  options: RecipeOptions,
): Promise<Tuned<OpinionReader>> {
  const { tiny = false, signal } = options;
  const { epochs, batchSize } = tiny ? { epochs: 1, batchSize: 20 } : tuning;
  const reader = makeReader(task.sizes, draw);
  reader.setWeights(given);
  const { learnt, others } = drawLabels(task.train, draw, options);
  // The epoch that decides most of the other sentences rightly gives the weights.
  const best = callbacks.earlyStopping({ monitor: "valAccuracy", patience: epochs, restoreBestWeights: true });
  const history = await reader.fit(examples(task, learnt), {
    epochs,
    batchSize,
    seed: draw,
    verbose: 0,
    validationData: examples(task, others),
    callbacks: [best],
    ...(signal && { signal }),
  });
  const { accuracy } = await reader.evaluate(examples(task, task.test));
  return { model: reader, accuracy: accuracy!, course: history.epochs.map((epoch) => epoch["valAccuracy"] as number) };
}

async function compareStarts(
  task: Task,
  encoder: WeightValues,
  options: RecipeOptions,
): Promise<Comparison<OpinionReader>[]> {
  const { seed = 1, onStep } = options;
  const comparisons: Comparison<OpinionReader>[] = [];
  for (let i = 0; i < repetitions(options); i++) {
    const { learnt } = drawLabels(task.train, seed + i, options);
    const tuned = await tune(task, seed + i, encoder, options);
    const scratch = await tune(task, seed + i, {}, options);
    const words = naiveBayesAccuracy(learnt, task.test, wordsOf);
    comparisons.push({ tuned, scratch, words, pairs: naiveBayesAccuracy(learnt, task.test, wordsAndPairs) });
    const measures = { accuracy: tuned.accuracy, accuracyFromScratch: scratch.accuracy };
    onStep?.({ done: i + 1, total: repetitions(options), measures });
  }
  return comparisons;
}

/** The weights whose names begin so. */
const weightsOf = (weights: WeightValues, beginning: string): WeightValues =>
  Object.fromEntries(Object.entries(weights).filter(([name]) => name.startsWith(beginning)));

/** The weights of a network as those of a part of another. */
const asPart = (weights: WeightValues, part: string): WeightValues =>
  Object.fromEntries(Object.entries(weights).map(([name, value]) => [`${part}/${name}`, value]));

const heldOut = both("1,000 sentences of the generator, 200 labels", "1000 предложений генератора, 200 меток");

export const recipe: Recipe = {
  name: "bert",
  items: ["S15", "S20"],
  title: both("BERT fills gaps, then needs few labels", "BERT: пропуски в тексте и мало меток"),
  description: both(
    "A transformer of two blocks, in which each piece of a text looks at all others, learns to fill gaps: of 15 % of " +
      "the pieces it is to say what stood there. That needs no labels. Its weights are where a network starts that " +
      "learns from 200 labelled sentences to tell praise from blame; the same network from random weights, with the " +
      "same labels and settings, stands beside it. Three draws of labels; the epoch of each network is chosen by 200 " +
      "further sentences.",
    "Трансформер из двух блоков, в котором каждая часть текста смотрит на все остальные, учится заполнять пропуски: " +
      "для 15 % частей он должен сказать, что там стояло. Метки для этого не нужны. С этих весов начинает сеть, " +
      "которая по 200 размеченным предложениям учится отличать похвалу от критики; рядом — та же сеть со случайными " +
      "начальными весами, с теми же метками и настройками. Выборок меток три; эпоха для каждой сети выбирается ещё " +
      "по 200 предложениям.",
  ),
  source: "Devlin et al. 2019, BERT; normalisation first: Xiong et al. 2020",
  data: both(
    `${opinionData.en}; 20,000 sentences of the generator, or those of the file that are not held out, are read ` +
      "without labels (a few thousand sentences of people are too few: from them the network gains nothing)",
    `${opinionData.ru}; без меток читаются 20 000 предложений генератора или все неотложенные предложения файла ` +
      "(нескольких тысяч предложений, написанных людьми, мало: сеть от них ничего не выигрывает)",
  ),
  defaults,
  expected: [
    { metric: "accuracy", atLeast: 0.85, on: heldOut },
    { metric: "gain", atLeast: 10, on: heldOut },
  ],
  model: (options = {}) => makeBert(options, sizesOf(options, 600, 12)),
  async run(options = {}) {
    const { tiny = false, seed = 1, data, signal, onStage } = options;
    const task = await makeTask(options);
    const { tokenizer, sizes, rows, test } = task;
    const { vocabularySize } = sizes;
    const count = rows.shape[0];
    if (data === undefined)
      onStage?.(
        both(
          `${count} sentences without labels, composed by a generator, not written by people.`,
          `Предложений без меток — ${count}; их составил генератор, а не написали люди.`,
        ),
      );
    else onStage?.(both(`${count} sentences without labels.`, `Предложений без меток — ${count}.`));
    const fit = fitOptions(options, tiny ? { ...defaults, epochs: 1 } : defaults);
    const steps = tiny ? 2 : stepsPerEpoch;
    const filler = makeFiller(options, sizes, fit.epochs * steps);
    const batches = maskedBatches(rows, { batchSize: fit.batchSize, steps, vocabularySize, seed });
    const history = await filler.fit(batches, { ...fit, stepsPerEpoch: steps });
    const held = masked(examples(task, test).x, vocabularySize, randomNumbers(seed));
    const { loss } = await filler.evaluate({ x: held.inputs, y: held.targets });

    onStage?.(both(`With ${labelled} labels`, `С ${labelled} метками`));
    const filling = await filler.getWeights();
    const comparisons = await compareStarts(task, weightsOf(filling, "encoder/"), options);
    const model = makeBert(options, sizes);
    model.setWeights(asPart(filling, "filler"));
    model.setWeights(asPart(await comparisons[0]!.tuned.model.getWeights(), "reader"));
    model.dataInfo = { about: { tokenizer: tokenizer.toJSON() as never } };
    const tuned = comparisons.map((one) => one.tuned.accuracy);
    const scratch = comparisons.map((one) => one.scratch.accuracy);
    const natsPerGap = natsByFrequency(rows, held.targets, vocabularySize);
    const naiveBayes = (value: number, name: Text) => ({ metric: "accuracy", value, name });
    return {
      model,
      history: signal?.aborted ? { ...history, stopped: "aborted" } : history,
      evaluation: {
        accuracy: mean(tuned),
        accuracySpread: spread(tuned),
        accuracyFromScratch: mean(scratch),
        accuracyFromScratchSpread: spread(scratch),
        gain: 100 * (mean(tuned) - mean(scratch)),
        natsPerGap: loss,
      },
      expected: tiny || data !== undefined ? [] : recipe.expected,
      baselines: [
        naiveBayes(mean(comparisons.map((one) => one.words)), both("naive Bayes, words", "наивный Байес, слова")),
        naiveBayes(
          mean(comparisons.map((one) => one.pairs)),
          both("naive Bayes, words and pairs", "наивный Байес, слова и пары"),
        ),
        { metric: "natsPerGap", value: natsPerGap, name: both("by frequency alone", "только по частоте") },
      ],
      async *ending(): AsyncIterable<Part> {
        yield lossCurves(history);
        yield await gapExamples(fillerOf(model), textsOf(test), seed);
        yield* showComparisons(comparisons);
      },
    };
  },
  async *predict(model: Model, { files }: Question): AsyncIterable<Part> {
    const { bert, tokenizer, sizes } = asBert(model);
    for (const file of files) {
      const sentences = readSentences(file);
      const scores = await bert.reader.predict(textRows(tokenizer, sentences, sizes.length));
      yield answerTable(sentences, (await sigmoid(scores).array<2>()).flat());
    }
  },
  async *generate(model: Model, { text = "the film was not [MASK] at all", count = 5 }: Question): AsyncIterable<Part> {
    yield await gapTable(fillerOf(model), text, count);
  },
};

/** A saved model with what it remembers. */
function asBert(model: Model) {
  const bert = model as Bert;
  const { tokenizer } = bert.dataInfo.about as { tokenizer: unknown };
  return { bert, sizes: bert.sizes, tokenizer: tokenizerFromJSON(tokenizer) };
}

/** What {@link gapTable} asks. */
function fillerOf(model: Model): Filler {
  const { bert, sizes, tokenizer } = asBert(model);
  return {
    tokenizer,
    length: sizes.length,
    fill: async (inputs) => softmax(await bert.filler.predict(inputs)).array<3>(),
  };
}
