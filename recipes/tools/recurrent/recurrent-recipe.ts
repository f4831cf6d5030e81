// The two experiments of a recurrent network: the adding problem of 200 steps, and the letters of a text.
import { compile, type Layer, type Model, random, scan, type Tensor, tensor } from "nabla";
import { characterTokenizer, type Dataset, type Tokenizer, tokenizerFromJSON } from "nabla/data";
import { both, type Part, text } from "../part.ts";
import { lossCurves } from "../pictures.ts";
import { type Baseline, fitOptions, isShort, type Question, type Recipe, type RecipeOptions } from "../recipe.ts";
import { loadCorpus, textData } from "../text/corpus.ts";
import { NGram } from "../text/n-gram.ts";
import { drawToken } from "../text/sampling.ts";
import { languageWindows } from "../text/windows.ts";
import { addingProblem, addingSteps } from "./adding.ts";
import type { Recurrence } from "./recurrence.ts";

/** What the recipes of recurrent networks differ in. */
export interface RecurrentNetwork
  extends Pick<Recipe, "name" | "items" | "title" | "description" | "source" | "expected"> {
  /** Answers sequences `[200, 2]` by one number. */
  addingModel(options: RecipeOptions, steps: number): Model;
  /** Gives the scores of the next letter at each of `length` letters: an embedding, a recurrence, a dense layer. */
  characterModel(options: RecipeOptions, sizes: WriterSizes): Model;
}

/** The sizes of a model that writes letters. */
export interface WriterSizes {
  readonly vocabularySize: number;
  /** The number of letters in a window. */
  readonly length: number;
  /** The number of steps of training, along which the learning rate falls. */
  readonly steps: number;
}

export const recurrentDefaults = { epochs: 4, batchSize: 32, learningRate: 0.01 };
/** The number of letters in a window. */
const windowLength = 50;
/** A run that was stopped is measured on so many windows. */
const mostInBrief = 100;
/** The adding problem: epochs of sequences that are drawn anew, in batches. */
const adding = { epochs: 16, batches: 100, batchSize: 32 };
const tinyAdding = { epochs: 1, batches: 2, batchSize: 4 };

/** The recipe of a recurrent network. */
export function recurrentRecipe(network: RecurrentNetwork): Recipe {
  const model = (options: RecipeOptions = {}): Model =>
    network.characterModel(options, { vocabularySize: 96, length: windowLength, steps: 1000 });
  return {
    ...network,
    data: textData,
    defaults: recurrentDefaults,
    model,
    async run(options = {}) {
      const { tiny = false, seed = 1, data, onStage } = options;
      const corpus = await loadCorpus(options);
      const tokenizer = characterTokenizer().fit(corpus.train);
      const length = tiny ? 20 : windowLength;
      const [letters, held] = [corpus.train, corpus.test].map((part) =>
        languageWindows(tokenizer.encode(part), length, corpus.name),
      ) as [Dataset, Dataset];
      onStage?.(
        both(
          `First the adding problem, drawn by a generator: the sum of two marked numbers out of ${addingSteps}.`,
          `Сначала задача о сложении, её рисует генератор: сумма двух отмеченных чисел из ${addingSteps}.`,
        ),
        { isPreliminary: true },
      );
      const steps = tiny ? 10 : addingSteps;
      const { epochs, batches, batchSize } = tiny ? tinyAdding : adding;
      const adder = network.addingModel(options, steps);
      const { checkpoint: _, resume: __, ...fit } = fitOptions(options, recurrentDefaults);
      const sums = await adder.fit(
        function* (epoch: number) {
          const drawn = addingProblem(batches * batchSize, 1000 * seed + epoch, steps);
          for (let i = 0; i < batches; i++) {
            const part = drawn.slice(i * batchSize, (i + 1) * batchSize);
            yield [part.inputs, part.targets] as const;
          }
        },
        { ...fit, epochs, batchSize, stepsPerEpoch: batches },
      );
      const heldOut = addingProblem(tiny ? 20 : 1000, 999_983, steps);
      const { loss: addingError } = await adder.evaluate(heldOut);

      onStage?.(both(`Now the letters of ${corpus.name}.`, `Теперь буквы текста: ${corpus.name}.`));
      const fitting = fitOptions(options, tiny ? { ...recurrentDefaults, epochs: 1 } : recurrentDefaults);
      const writer = network.characterModel(options, {
        vocabularySize: tokenizer.vocabularySize,
        length,
        steps: Math.ceil(letters.size / fitting.batchSize) * fitting.epochs,
      });
      const history = await writer.fit(letters, fitting);
      writer.dataInfo = { about: { tokenizer: tokenizer.toJSON() as never } };
      const isBrief = isShort(options);
      const { loss } = await writer.evaluate(isBrief ? held.take(Math.min(held.size, mostInBrief)) : held);
      const own =
        data === undefined ? network.expected : network.expected.filter((one) => one.metric === "addingError");
      return {
        model: writer,
        history,
        evaluation: { addingError, bitsPerCharacter: loss / Math.LN2 },
        expected: tiny ? [] : own,
        baselines: [
          {
            metric: "addingError",
            value: meanSquare([...heldOut.targets.array.data].map((target) => Number(target) - 1)),
            name: both("who always answers 1", "всегда отвечать 1"),
          },
          // Counting a long text takes seconds.
          ...(isBrief && !tiny ? [] : [await countedBaseline(corpus.train, corpus.test, tokenizer.vocabularySize)]),
        ],
        async *ending(): AsyncIterable<Part> {
          yield { ...lossCurves(sums), title: both("The adding problem", "Задача о сложении") };
          yield lossCurves(history);
          const begun = corpus.test.slice(0, 40);
          const written = await continueText(writer, tokenizer, {
            begun,
            count: tiny ? 20 : isBrief ? 100 : 300,
            seed,
          });
          yield text(`“${begun}” goes on:\n${begun}${written}`, `«${begun}» и продолжение:\n${begun}${written}`);
        },
      };
    },
    async *generate(trained: Model, { text: begun = "\n", count = 400, temperature = 0.8, seed }: Question) {
      const tokenizer = tokenizerFromJSON(trained.dataInfo.about?.["tokenizer"]);
      const written = await continueText(trained, tokenizer, { begun: begun || "\n", count, temperature, seed });
      yield text(begun + written, begun + written);
    },
  };
}

async function countedBaseline(train: string, held: string, vocabularySize: number): Promise<Baseline> {
  const counted = await new NGram(5, vocabularySize).fit(train);
  return {
    metric: "bitsPerCharacter",
    value: await counted.bitsPerLetter(held),
    name: both("5-grams by counts (Witten–Bell)", "5-граммы по частотам (Уиттен — Белл)"),
  };
}

const meanSquare = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x * x, 0) / xs.length;

/** How a text goes on. */
interface Continuation {
  readonly begun: string;
  readonly count: number;
  readonly temperature?: number;
  readonly seed: number;
}

/** Reads the beginning of a text letter by letter, and writes on: each letter is drawn, and read as the next one. */
async function continueText(
  model: Model,
  tokenizer: Tokenizer,
  { begun, count, temperature = 0.8, seed }: Continuation,
): Promise<string> {
  const [embedding, recurrence, dense] = model.layers.filter(({ className }) => className !== "Input") as [
    Layer<Tensor, Tensor>,
    Recurrence,
    Layer<Tensor, Tensor>,
  ];
  const write = compile((letters: Tensor, key: Tensor) => {
    const read = (states: readonly Tensor[], letter: Tensor): readonly Tensor[] =>
      recurrence.next(embedding.apply(letter), states);
    const [states] = scan<readonly Tensor[], Tensor, null>(
      (before, letter) => [read(before, letter.reshape([1])), null],
      recurrence.start(1),
      letters,
    );
    const indices = tensor(Int32Array.from({ length: count }, (_, i) => i));
    const [, drawn] = scan<readonly Tensor[], Tensor, Tensor>(
      (before, i) => {
        const letter = drawToken(dense.apply(before[0]!), temperature, random.foldIn(key, i));
        return [read(before, letter), letter.reshape([])];
      },
      states,
      indices,
    );
    return drawn;
  });
  const tokens = await (await write(tensor(tokenizer.encode(begun)), random.key(seed))).data();
  return tokenizer.decode(tokens);
}
