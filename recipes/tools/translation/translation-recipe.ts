// Training, measuring and asking a network that turns one sequence into another.
import { type Compiled, compile, FileError, type Model, type Tensor, tensor } from "nabla";
import { type Tokenizer, tokenizerFromJSON } from "nabla/data";
import { inTurns } from "../in-turns.ts";
import { both, type Part, text } from "../part.ts";
import { lossCurves } from "../pictures.ts";
import {
  type Baseline,
  fitOptions,
  isShort,
  type Question,
  type Recipe,
  type RecipeOptions,
  type RecipeResult,
} from "../recipe.ts";
import { readText } from "../text/corpus.ts";
import { end, learnPieces, loadPairs, type Pair, type Pairs, padded, piecesOf, start, textOf } from "./pairs.ts";

/** A model that translates: trained on `{ source, target }`, it gives the scores of the next piece of the target. */
export interface Translator extends Model {
  /**
   * The pieces of the translations, int32 `[batch, steps]`, and how much each looks at those of the source,
   * `[batch, steps, source]`.
   */
  translate(source: Tensor, steps: number): { readonly pieces: Tensor; readonly looks: Tensor };
}

/** The sizes of a translator. */
export interface TranslatorSizes {
  readonly vocabularySize: number;
  /** The greatest number of pieces of a source, and of a target with its end. */
  readonly sourceLength: number;
  readonly targetLength: number;
  /** The number of steps of training, along which the learning rate falls. */
  readonly steps: number;
}

/** What a saved model remembers. */
type Knowledge = { readonly tokenizer: Tokenizer; readonly sourceLength: number; readonly targetLength: number };

/** Longer texts are left out. */
const mostPieces = 48;

/** What the recipes of translators differ in. */
export interface TranslationNetwork
  extends Pick<
    Recipe,
    "name" | "items" | "title" | "description" | "source" | "data" | "defaults" | "expected" | "model"
  > {
  translator(options: RecipeOptions, sizes: TranslatorSizes): Translator;
  /** More parts at the end. */
  ending?(task: Task, options: RecipeOptions): AsyncIterable<Part>;
}

/** What a translator is trained on. */
export interface Task extends Knowledge {
  readonly inputs: { readonly source: Padded; readonly target: Padded };
  readonly targets: Padded;
  readonly sizes: TranslatorSizes;
  readonly test: readonly Pair[];
  readonly batchSize: number;
}

type Padded = ReturnType<typeof padded>;

/** The token numbers of pairs. */
export function translationTask(pairs: Pairs, options: RecipeOptions, defaults: Recipe["defaults"]): Task {
  const tokenizer = learnPieces(pairs.train, options.tiny ? 300 : options.data === undefined ? 1000 : 3000);
  const encoded = pairs.train
    .map(([source, target]) => ({ source: piecesOf(tokenizer, source), target: piecesOf(tokenizer, target) }))
    .filter(({ source, target }) => source.length <= mostPieces && target.length < mostPieces);
  if (encoded.length === 0) throw new FileError(`expected pairs of at most ${mostPieces} pieces of words, got none.`);
  const { epochs, batchSize } = fitOptions(options, defaults);
  const longest = (lists: readonly (readonly number[])[]): number => Math.max(...lists.map((list) => list.length));
  const sourceLength = longest(encoded.map(({ source }) => source));
  const targetLength = longest(encoded.map(({ target }) => target)) + 1;
  return {
    tokenizer,
    sourceLength,
    targetLength,
    inputs: {
      source: padded(
        encoded.map(({ source }) => source),
        sourceLength,
      ),
      target: padded(
        encoded.map(({ target }) => [start, ...target]),
        targetLength,
      ),
    },
    targets: padded(
      encoded.map(({ target }) => [...target, end]),
      targetLength,
    ),
    sizes: {
      ...{ vocabularySize: tokenizer.vocabularySize, sourceLength, targetLength },
      steps: epochs * Math.ceil(encoded.length / batchSize),
    },
    test: pairs.test,
    batchSize,
  };
}

/** Translates texts, in batches of one compiled program. */
async function translateAll(model: Translator, knowledge: Knowledge, texts: readonly string[]) {
  const { tokenizer, sourceLength, targetLength } = knowledge;
  const batch = Math.min(100, texts.length);
  const program = programOf(model, targetLength);
  const answers: { text: string; pieces: number[]; looks: number[][] }[] = [];
  for (let from = 0; from < texts.length; from += batch) {
    const part = texts.slice(from, from + batch);
    const rows = part.map((text) => piecesOf(tokenizer, text).slice(0, sourceLength));
    const whole = padded([...rows, ...new Array<number[]>(batch - part.length).fill([end])], sourceLength);
    const [pieces, looks] = await program(tensor(whole.data, { shape: whole.shape }));
    const [lists, weights] = [await pieces!.array<2>(), await looks!.array<3>()];
    part.forEach((_, i) => answers.push({ text: textOf(tokenizer, lists[i]!), pieces: lists[i]!, looks: weights[i]! }));
  }
  return answers;
}

const programs = new WeakMap<Model, Compiled<[Tensor], Tensor[]>>();

function programOf(model: Translator, steps: number): Compiled<[Tensor], Tensor[]> {
  let program = programs.get(model);
  if (!program) {
    program = compile((source: Tensor) => {
      const { pieces, looks } = model.translate(source, steps);
      return [pieces, looks];
    });
    programs.set(model, program);
  }
  return program;
}

/** The picture of what the pieces of a translation look at: a row for each of them, a column for each of the source. */
export function looksPicture(
  tokenizer: Tokenizer,
  source: string,
  answer: { readonly pieces: readonly number[]; readonly looks: readonly (readonly number[])[] },
): Part {
  const columns = piecesOf(tokenizer, source);
  const last = answer.pieces.indexOf(end);
  const rows = last < 0 ? answer.pieces : answer.pieces.slice(0, last);
  // A source of letters that the network does not know has no pieces either.
  if (rows.length === 0 || columns.length === 0)
    return text("The translation is empty: there is no attention to draw.", "Перевод пуст: рисовать нечего.");
  const name = (piece: number): string => tokenizer.decode([piece]).trim();
  const size = 8;
  const pixels = rows.flatMap((_, row) =>
    Array.from({ length: size }, () =>
      columns.flatMap((__, column) => new Array<number>(size).fill(answer.looks[row]![column]!)),
    ),
  );
  const names = `${rows.map(name).join(" · ")} ← ${columns.map(name).join(" · ")}`;
  return {
    kind: "image",
    title: both(
      `Attention: a row for each piece that is written, a column for each that is read: ${names}`,
      `Внимание: строка — написанная часть, столбец — прочитанная: ${names}`,
    ),
    pixels,
    range: [0, 1],
  };
}

/** The recipe of a network that translates. */
export function translationRecipe({ translator, ending, ...about }: TranslationNetwork): Recipe {
  return {
    ...about,
    async run(options = {}): Promise<RecipeResult> {
      const { tiny = false, data } = options;
      const defaults = tiny ? { ...about.defaults, epochs: 1 } : about.defaults;
      const task = translationTask(loadPairs(options), options, defaults);
      const { tokenizer, sourceLength, targetLength, inputs, targets } = task;
      const model = translator(options, task.sizes);
      const history = await model.fit({ x: inputs, y: targets }, fitOptions(options, defaults));
      model.dataInfo = { about: { tokenizer: tokenizer.toJSON() as never, sourceLength, targetLength } };
      const isBrief = isShort(options);
      const test = isBrief ? task.test.slice(0, 50) : task.test;
      const answers = await translateAll(
        model,
        task,
        test.map(([source]) => source),
      );
      const isRight = (i: number): boolean => answers[i]!.text === test[i]![1];
      const right = test.filter((_, i) => isRight(i)).length;
      return {
        model,
        history,
        evaluation: { exactAccuracy: right / test.length },
        expected: tiny || data !== undefined ? [] : about.expected,
        // Comparing with each text learnt takes seconds.
        baselines: isBrief && !tiny ? [] : [await nearestBaseline(loadPairs(options))],
        async *ending(): AsyncIterable<Part> {
          yield lossCurves(history);
          const shown = [...test.keys()].filter((i) => test[i]![0].length < 70).slice(0, 8);
          yield {
            kind: "table",
            title: both("Texts that were held out", "Отложенные тексты"),
            columns: [both("text", "текст"), both("translation", "перевод"), both("right", "верно")],
            rows: shown.map((i) => [test[i]![0], answers[i]!.text, isRight(i) ? "✔" : "✘"]),
          };
          const longest = shown.sort((a, b) => test[b]![0].length - test[a]![0].length)[0]!;
          yield looksPicture(tokenizer, test[longest]![0], answers[longest]!);
          if (ending && (tiny || !isBrief)) yield* ending(task, options);
        },
      };
    },
    async *predict(model: Model, { files }: Question): AsyncIterable<Part> {
      for (const file of files) {
        const lines = readText(file)
          .split("\n")
          .filter((line) => line.trim() !== "")
          .slice(0, 10_000);
        if (lines.length === 0) throw new FileError(`"${file}": expected a text in each line, got none.`);
        yield* shownTranslations(model as Translator, lines);
      }
    },
    async *generate(model: Model, { text: source = "сто двадцать одна тысяча два" }: Question): AsyncIterable<Part> {
      yield* shownTranslations(model as Translator, [source]);
    },
  };
}

async function* shownTranslations(model: Translator, texts: readonly string[]): AsyncIterable<Part> {
  const about = model.dataInfo.about as { tokenizer: unknown; sourceLength: number; targetLength: number };
  const { tokenizer: json, sourceLength, targetLength } = about;
  const tokenizer = tokenizerFromJSON(json);
  const answers = await translateAll(model, { tokenizer, sourceLength, targetLength }, texts);
  yield {
    kind: "table",
    columns: [both("text", "текст"), both("translation", "перевод")],
    rows: texts.map((text, i) => [text, answers[i]!.text]),
  };
  if (texts.length === 1) yield looksPicture(tokenizer, texts[0]!, answers[0]!);
}

/** The share of right answers of a memory: it gives the translation of the text that shares most words. */
async function nearestBaseline({ train, test }: Pairs): Promise<Baseline> {
  const wordsOf = (text: string): Set<string> => new Set(text.split(/[ -]/));
  const known = train.map(([source, target]) => ({ words: wordsOf(source), target }));
  const asked = test.slice(0, 200);
  const areRight = await inTurns(asked.length, (i) => {
    const [source, target] = asked[i]!;
    const words = wordsOf(source);
    let [best, answer] = [-1, ""];
    for (const other of known) {
      let common = 0;
      for (const word of words) if (other.words.has(word)) common++;
      const score = common / (words.size + other.words.size - common);
      if (score > best) [best, answer] = [score, other.target];
    }
    return answer === target;
  });
  return {
    metric: "exactAccuracy",
    value: areRight.filter(Boolean).length / asked.length,
    name: both("the translation of the most similar text learnt", "перевод самого похожего из выученных текстов"),
  };
}
