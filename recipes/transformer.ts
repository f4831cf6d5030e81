// S14. The transformer, encoder and decoder, on the task of seq2seq: attention takes the place of recurrence.
import {
  type AttentionCache,
  Layer,
  layers,
  losses,
  Model,
  type ModelOptions,
  optimizers,
  registerLayer,
  scan,
  schedules,
  sinusoidalPositions,
  type Tensor,
  tensor,
} from "nabla";
import { makeSeq2Seq } from "./seq2seq.ts";
import { both, type Part } from "./tools/part.ts";
import type { RecipeOptions } from "./tools/recipe.ts";
import { padding, pairData, start } from "./tools/translation/pairs.ts";
import {
  type Task,
  type Translator,
  type TranslatorSizes,
  translationRecipe,
} from "./tools/translation/translation-recipe.ts";

const defaults = { epochs: 8, batchSize: 64, learningRate: 0.002 };

type Sizes = {
  readonly vocabularySize: number;
  readonly width: number;
  readonly heads: number;
  readonly depth: number;
};

/** What the decoder reads: the encoder's outputs, and which of them are no padding, `[batch, 1, steps]`. */
interface Memory {
  readonly states: Tensor;
  readonly isReal: Tensor;
}

type BlockInputs = { readonly x: Tensor; readonly isReal: Tensor };

/** x + attention(norm x), then x + network(norm x): each piece of the source looks at all others. */
class EncoderBlock extends Layer<BlockInputs, Tensor> {
  override readonly className = "EncoderBlock";
  readonly sizes: Sizes;
  readonly attention;
  readonly attentionNorm = layers.layerNormalization();
  readonly inner;
  readonly outer;
  readonly networkNorm = layers.layerNormalization();

  constructor(sizes: Sizes) {
    super();
    const { width, heads } = sizes;
    this.sizes = sizes;
    this.attention = layers.multiHeadAttention(heads, width / heads);
    this.inner = layers.dense(2 * width, { activation: "relu" });
    this.outer = layers.dense(width);
  }

  call({ x, isReal }: BlockInputs): Tensor {
    const y = x.add(this.attention.apply({ query: this.attentionNorm.apply(x), attentionMask: isReal }));
    return y.add(this.outer.apply(this.inner.apply(this.networkNorm.apply(y))));
  }

  override config() {
    return { ...this.sizes };
  }
}
registerLayer("EncoderBlock", (config: Sizes) => new EncoderBlock(config));

type DecoderInputs = {
  readonly x: Tensor;
  readonly states: Tensor;
  readonly isReal: Tensor;
  readonly cache?: AttentionCache;
  readonly position?: Tensor;
};
type DecoderOutputs = { readonly y: Tensor; readonly looks: Tensor; readonly cache: AttentionCache | readonly [] };

/** As the encoder's block, but each piece looks at those before it only, and then at what the encoder made. */
class DecoderBlock extends Layer<DecoderInputs, DecoderOutputs> {
  override readonly className = "DecoderBlock";
  readonly sizes: Sizes;
  readonly attention;
  readonly attentionNorm = layers.layerNormalization();
  readonly crossAttention;
  readonly crossNorm = layers.layerNormalization();
  readonly inner;
  readonly outer;
  readonly networkNorm = layers.layerNormalization();

  constructor(sizes: Sizes) {
    super();
    const { width, heads } = sizes;
    this.sizes = sizes;
    this.attention = layers.multiHeadAttention(heads, width / heads, { useCausalMask: true });
    this.crossAttention = layers.multiHeadAttention(heads, width / heads, { returnAttentionScores: true });
    this.inner = layers.dense(2 * width, { activation: "relu" });
    this.outer = layers.dense(width);
  }

  /** With a cache, x is one piece at a position, and what the pieces before it gave is not computed again. */
  call({ x, states, isReal, cache, position }: DecoderInputs): DecoderOutputs {
    const query = this.attentionNorm.apply(x);
    const given = this.attention.apply({ query, ...(cache && { cache }), ...(position && { position }) });
    const looked = (cache ? given : { output: given, cache: [] }) as unknown as {
      readonly output: Tensor;
      readonly cache: DecoderOutputs["cache"];
    };
    const own = x.add(looked.output);
    const [read, looks] = this.crossAttention.apply({
      query: this.crossNorm.apply(own),
      value: states,
      attentionMask: isReal,
    }) as readonly [Tensor, Tensor];
    const y = own.add(read);
    return { y: y.add(this.outer.apply(this.inner.apply(this.networkNorm.apply(y)))), looks, cache: looked.cache };
  }

  override config() {
    return { ...this.sizes };
  }
}
registerLayer("DecoderBlock", (config: Sizes) => new DecoderBlock(config));

/** The encoder reads all of the source at once; the decoder writes the target piece by piece. */
class Transformer extends Model implements Translator {
  override readonly className = "Transformer";
  readonly sizes: Sizes;
  readonly embedding;
  readonly encoders: readonly EncoderBlock[];
  readonly encoderNorm = layers.layerNormalization();
  readonly decoders: readonly DecoderBlock[];
  readonly decoderNorm = layers.layerNormalization();
  readonly scores;

  constructor({ vocabularySize, width, heads, depth, ...options }: Sizes & ModelOptions) {
    super(options);
    this.sizes = { vocabularySize, width, heads, depth };
    this.embedding = layers.embedding(vocabularySize, width);
    this.encoders = Array.from({ length: depth }, () => new EncoderBlock(this.sizes));
    this.decoders = Array.from({ length: depth }, () => new DecoderBlock(this.sizes));
    this.scores = layers.dense(vocabularySize);
  }

  /** The vectors of pieces, with sines and cosines of their positions added; the first stands at `from`. */
  #embed(pieces: Tensor, from: Tensor = tensor(0)): Tensor {
    const { width } = this.sizes;
    const positions = tensor(Int32Array.from({ length: pieces.shape[1]! }, (_, i) => i)).add(from);
    const vectors = this.embedding.apply(pieces).mul(Math.sqrt(width));
    return vectors.add(sinusoidalPositions(positions, width));
  }

  #read(source: Tensor): Memory {
    const isReal = source.notEqual(padding).expandDims(1);
    let x = this.#embed(source);
    for (const block of this.encoders) x = block.apply({ x, isReal });
    return { states: this.encoderNorm.apply(x), isReal };
  }

  call({ source, target }: { readonly source: Tensor; readonly target: Tensor }): Tensor {
    const memory = this.#read(source);
    let x = this.#embed(target);
    for (const block of this.decoders) x = block.apply({ x, ...memory }).y;
    return this.scores.apply(this.decoderNorm.apply(x));
  }

  translate(source: Tensor, steps: number) {
    const memory = this.#read(source);
    const batch = source.shape[0]!;
    const [, { pieces, looks }] = scan(
      ({ piece, caches }: { piece: Tensor; caches: readonly AttentionCache[] }, at: Tensor) => {
        let x = this.#embed(piece.expandDims(1), at);
        let seen: Tensor | null = null;
        const filled = this.decoders.map((block, i) => {
          const position = at.broadcastTo([batch]);
          const next = block.apply({ x, ...memory, cache: caches[i]!, position });
          [x, seen] = [next.y, next.looks];
          return next.cache as AttentionCache;
        });
        const chosen = this.scores.apply(this.decoderNorm.apply(x)).squeeze(1).argmax(-1);
        // The mean over the heads of the last block.
        return [
          { piece: chosen, caches: filled },
          { pieces: chosen, looks: seen!.mean(1).squeeze(1) },
        ] as const;
      },
      {
        piece: tensor(start).cast("int32").broadcastTo([batch]),
        caches: this.decoders.map(({ attention }) => attention.emptyCache(batch, steps)),
      },
      tensor(Int32Array.from({ length: steps }, (_, i) => i)),
    );
    return { pieces: pieces.transpose(), looks: looks.transpose([1, 0, 2]) };
  }

  override config() {
    return { ...this.sizes, ...super.config() };
  }
}
registerLayer("Transformer", (config: Sizes & ModelOptions) => new Transformer(config));

function makeTransformer(options: RecipeOptions, sizes: TranslatorSizes): Translator {
  const { learningRate = defaults.learningRate, seed = 1, tiny = false } = options;
  const { vocabularySize, sourceLength, targetLength, steps } = sizes;
  const [width, heads, depth] = tiny ? [8, 2, 1] : [64, 4, 2];
  const model = new Transformer({ vocabularySize, width, heads, depth, seed, name: "transformer" });
  model.declare({ source: [sourceLength], target: [targetLength] });
  const warmupSteps = Math.min(200, Math.ceil(steps / 10));
  const schedule = schedules.cosineDecay({
    ...{ initialLearningRate: 0, warmupTarget: learningRate, warmupSteps },
    decaySteps: Math.max(1, steps - warmupSteps),
    alpha: 0.02,
  });
  model.compile({
    optimizer: optimizers.adam({ learningRate: schedule, beta2: 0.98, clipnorm: 1 }),
    loss: losses.sparseCategoricalCrossentropy({ fromLogits: true, ignoreClass: padding }),
  });
  return model;
}

/** The time of an epoch beside that of seq2seq, on the same data. */
async function* epochTimes({ inputs, targets, sizes, batchSize }: Task, options: RecipeOptions): AsyncIterable<Part> {
  const rows = [];
  for (const [name, make] of [
    ["transformer", makeTransformer],
    ["seq2seq", makeSeq2Seq],
  ] as const) {
    // The first epoch compiles; the second is timed.
    const { epochs } = await make(options, sizes).fit({ x: inputs, y: targets }, { epochs: 2, batchSize, verbose: 0 });
    rows.push([name, epochs[1]!.seconds]);
  }
  yield {
    kind: "table",
    title: both("The time of an epoch on this machine, in seconds", "Время одной эпохи на этой машине, в секундах"),
    columns: [both("network", "сеть"), both("seconds", "секунды")],
    rows,
    digits: 2,
  };
}

export const recipe = translationRecipe({
  name: "transformer",
  items: ["S14", "S20"],
  title: both("The transformer translates", "Перевод трансформером"),
  description: both(
    "The task of seq2seq without recurrence: in two blocks of an encoder and two of a decoder, attention with four " +
      "heads connects all pieces at once. While it writes, keys and values of the pieces before are kept, not " +
      "computed.",
    "Задача рецепта seq2seq без рекуррентности: в двух блоках кодировщика и двух блоках декодировщика внимание с " +
      "четырьмя головами связывает все части текста сразу. При генерации ключи и значения прежних частей хранятся, а " +
      "не вычисляются заново.",
  ),
  source: "Vaswani et al. 2017, Attention is all you need; normalisation first: Xiong et al. 2020",
  data: pairData,
  defaults,
  expected: [
    {
      metric: "exactAccuracy",
      atLeast: 0.99,
      on: both("500 numbers not learnt, both ways", "500 чисел, которых не было в обучении, в обе стороны"),
    },
  ],
  model: (options = {}) =>
    makeTransformer(options, { vocabularySize: 600, sourceLength: 14, targetLength: 15, steps: 1000 }),
  translator: makeTransformer,
  ending: epochTimes,
});
