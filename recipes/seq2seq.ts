// S13. Sequence to sequence with attention: numerals in words, from Russian to English and back.
import {
  concatenate,
  layers,
  losses,
  Model,
  type ModelOptions,
  optimizers,
  registerLayer,
  scan,
  schedules,
  type Tensor,
  tensor,
  where,
} from "nabla";
import { both } from "./tools/part.ts";
import type { RecipeOptions } from "./tools/recipe.ts";
import { padding, pairData, start } from "./tools/translation/pairs.ts";
import { type Translator, type TranslatorSizes, translationRecipe } from "./tools/translation/translation-recipe.ts";

const defaults = { epochs: 6, batchSize: 64, learningRate: 0.003 };

type Sizes = { readonly vocabularySize: number; readonly units: number };

/** What the decoder reads of the source: the encoder's states, their keys, and which of them are no padding. */
interface Memory {
  readonly states: Tensor;
  readonly keys: Tensor;
  readonly isReal: Tensor;
}

/**
 * An encoder reads the source in both directions, hⱼ = [→hⱼ, ←hⱼ]. At each step the decoder with the state s looks at
 * all of it,
 *
 *     eⱼ = v·tanh(W s + U hⱼ),  a = softmax(e),  c = Σ aⱼ hⱼ
 *
 * then s ← GRU([previous piece, c], s), and the scores of the next piece follow from s and c.
 */
class Seq2Seq extends Model implements Translator {
  override readonly className = "Seq2Seq";
  readonly sizes: Sizes;
  readonly embedding;
  readonly encoder;
  readonly first;
  readonly key;
  readonly query;
  readonly score = layers.dense(1, { useBias: false });
  readonly cell;
  readonly scores;

  constructor({ vocabularySize, units, ...options }: Sizes & ModelOptions) {
    super(options);
    this.sizes = { vocabularySize, units };
    this.embedding = layers.embedding(vocabularySize, units / 2);
    this.encoder = layers.bidirectional(layers.gru(units / 2, { returnSequences: true }));
    this.first = layers.dense(units, { activation: "tanh" });
    this.key = layers.dense(units);
    this.query = layers.dense(units, { useBias: false });
    this.cell = layers.gruCell(units);
    this.scores = layers.dense(vocabularySize);
  }

  #read(source: Tensor): Memory {
    const isReal = source.notEqual(padding);
    const states = this.encoder.apply(this.embedding.apply(source), { mask: isReal });
    return { states, keys: this.key.apply(states), isReal };
  }

  /** The state before the first step: of what the backward half of the encoder has read last, the first piece. */
  #begin({ states }: Memory): Tensor {
    return this.first.apply(states.at([], 0));
  }

  #look(state: Tensor, { states, keys, isReal }: Memory): { readonly context: Tensor; readonly weights: Tensor } {
    const sums = this.query.apply(state).expandDims(1).add(keys).tanh();
    const weights = where(isReal, this.score.apply(sums).squeeze(-1), -1e9).softmax(-1);
    return { context: weights.expandDims(-1).mul(states).sum(1), weights };
  }

  #step(piece: Tensor, state: Tensor, memory: Memory) {
    const { context, weights } = this.#look(state, memory);
    const { output } = this.cell.apply({ x: concatenate([piece, context], -1), states: [state] });
    return { state: output, shown: concatenate([output, context], -1), weights };
  }

  call({ source, target }: { readonly source: Tensor; readonly target: Tensor }): Tensor {
    const memory = this.#read(source);
    const [, shown] = scan(
      (state: Tensor, piece: Tensor) => {
        const next = this.#step(piece, state, memory);
        return [next.state, next.shown] as const;
      },
      this.#begin(memory),
      this.embedding.apply(target).transpose([1, 0, 2]),
    );
    return this.scores.apply(shown.transpose([1, 0, 2]));
  }

  translate(source: Tensor, steps: number) {
    const memory = this.#read(source);
    const first = tensor(start).cast("int32").broadcastTo([source.shape[0]!]);
    const [, { pieces, looks }] = scan(
      ({ state, piece }: { state: Tensor; piece: Tensor }) => {
        const next = this.#step(this.embedding.apply(piece), state, memory);
        const chosen = this.scores.apply(next.shown).argmax(-1);
        return [
          { state: next.state, piece: chosen },
          { pieces: chosen, looks: next.weights },
        ] as const;
      },
      { state: this.#begin(memory), piece: first },
      null,
      { length: steps },
    );
    return { pieces: pieces.transpose(), looks: looks.transpose([1, 0, 2]) };
  }

  override config() {
    return { ...this.sizes, ...super.config() };
  }
}
registerLayer("Seq2Seq", (config: Sizes & ModelOptions) => new Seq2Seq(config));

/** The model, compiled, for `transformer` to compare itself with too. */
export function makeSeq2Seq(options: RecipeOptions, sizes: TranslatorSizes): Translator {
  const { learningRate = defaults.learningRate, seed = 1, tiny = false } = options;
  const { vocabularySize, sourceLength, targetLength, steps } = sizes;
  const model = new Seq2Seq({ vocabularySize, units: tiny ? 8 : 128, seed, name: "seq2seq" });
  model.declare({ source: [sourceLength], target: [targetLength] });
  const falling = schedules.cosineDecay({ initialLearningRate: learningRate, decaySteps: steps, alpha: 0.02 });
  model.compile({
    optimizer: optimizers.adam({ learningRate: falling, clipnorm: 1 }),
    loss: losses.sparseCategoricalCrossentropy({ fromLogits: true, ignoreClass: padding }),
  });
  return model;
}

export const recipe = translationRecipe({
  name: "seq2seq",
  items: ["S13", "S20"],
  title: both("Translation with attention", "Перевод с механизмом внимания"),
  description: both(
    "Numerals in words, Russian to English and back. A recurrent encoder reads the text in both directions; a " +
      "recurrent decoder writes the translation, and looks at each step at the part of the text that it needs.",
    "Числительные словами, с русского на английский и обратно. Рекуррентный кодировщик читает текст в обе стороны, " +
      "рекуррентный декодировщик пишет перевод и на каждом шаге смотрит на ту часть текста, которая ему нужна.",
  ),
  source: "Bahdanau, Cho & Bengio 2015, Neural machine translation by jointly learning to align and translate",
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
    makeSeq2Seq(options, { vocabularySize: 600, sourceLength: 14, targetLength: 15, steps: 1000 }),
  translator: makeSeq2Seq,
});
