// S16. A small text bot: a GPT that answers questions about the course, in English and in Russian.
import { type Compiled, compile, type Model, random, type Tensor, tensor } from "nabla";
import { bytePairTokenizer, Dataset, type Tokenizer, tokenizerFromJSON } from "nabla/data";
import { compileGpt, Gpt } from "./gpt.ts";
import { StrangeWords, strangeThings, withNoise } from "./tools/bot/noise.ts";
import {
  heldOutFrames,
  heldOutThings,
  learntFrames,
  plainQuestion,
  type QuestionPair,
  questionPairs,
  topics,
  unknown,
} from "./tools/bot/topics.ts";
import { both, type Part, text } from "./tools/part.ts";
import { lossCurves } from "./tools/pictures.ts";
import { fitOptions, type Question, type Recipe, type RecipeOptions } from "./tools/recipe.ts";
import { filePairs, shuffled } from "./tools/translation/pairs.ts";

const defaults = { epochs: 3, batchSize: 32, learningRate: 0.005 };
const special = ["<pad>", "<answer>", "<end>"];
const [padding, answerBegins, answerEnds] = [0, 1, 2];
/** The greatest number of pieces of a question; the last ones are read of a longer one. */
const questionLength = 28;
/** The greatest length of a question with its answer: memory grows with the square of the longest answer. */
const mostLetters = 1000;
/** How often each question is shown with other words around it. */
const noisyCopies = 10;
/** Many pairs of one's own are shown so less often, once at least: the copies stay within about so many questions. */
const mostNoisy = 100_000;
/** In each copy and language, the bot learns of so many things that do not exist that it does not know them. */
const strangeCount = 12;

/** What a saved model remembers. */
type Knowledge = { readonly tokenizer: Tokenizer; readonly answerLength: number };

/** Questions end at the same place, with padding before them; then comes a sign, and the answer. */
function questionPieces(tokenizer: Tokenizer, question: string): number[] {
  const pieces = [...tokenizer.encode(` ${plainQuestion(question)}`)].slice(-questionLength);
  return [...new Array<number>(questionLength - pieces.length).fill(padding), ...pieces, answerBegins];
}

/** The examples of questions: the loss is that of the answers alone. */
function examples(tokenizer: Tokenizer, pairs: readonly QuestionPair[], answerLength: number): Dataset {
  const length = questionLength + answerLength;
  const inputs = new Int32Array(pairs.length * length);
  const targets = new Int32Array(pairs.length * length);
  pairs.forEach(([question, answer], i) => {
    const whole = [...questionPieces(tokenizer, question), ...tokenizer.encode(` ${answer}`), answerEnds];
    inputs.set(whole.slice(0, length), i * length);
    targets.set(whole.slice(questionLength + 1, length + 1), i * length + questionLength);
  });
  const shape = [pairs.length, length];
  return Dataset.from({ inputs: { data: inputs, shape }, targets: { data: targets, shape }, name: "questions" });
}

interface Sizes {
  readonly vocabularySize: number;
  readonly length: number;
  readonly steps: number;
}

function makeBot(options: RecipeOptions, { vocabularySize, length, steps }: Sizes): Gpt {
  const { learningRate = defaults.learningRate, seed = 1, tiny = false } = options;
  const [width, heads, depth] = tiny ? [8, 2, 1] : [64, 4, 2];
  const model = new Gpt({ vocabularySize, width, heads, depth, dropout: 0.1, seed, name: "bot" });
  model.declare([length]);
  return compileGpt(model, learningRate, steps);
}

const programs = new WeakMap<Model, Compiled<[Tensor], Tensor>>();

/** The likeliest answers, in batches of one compiled program. */
async function answersTo(model: Gpt, { tokenizer, answerLength }: Knowledge, questions: readonly string[]) {
  let program = programs.get(model);
  if (!program) {
    const how = { temperature: 0, key: random.key(1) };
    programs.set(model, (program = compile((asked: Tensor) => model.write(asked, answerLength, how))));
  }
  const batch = Math.min(120, questions.length);
  const answers: string[] = [];
  for (let from = 0; from < questions.length; from += batch) {
    const rows = questions.slice(from, from + batch).map((question) => questionPieces(tokenizer, question));
    const none = questionPieces(tokenizer, "");
    const asked = [...rows, ...new Array<number[]>(batch - rows.length).fill(none)];
    const shape = [batch, questionLength + 1];
    const written = (await (await program(tensor(Int32Array.from(asked.flat()), { shape }))).array()) as number[][];
    for (const pieces of written.slice(0, rows.length)) {
      const end = pieces.indexOf(answerEnds);
      answers.push(tokenizer.decode(end < 0 ? pieces : pieces.slice(0, end)).trim());
    }
  }
  return answers;
}

/** The share of right answers of a memory that answers as to the learnt question with the most common words. */
function nearestAccuracy(train: readonly QuestionPair[], test: readonly QuestionPair[]): number {
  const wordsOf = (question: string): Set<string> => new Set(question.split(" "));
  const known = train.map(([question, answer]) => ({ words: wordsOf(question), answer }));
  const right = test.filter(([question, answer]) => {
    const words = wordsOf(question);
    const scores = known.map((one) => {
      const common = [...words].filter((word) => one.words.has(word)).length;
      return common / (words.size + one.words.size - common);
    });
    return known[scores.indexOf(Math.max(...scores))]!.answer === answer;
  });
  return right.length / test.length;
}

export const recipe: Recipe = {
  name: "bot",
  items: ["S16", "S20"],
  title: both("A bot that answers questions about the course", "Бот, отвечающий на вопросы по курсу"),
  description: both(
    "A small GPT that has read 1,200 questions about thirty topics of the course, with answers, in two languages. It " +
      "answers questions that are put otherwise than those which it has read, and says so when it is asked of " +
      "something else: nabla generate bot.safetensors “what is attention?”.",
    "Маленькая GPT, прочитавшая 1200 вопросов с ответами по тридцати темам курса на двух языках. Она отвечает на " +
      "вопросы, заданные иначе, чем прочитанные, а если спросить о другом, отвечает, что не знает: nabla generate " +
      "bot.safetensors «что такое внимание?».",
  ),
  source: "Radford et al. 2018 (GPT), Improving language understanding by generative pre-training",
  data: both(
    "questions and answers about the course that come with the recipe; those asked in eight other ways are held out; " +
      '--data: a text with a pair in each line, "question TAB answer", at least 200 lines, a tenth held out',
    "вопросы и ответы по курсу, входящие в рецепт; отложены вопросы, заданные восемью другими способами; --data: " +
      "текст, в каждой строке пара «вопрос TAB ответ», не меньше 200 строк, десятая часть отложена",
  ),
  defaults,
  expected: [
    {
      metric: "answerAccuracy",
      atLeast: 0.95,
      on: both("480 questions put in ways not learnt", "480 вопросов, заданных иначе, чем при обучении"),
    },
    {
      metric: "unknownAccuracy",
      atLeast: 0.7,
      on: both(
        "128 questions about what is no term of the course: it says that it does not know",
        "128 вопросов не о понятиях курса: бот говорит, что не знает",
      ),
    },
  ],
  model: (options = {}) => makeBot(options, { vocabularySize: 1200, length: 60, steps: 1000 }),
  async run(options = {}) {
    const { tiny = false, seed = 1, data } = options;
    const [train, test, strange] = loadQuestions(options);
    const tokenizer = bytePairTokenizer({ vocabularySize: tiny ? 300 : 1200, special }).fit(
      train.flatMap(([question, answer]) => [` ${question}`, ` ${answer}`]),
    );
    const answerLength =
      1 + Math.max(...[...train, ...strange].map(([, answer]) => tokenizer.encode(` ${answer}`).length));
    const fit = fitOptions(options, tiny ? { ...defaults, epochs: 1 } : defaults);
    const copies = tiny ? 1 : Math.min(noisyCopies, Math.ceil(mostNoisy / train.length));
    const noisy = Array.from({ length: copies }, (_, i) => {
      const words = new StrangeWords(train, 100 * seed + i);
      return withNoise([...train, ...(strange.length > 0 ? strangeQuestions(words) : [])], words);
    });
    const shown = [...train, ...noisy.flat()];
    const model = makeBot(options, {
      vocabularySize: tokenizer.vocabularySize,
      length: questionLength + answerLength,
      steps: fit.epochs * Math.ceil(shown.length / fit.batchSize),
    });
    const history = await model.fit(examples(tokenizer, shown, answerLength), fit);
    model.dataInfo = { about: { tokenizer: tokenizer.toJSON() as never, answerLength } };
    const asked = [...test, ...strange];
    const answers = await answersTo(
      model,
      { tokenizer, answerLength },
      asked.map(([question]) => question),
    );
    const right = asked.map(([, answer], i) => Number(answers[i] === answer));
    const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;
    return {
      model,
      history,
      evaluation: {
        answerAccuracy: mean(right.slice(0, test.length)),
        ...(strange.length > 0 && { unknownAccuracy: mean(right.slice(test.length)) }),
      },
      expected: tiny || data !== undefined ? [] : recipe.expected,
      baselines: [
        {
          metric: "answerAccuracy",
          value: nearestAccuracy(train, test),
          name: both("the answer to the question with most words in common", "ответ на вопрос, где больше общих слов"),
        },
      ],
      async *ending(): AsyncIterable<Part> {
        yield lossCurves(history);
        const every = Math.ceil(asked.length / 9);
        yield {
          kind: "table",
          title: both("Questions that were held out", "Отложенные вопросы"),
          columns: [both("question", "вопрос"), both("answer", "ответ"), both("right", "верно")],
          rows: answers.flatMap((answer, i) =>
            i % every === 0 ? [[asked[i]![0], answer, right[i] === 1 ? "✔" : "✘"]] : [],
          ),
        };
      },
    };
  },
  async *generate(model: Model, { text: question = "что такое внимание?" }: Question): AsyncIterable<Part> {
    const { tokenizer, answerLength } = model.dataInfo.about as unknown as { tokenizer: unknown; answerLength: number };
    const knowledge = { tokenizer: tokenizerFromJSON(tokenizer), answerLength };
    const [answer = ""] = await answersTo(model as Gpt, knowledge, [question]);
    yield text(`${question}\n— ${answer}`, `${question}\n— ${answer}`);
  },
};

/** Questions about things that nobody knows, in the ways to ask that the bot learns from. */
const strangeQuestions = (words: StrangeWords): QuestionPair[] =>
  questionPairs(learntFrames, [{ names: strangeThings(words, strangeCount), answer: unknown }]);

/** The questions to learn from, those held out, and questions about other things, which the bot cannot answer. */
function loadQuestions({
  data,
  tiny = false,
}: RecipeOptions): [train: QuestionPair[], test: QuestionPair[], strange: QuestionPair[]] {
  if (data === undefined) {
    const asked = tiny ? topics.slice(0, 2) : topics;
    const strange = questionPairs(heldOutFrames, [{ names: heldOutThings, answer: unknown }]);
    return [questionPairs(learntFrames, asked), questionPairs(heldOutFrames, asked), strange];
  }
  const pairs = shuffled(filePairs(data, mostLetters), 7).map(
    ([question, answer]) => [plainQuestion(question), answer] as const,
  );
  const held = Math.floor(pairs.length / 10);
  return [pairs.slice(held), pairs.slice(0, held), []];
}
