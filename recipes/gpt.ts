// S16. A small GPT: a transformer that reads a text in byte pairs, and writes on.
import {
  type AttentionCache,
  compile,
  Layer,
  layers,
  losses,
  Model,
  type ModelOptions,
  optimizers,
  random,
  registerLayer,
  scan,
  schedules,
  type Tensor,
  tensor,
} from "nabla";
import { bytePairTokenizer, type Tokenizer, tokenizerFromJSON } from "nabla/data";
import { both, type Part, text } from "./tools/part.ts";
import { lossCurves } from "./tools/pictures.ts";
import { type Baseline, fitOptions, isShort, type Question, type Recipe, type RecipeOptions } from "./tools/recipe.ts";
import { loadCorpus, textData } from "./tools/text/corpus.ts";
import { NGram } from "./tools/text/n-gram.ts";
import { drawToken } from "./tools/text/sampling.ts";
import { languageWindows, randomWindows } from "./tools/text/windows.ts";

/** The sizes of a GPT. */
export type GptSizes = {
  readonly vocabularySize: number;
  readonly width: number;
  readonly heads: number;
  readonly depth: number;
  readonly dropout: number;
};

type BlockInputs = { readonly x: Tensor; readonly cache?: AttentionCache; readonly position?: Tensor };
type BlockOutputs = { readonly y: Tensor; readonly cache: AttentionCache | readonly [] };

/** x + attention(norm x), then x + network(norm x); each piece looks at itself and at those before it. */
class GptBlock extends Layer<BlockInputs, BlockOutputs> {
  override readonly className = "GptBlock";
  readonly sizes: GptSizes;
  readonly attention;
  readonly attentionNorm = layers.layerNormalization();
  readonly attentionDropout;
  readonly inner;
  readonly outer;
  readonly networkNorm = layers.layerNormalization();
  readonly networkDropout;

  constructor(sizes: GptSizes) {
    super();
    const { width, heads, dropout } = sizes;
    this.sizes = sizes;
    // Positions turn queries and keys (Su et al. 2021), so that only distances count.
    const options = { useCausalMask: true, rotaryWavelength: 10_000, useBias: false };
    this.attention = layers.multiHeadAttention(heads, width / heads, options);
    this.attentionDropout = layers.dropout(dropout);
    this.inner = layers.dense(4 * width, { activation: "gelu" });
    this.outer = layers.dense(width);
    this.networkDropout = layers.dropout(dropout);
  }

  /** With a cache, x are the pieces from a position on, and what those before them gave is not computed again. */
  call({ x, cache, position }: BlockInputs): BlockOutputs {
    const query = this.attentionNorm.apply(x);
    const given = this.attention.apply({ query, ...(cache && { cache }), ...(position && { position }) });
    const looked = (cache ? given : { output: given, cache: [] }) as unknown as {
      readonly output: Tensor;
      readonly cache: BlockOutputs["cache"];
    };
    const y = x.add(this.attentionDropout.apply(looked.output));
    const network = this.outer.apply(this.inner.apply(this.networkNorm.apply(y)));
    return { y: y.add(this.networkDropout.apply(network)), cache: looked.cache };
  }

  override config() {
    return { ...this.sizes };
  }
}
registerLayer("GptBlock", (config: GptSizes) => new GptBlock(config));

/** How a GPT draws the next piece. */
interface Drawing {
  /** 0 takes the likeliest piece. */
  readonly temperature: number;
  readonly key: Tensor;
}

/** Pieces `[batch, steps]` become the scores of the next piece at each step, `[batch, steps, vocabularySize]`. */
export class Gpt extends Model {
  override readonly className = "Gpt";
  readonly sizes: GptSizes;
  readonly embedding;
  readonly blocks: readonly GptBlock[];
  readonly norm = layers.layerNormalization();
  readonly scores;

  constructor({ vocabularySize, width, heads, depth, dropout, ...options }: GptSizes & ModelOptions) {
    super(options);
    this.sizes = { vocabularySize, width, heads, depth, dropout };
    this.embedding = layers.embedding(vocabularySize, width);
    this.blocks = Array.from({ length: depth }, () => new GptBlock(this.sizes));
    this.scores = layers.dense(vocabularySize);
  }

  call(pieces: Tensor): Tensor {
    let x = this.embedding.apply(pieces);
    for (const block of this.blocks) x = block.apply({ x }).y;
    return this.scores.apply(this.norm.apply(x));
  }

  /** The scores after the last of some pieces that stand at a position, and the caches with them in. */
  #next(pieces: Tensor, caches: readonly AttentionCache[], at: Tensor) {
    let x = this.embedding.apply(pieces);
    const position = at.broadcastTo([pieces.shape[0]!]);
    const filled = this.blocks.map((block, i) => {
      const next = block.apply({ x, cache: caches[i]!, position });
      x = next.y;
      return next.cache as AttentionCache;
    });
    return { scores: this.scores.apply(this.norm.apply(x.at([], -1))), caches: filled };
  }

  /** Reads pieces `[batch, steps]`, and writes `count` more, int32 `[batch, count]`. */
  write(begun: Tensor, count: number, { temperature, key }: Drawing): Tensor {
    const [batch, steps] = begun.shape as [number, number];
    const empty = this.blocks.map(({ attention }) => attention.emptyCache(batch, steps + count));
    const draw = (scores: Tensor, i: Tensor): Tensor =>
      temperature > 0 ? drawToken(scores, temperature, random.foldIn(key, i)) : scores.argmax(-1);
    const read = this.#next(begun, empty, tensor(0).cast("int32"));
    const [, written] = scan(
      ({ scores, caches }: { scores: Tensor; caches: readonly AttentionCache[] }, i: Tensor) => {
        const piece = draw(scores, i);
        return [this.#next(piece.expandDims(1), caches, i.add(steps)), piece] as const;
      },
      read,
      tensor(Int32Array.from({ length: count }, (_, i) => i)),
    );
    return written.transpose();
  }

  override config() {
    return { ...this.sizes, ...super.config() };
  }
}
registerLayer("Gpt", (config: GptSizes & ModelOptions) => new Gpt(config));

/** A GPT with the training that suits it: Muon for the matrices, AdamW for all else, a rate that rises and falls. */
export function compileGpt(model: Gpt, learningRate: number, steps: number): Gpt {
  const warmupSteps = Math.max(1, Math.round(0.05 * steps));
  const schedule = schedules.cosineDecay({
    ...{ initialLearningRate: 0.1 * learningRate, warmupTarget: learningRate, warmupSteps },
    decaySteps: Math.max(1, steps - warmupSteps),
    alpha: 0.02,
  });
  model.compile({
    optimizer: optimizers.muon({ learningRate: schedule, weightDecay: 0.1 }),
    loss: losses.sparseCategoricalCrossentropy({ fromLogits: true, ignoreClass: 0 }),
  });
  return model;
}

/** An epoch is so many steps. */
const stepsPerEpoch = 100;
const defaults = { epochs: 12, batchSize: 16, learningRate: 0.004 };
/** The number of pieces that it sees at once. */
const windowLength = 128;
const vocabularySize = 1024;
/** The pieces are known after so many letters; of a longer text the rest would only cost time. */
const mostForPieces = 4_000_000;
/** A run that was stopped is measured on so many windows. */
const mostInBrief = 40;

interface Sizes {
  readonly vocabularySize: number;
  readonly length: number;
  readonly steps: number;
}

function makeGpt(options: RecipeOptions, { vocabularySize: size, length, steps }: Sizes): Gpt {
  const { learningRate = defaults.learningRate, seed = 1, tiny = false } = options;
  const [width, heads, depth] = tiny ? [8, 2, 1] : [128, 4, 4];
  const model = new Gpt({ vocabularySize: size, width, heads, depth, dropout: 0.1, seed, name: "gpt" });
  model.declare([length]);
  return compileGpt(model, learningRate, steps);
}

export const recipe: Recipe = {
  name: "gpt",
  items: ["S16", "S20"],
  title: both("A small GPT writes", "Маленькая GPT пишет тексты"),
  description: both(
    "A transformer of four blocks and a million weights, which reads a text in pieces of about two letters (byte " +
      "pairs) and learns what comes next. It then writes on, keeping the keys and values of what it has read.",
    "Трансформер из четырёх блоков с миллионом весов читает текст частями примерно по две буквы (пары байтов) и " +
      "учится тому, что идёт дальше. Затем он продолжает текст, храня ключи и значения прочитанного.",
  ),
  source: "Radford et al. 2018 (GPT); byte pairs: Sennrich, Haddow & Birch 2016; Muon: Jordan et al. 2024",
  data: textData,
  defaults,
  expected: [
    {
      metric: "natsPerCharacter",
      atMost: 1.6,
      on: both("the last tenth of Shakespeare's plays", "последняя десятая часть пьес Шекспира"),
    },
  ],
  model: (options = {}) => makeGpt(options, { vocabularySize, length: windowLength, steps: 1000 }),
  async run(options = {}) {
    const { tiny = false, seed = 1, data } = options;
    const corpus = await loadCorpus(options);
    const learnt = corpus.train.slice(0, mostForPieces);
    const tokenizer = bytePairTokenizer({ vocabularySize: tiny ? 300 : vocabularySize }).fit(learnt);
    const pieces = tokenizer.encode(corpus.train);
    const length = tiny ? 8 : windowLength;
    options.onStage?.(
      both(
        `${corpus.name}: ${corpus.train.length} letters to learn from, in ${pieces.length} pieces.`,
        `${corpus.name}: для обучения букв — ${corpus.train.length}, частей — ${pieces.length}.`,
      ),
    );
    const fit = fitOptions(options, tiny ? { ...defaults, epochs: 1 } : defaults);
    const steps = tiny ? 2 : stepsPerEpoch;
    const sizes = { vocabularySize: tokenizer.vocabularySize, length, steps: fit.epochs * steps };
    const model = makeGpt(options, sizes);
    const allHeld = languageWindows(tokenizer.encode(corpus.test), length, corpus.name);
    const history = await model.fit(randomWindows(pieces, { length, batchSize: fit.batchSize, steps, seed }), {
      ...fit,
      stepsPerEpoch: steps,
    });
    model.dataInfo = { about: { tokenizer: tokenizer.toJSON() as never, length } };

    const isBrief = isShort(options);
    const held = isBrief ? allHeld.take(Math.min(allHeld.size, mostInBrief)) : allHeld;
    const { loss } = await model.evaluate(held, { batchSize: 32 });
    const targets = held.targets.array.data as Int32Array;
    const letters = [...tokenizer.decode(targets)];
    return {
      model,
      history,
      evaluation: { natsPerCharacter: (loss * targets.length) / letters.length },
      expected: !tiny && /shakespeare/i.test(data ?? "") ? recipe.expected : [],
      // Counting a long text takes seconds.
      baselines: isBrief && !tiny ? [] : [await countedBaseline(corpus.train, letters.join(""))],
      async *ending(): AsyncIterable<Part> {
        yield lossCurves(history);
        const begun = corpus.test.slice(0, 40);
        const written = await continueText(model, tokenizer, {
          begun,
          count: tiny ? 6 : isBrief ? 100 : 500,
          seed,
          length,
        });
        yield text(`“${begun}” goes on:\n${begun}${written}`, `«${begun}» и продолжение:\n${begun}${written}`);
      },
    };
  },
  async *generate(model: Model, { text: begun = "\n", count = 500, temperature = 0.8, seed }: Question) {
    const { tokenizer: json, length } = model.dataInfo.about as unknown as { tokenizer: unknown; length: number };
    const tokenizer = tokenizerFromJSON(json);
    const how = { begun: begun || "\n", count, temperature, seed, length };
    const written = await continueText(model as Gpt, tokenizer, how);
    yield text(begun + written, begun + written);
  },
};

async function countedBaseline(train: string, held: string): Promise<Baseline> {
  const counted = await new NGram(5, new Set(train).size + 1).fit(train);
  return {
    metric: "natsPerCharacter",
    value: (await counted.bitsPerLetter(held)) * Math.LN2,
    name: both("5-grams by counts (Witten–Bell)", "5-граммы по частотам (Уиттен — Белл)"),
  };
}

/** How a text goes on. */
interface Continuation {
  readonly begun: string;
  /** The number of letters. */
  readonly count: number;
  readonly temperature?: number;
  readonly seed: number;
  /** The number of pieces that the model has learnt to see at once. */
  readonly length: number;
}

/** Writes on in parts of half a window, each of which sees the half before it. */
async function continueText(
  model: Gpt,
  tokenizer: Tokenizer,
  { begun, count, temperature = 0.8, seed, length }: Continuation,
): Promise<string> {
  const half = length / 2;
  const write = compile((seen: Tensor, key: Tensor) => model.write(seen, half, { temperature, key }));
  const pieces = [...tokenizer.encode(begun)];
  const first = pieces.length;
  for (let part = 0; ; part++) {
    const written = tokenizer.decode(pieces.slice(first));
    // A letter takes up to four pieces, and pieces that no text has, such as those of a broken model, spell none.
    if ([...written].length >= count || pieces.length - first >= 4 * count)
      return [...written].slice(0, count).join("");
    const seen = Int32Array.from(pieces.slice(-half));
    const more = await write(tensor(seen, { shape: [1, seen.length] }), random.foldIn(random.key(seed), part));
    pieces.push(...(await more.data()));
  }
}
