// S20. Speech recognition: log-mel frames, convolution, a GRU in both directions, and CTC.
import { ArgumentError, FileError, type History, layers, type Model, optimizers, sequential, type Tensor } from "nabla";
import { readEach, throwFailures } from "./tools/each-file.ts";
import { fallingRate } from "./tools/falling-rate.ts";
import { both, type Part, type Table, text } from "./tools/part.ts";
import { lossCurves } from "./tools/pictures.ts";
import { fitOptions, type Recipe, type RecipeOptions } from "./tools/recipe.ts";
import { inNoise, spokenDigits } from "./tools/speech/formants.ts";
import {
  bands,
  type Frames,
  framesOf,
  framesPerSecond,
  joined,
  maskBands,
  varied,
  writeNormalised,
} from "./tools/speech/frames.ts";
import { type Levels, levelled, levelsOf, meanLevels } from "./tools/speech/levels.ts";
import { nearestOf } from "./tools/speech/nearest.ts";
import { lettersOf, likeliest, lossesOf, probabilitiesOf, spelled, spelling } from "./tools/speech/spelling.ts";
import {
  longestWord,
  readSound,
  readUtterances,
  sampleRate,
  speakersOf,
  type Utterance,
  wordsOf,
} from "./tools/speech/utterances.ts";
import { randomNumbers } from "./tools/text/windows.ts";

const defaults = { epochs: 24, batchSize: 16, learningRate: 0.003 };
/** So many frames are heard at most: 1.6 seconds. */
const steps = 160;
/** The longest recording that is asked about, with the silence around the words. */
const mostSeconds = 10;
/** The share of examples that drawn voices speak, where there are recordings, too. */
const drawnShare = 0.3;
/** So many pairs of words are asked about in each turn. */
const mostPairs = 100;
const digits = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
/** Speakers are left out in so many turns at most. */
const mostTurns = 4;

/** A word that was heard. */
interface Heard {
  readonly word: number;
  readonly speaker: string;
  readonly frames: Frames;
}

function makeModel(options: RecipeOptions = {}, words: readonly string[] = digits): Model {
  const { learningRate = defaults.learningRate, seed = 1, tiny = false } = options;
  const [filters, units] = tiny ? [2, 4] : [16, 64];
  const model = sequential(
    [
      layers.input([steps, bands]),
      layers.reshape([steps, bands, 1]),
      ...[filters, 2 * filters].flatMap((count) => [
        layers.conv2d(count, 5, { strides: 2, padding: "same", useBias: false }),
        layers.batchNormalization(),
        layers.activation("relu"),
        layers.dropout(0.2),
      ]),
      layers.reshape([steps / 4, (bands / 4) * 2 * filters]),
      layers.dense(units, { activation: "relu" }),
      layers.dropout(0.2),
      layers.bidirectional(layers.gru(units, { returnSequences: true })),
      layers.dropout(0.3),
      layers.dense(lettersOf(words).length + 1),
    ],
    { name: "speech", seed },
  );
  return model.compile({ optimizer: optimizers.adamW({ learningRate, weightDecay: 0.01, clipnorm: 5 }), loss: "ctc" });
}

/** Frames of utterances as the model takes them. */
function inputsOf(utterances: readonly Frames[]) {
  const data = new Float32Array(utterances.length * steps * bands);
  utterances.forEach((frames, i) => writeNormalised(frames, data.subarray(i * steps * bands, (i + 1) * steps * bands)));
  return { data, shape: [utterances.length, steps, bands] };
}

/** What a turn trains on and what it asks about; drawn voices help where recordings are of few. */
interface Task {
  readonly words: readonly string[];
  readonly train: readonly Heard[];
  readonly drawn: readonly Heard[];
  readonly test: readonly Heard[];
}

/** Other words, pauses and distortions in each epoch: half of the examples are one word, the others are two. */
function examples({ words, train, drawn }: Task, batchSize: number, seed: number) {
  const letters = lettersOf(words);
  const mostLabels = 2 * Math.max(...words.map((word) => word.length));
  const said = new Map([...bySpeaker(train), ...bySpeaker(drawn)].map((own) => [own[0]!.speaker, own]));
  return function* (epoch: number) {
    const random = randomNumbers(1000 * seed + epoch);
    const below = (n: number): number => Math.floor(random() * n);
    const isDrawn = (): boolean => drawn.length > 0 && random() < drawnShare;
    const order = train
      .map((own) => ({ one: isDrawn() ? drawn[below(drawn.length)]! : own, at: random() }))
      .sort((a, b) => a.at - b.at);
    for (let start = 0; start + batchSize <= order.length; start += batchSize) {
      const targets = new Int32Array(batchSize * mostLabels);
      const batch = order.slice(start, start + batchSize).map(({ one }, i) => {
        const own = said.get(one.speaker)!;
        const other = own[below(own.length)]!;
        const isPair = random() < 0.5 && one.frames.count + other.frames.count < 0.75 * steps;
        const parts = isPair ? [one, other] : [one];
        targets.set(
          parts.flatMap(({ word }) => spelled(words[word]!, letters)),
          i * mostLabels,
        );
        return varied(joined(framesIn(parts), [below(20)]), random);
      });
      const inputs = inputsOf(batch);
      for (let i = 0; i < batchSize; i++)
        maskBands(inputs.data.subarray(i * steps * bands, (i + 1) * steps * bands), random);
      yield [inputs, { data: targets, shape: [batchSize, mostLabels] }] as const;
    }
  };
}

const framesIn = (heard: readonly { frames: Frames }[]): Frames[] => heard.map(({ frames }) => frames);

/** What each speaker said. */
function bySpeaker(heard: readonly Heard[]): Heard[][] {
  const own = new Map<string, Heard[]>(speakersOf(heard).map((speaker) => [speaker, []]));
  for (const one of heard) own.get(one.speaker)!.push(one);
  return [...own.values()];
}

/** What one speaker said, without the levels that are common to all of it. */
function withoutLevels(own: readonly Heard[]): Heard[] {
  const levels = levelsOf(framesIn(own));
  return own.map((one) => ({ ...one, frames: levelled(one.frames, levels) }));
}

const logitsOf = async (model: Model, utterances: readonly Frames[]): Promise<Tensor> =>
  (await model.predict(inputsOf(utterances))) as Tensor;

/** All pairs of words. */
const pairsAmong = (words: readonly string[]): string[] => words.flatMap((one) => words.map((other) => one + other));

/** What one turn has given: the words that a speaker said, what the model heard in each, and how it spelled them. */
interface Turn {
  readonly model: Model;
  readonly history: History;
  readonly speakers: readonly string[];
  readonly said: readonly number[];
  readonly answers: readonly number[];
  readonly spellings: readonly string[];
  /** The levels of the speakers who were heard in training. */
  readonly usual: Levels;
  /** The share of words heard if each is the only recording of its speaker. */
  readonly alone: number;
  /** The share of pairs of words of which both were heard. */
  readonly pairs: number;
  /** The share of words that the older method recognises. */
  readonly nearest: number;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const accuracyOf = ({ said, answers }: Turn): number => mean(said.map((word, i) => Number(answers[i] === word)));

/** Some words, each with a second one of the same speaker, and what each pair's place among all pairs is. */
function pairsOf(heard: readonly Heard[], words: number, seed: number): { frames: Frames; pair: number }[] {
  const random = randomNumbers(seed);
  const every = Math.max(1, Math.floor(heard.length / mostPairs));
  const some = heard.filter((_, i) => i % every === 0).slice(0, mostPairs);
  return some.map((one) => {
    const own = heard.filter(({ speaker }) => speaker === one.speaker);
    const other = own[Math.floor(random() * own.length)]!;
    return { frames: joined([one.frames, other.frames], [8]), pair: one.word * words + other.word };
  });
}

/** The older method: the word of the known utterance that sounds most alike. */
async function nearestWord(train: readonly Heard[], test: readonly Heard[]): Promise<number> {
  const found = await nearestOf(framesIn(test), framesIn(train));
  return mean(found.map((i, at) => Number(train[i]!.word === test[at]!.word)));
}

/** Speakers in as many groups as there are turns, for each the group that is left out. */
function turnsOf(speakers: readonly string[], turns: number): string[][] {
  return Array.from({ length: turns }, (_, turn) => speakers.filter((_, i) => i % turns === turn));
}

/** The frames of those utterances that are of some words, speaker by speaker. */
async function hearAll(utterances: readonly Utterance[], words: readonly string[]): Promise<Heard[]> {
  const known = utterances.filter(({ word }) => words.includes(word));
  const frames = await framesOf(
    known.map(({ samples }) => samples),
    longestWord,
  );
  return bySpeaker(
    known.map(({ word, speaker }, i) => ({ word: words.indexOf(word), speaker, frames: frames[i]! })),
  ).flat();
}

type Settings = ReturnType<typeof fitOptions> & { readonly learningRate: number };

/** Trains a model on what some speakers said, and asks it what the others said. */
async function learn(model: Model, task: Task, settings: Settings): Promise<Turn> {
  const { words } = task;
  const [train, drawn, test] = [task.train, task.drawn, task.test].map((heard) =>
    bySpeaker(heard).flatMap(withoutLevels),
  ) as [Heard[], Heard[], Heard[]];
  const usual = meanLevels(bySpeaker(task.train).map((own) => levelsOf(framesIn(own))));
  const { learningRate, ...fit } = settings;
  const batchSize = Math.min(fit.batchSize, train.length);
  const history = await model.fit(examples({ words, train, drawn, test }, batchSize, fit.seed), {
    ...fit,
    batchSize,
    stepsPerEpoch: Math.floor(train.length / batchSize),
    callbacks: [fallingRate(learningRate, fit.epochs), ...fit.callbacks],
  });
  const letters = lettersOf(words);
  const probabilities = async (logits: Tensor, texts: readonly string[]): Promise<number[][]> =>
    (await lossesOf(logits, texts, letters)).map(probabilitiesOf);
  const pairs = pairsOf(test, words.length, fit.seed);
  const heardPairs = likeliest(await probabilities(await logitsOf(model, framesIn(pairs)), pairsAmong(words)));
  const logits = await logitsOf(model, framesIn(test));
  const alone = task.test.map(({ frames }) => levelled(frames, levelsOf([frames], usual)));
  const heardAlone = likeliest(await probabilities(await logitsOf(model, alone), words));
  return {
    model,
    history,
    usual,
    speakers: speakersOf(test),
    said: test.map(({ word }) => word),
    answers: likeliest(await probabilities(logits, words)),
    spellings: await spelling(logits, letters),
    alone: mean(test.map(({ word }, i) => Number(heardAlone[i] === word))),
    pairs: mean(pairs.map(({ pair }, i) => Number(heardPairs[i] === pair))),
    nearest: await nearestWord(train, test),
  };
}

const newVoices = both("drawn voices never heard", "новые синтетические голоса");

export const recipe: Recipe = {
  name: "speech",
  items: ["S20"],
  title: both("Speech recognition: words of a speaker never heard", "Распознавание речи: слова незнакомого диктора"),
  description: both(
    "A hundred frames a second, each with the loudness of 24 mel bands, pass two convolutions over time and " +
      "frequency and a gated recurrent unit that runs in both directions and spells one word or two. Nobody says " +
      "when a letter is spoken: connectionist temporal classification (CTC) adds up all ways to spread the letters " +
      "over the steps, and of the known words that with the greatest sum is the answer. So that it learns words and " +
      "not voices, each band's mean and deviation over all that a speaker says are taken off, and training " +
      "stretches time, moves frequencies, changes the microphone and adds noise. Recordings of a stranger that are " +
      "given together tell the levels of the new voice; nobody says which words they are. Of recordings by four " +
      "speakers it recognises 85 % of the words of the one who was left out, on average (three seeds), and 81.5 % " +
      "if each recording is all that is known of its speaker; by the nearest recording it is 68 %.",
    "Сто кадров в секунду, в каждом громкость 24 мел-полос, проходят через две свёртки по времени и частоте и " +
      "двунаправленную рекуррентную сеть (GRU), которая записывает по буквам одно или два слова. Моменты " +
      "произнесения букв не размечены: функция потерь CTC (connectionist temporal classification) суммирует " +
      "вероятности всех способов разложить буквы по шагам, а ответом служит слово из словаря с наибольшей суммой. " +
      "Чтобы сеть запоминала слова, а не голоса, каждая полоса нормируется: вычитается её среднее и выравнивается " +
      "разброс по всем словам диктора; при обучении растягивается время, сдвигаются частоты, меняется микрофон и " +
      "добавляется шум. По записям незнакомого диктора, заданным вместе, оцениваются уровни полос для нового " +
      "голоса; какие это слова, не сообщается. На записях четырёх дикторов распознаётся в среднем (по трём " +
      "начальным значениям генератора) 85 % слов отложенного диктора, а если о дикторе известна только одна запись " +
      "— 81,5 %; по ближайшей записи — 68 %.",
  ),
  source:
    "Graves et al. 2006, Connectionist temporal classification; Amodei et al. 2016, Deep Speech 2; Peterson & Barney " +
    "1952 (the formants); Jaitly & Hinton 2013 (vocal tract length perturbation); Viikki & Laurila 1998 (mean and " +
    "variance of each band)",
  data: both(
    "digits synthesised from formants in noise, in 32 voices, eight of them held out; --data: a folder of WAV " +
      'files named "word_speaker_number.wav", each with one word of at most two seconds, of which each speaker is ' +
      "left out in turn (of more than four speakers, a quarter); where the words are digits, the drawn voices " +
      "help in training",
    "цифры, синтезированные по формантам и зашумлённые: 32 голоса, восемь из них отложены; --data: папка с " +
      "WAV-файлами «слово_диктор_номер.wav», в каждом одно слово не длиннее двух секунд; каждый диктор по очереди " +
      "откладывается (если дикторов больше четырёх, то четверть из них); если слова — цифры, обучаться " +
      "помогают и синтетические голоса",
  ),
  defaults,
  expected: [{ metric: "accuracy", atLeast: 0.9, on: newVoices }],
  model: makeModel,
  async run(options = {}) {
    const { data, tiny = false, seed = 1, onStage } = options;
    const settings = fitOptions(options, tiny ? { ...defaults, epochs: 1, batchSize: 8 } : defaults);
    const drawnWords = (): Promise<Utterance[]> => spokenDigits(tiny ? 2 : 32, tiny ? 1 : 5, seed);
    if (data === undefined)
      onStage?.(
        both(
          "The digits are synthesised from formants by a generator, in loud noise; they are no recordings.",
          "Цифры синтезированы генератором по формантам, на фоне громкого шума; это не записи.",
        ),
      );
    const utterances =
      data === undefined ? await inNoise(await drawnWords(), seed) : readUtterances(data, tiny ? 200 : Infinity);
    const [words, speakers] = [wordsOf(utterances), speakersOf(utterances)];
    const heard = await hearAll(utterances, words);
    const drawn = data === undefined ? [] : await hearAll(await drawnWords(), words);

    // There are as many drawn voices as one wants, so that one turn says enough.
    const groups =
      data === undefined
        ? turnsOf(speakers, tiny ? 2 : mostTurns).slice(0, 1)
        : turnsOf(speakers, Math.min(speakers.length, mostTurns));

    const turns: Turn[] = [];
    for (const left of groups) {
      const [train, test] = [false, true].map((isLeft) => heard.filter((one) => left.includes(one.speaker) === isLeft));
      // A checkpoint holds one training: with several turns there is none.
      const { checkpoint, resume: _, ...rest } = { checkpoint: undefined, ...settings };
      const turn = await learn(
        makeModel(options, words),
        { words, train: train!, drawn, test: test! },
        {
          ...(groups.length === 1 ? settings : rest),
          learningRate: options.learningRate ?? defaults.learningRate,
        },
      );
      // A turn that was interrupted counts only if there is no whole one.
      if (turn.history.stopped === null || turns.length === 0) turns.push(turn);
      if (turn.history.stopped !== null) break;
      if (groups.length > 1) {
        const [name, share] = [left.join(", "), (100 * accuracyOf(turn)).toFixed(1)];
        onStage?.(both(`Without ${name}: ${share} % of their words.`, `Без диктора ${name}: ${share} % его слов.`));
      }
    }
    const { model, history } = turns.at(-1)!;
    model.dataInfo = { about: { speech: { words, levels: { ...turns.at(-1)!.usual } } } };
    const accuracies = turns.map(accuracyOf);
    return {
      model,
      history,
      evaluation: {
        accuracy: mean(accuracies),
        leastAccuracy: Math.min(...accuracies),
        accuracyAlone: mean(turns.map(({ alone }) => alone)),
        accuracyOfPairs: mean(turns.map(({ pairs }) => pairs)),
      },
      expected: tiny || data !== undefined ? [] : recipe.expected,
      baselines: [
        { metric: "accuracy", value: 1 / words.length, name: both("one of the words by chance", "слово наугад") },
        {
          metric: "accuracy",
          value: mean(turns.map(({ nearest }) => nearest)),
          name: both("the nearest word, stretched to one length", "ближайшее слово, приведённое к одной длине"),
        },
      ],
      async *ending(): AsyncIterable<Part> {
        yield lossCurves(history);
        yield spectrogram(withoutLevels(bySpeaker(heard)[0]!)[0]!, words);
        yield speakerTable(turns);
        yield spellings(turns.at(-1)!, words);
        yield confusions(turns, words);
      },
    };
  },
  answersTogether: true,
  async *predict(model, { files }): AsyncIterable<Part> {
    const { words, levels } = rememberedBy(model);
    const { files: good, read, failures } = await readEach(files, readFrames);
    // What is given together is taken to be of one speaker.
    const own = levelsOf(read, levels);
    const frames = read.map((one) => levelled(one, own));
    const letters = lettersOf(words);
    const logits = await logitsOf(model, frames);
    const found = (await lossesOf(logits, ["", ...words, ...pairsAmong(words)], letters)).map(probabilitiesOf);
    const heard = likeliest(found);
    const letterwise = await spelling(logits, letters);
    const texts = ["", ...words, ...words.flatMap((one) => words.map((other) => `${one} ${other}`))];
    for (const [i, file] of good.entries()) {
      const said = texts[heard[i]!]!;
      yield said === ""
        ? text(`${file}: no word that I know`, `${file}: знакомых слов нет`)
        : text(`${file}: ${said} (spelled "${letterwise[i]}")`, `${file}: ${said} (по буквам: «${letterwise[i]}»)`);
    }
    throwFailures(failures);
  },
};

/** The words that a model knows, and the levels of the speakers who taught it. */
function rememberedBy(model: Model): { words: readonly string[]; levels: Levels } {
  const { words, levels } = (model.dataInfo.about?.["speech"] ?? {}) as { words?: readonly string[]; levels?: Levels };
  if (words === undefined || levels === undefined)
    throw new ArgumentError(
      'expected a model with words and levels of speakers, got an older one: run "nabla train speech".',
    );
  return { words, levels };
}

/**
 * The frames of a recording that somebody asks about.
 *
 * @throws FileError for a recording that is empty, or longer than one or two words
 */
async function readFrames(file: string): Promise<Frames> {
  const sound = readSound(file);
  const seconds = sound.length / sampleRate;
  const [frames] = sound.length > 0 && seconds <= mostSeconds ? await framesOf([sound], mostSeconds) : [];
  if (frames === undefined || frames.count > steps)
    throw new FileError(
      `"${file}": expected one or two words, within ${steps / framesPerSecond} s, got a recording of ` +
        `${seconds.toFixed(1)} s.`,
    );
  return frames;
}

function spectrogram({ frames: { count, values }, word }: Heard, words: readonly string[]): Part {
  const cell = 4;
  const rows = Array.from({ length: bands }, (_, i) =>
    Array.from({ length: count }, (_, t) => values[t * bands + bands - 1 - i]!),
  );
  const all = [...values];
  return {
    kind: "image",
    title: both(
      `"${words[word]}" as the network hears it: time to the right, mel bands upwards`,
      `Слово «${words[word]}», каким его слышит сеть: время идёт вправо, мел-полосы вверх`,
    ),
    pixels: rows.flatMap((row) => {
      const line = row.flatMap((value) => Array.from({ length: cell }, () => value));
      return Array.from({ length: cell }, () => line);
    }),
    range: [Math.min(...all), Math.max(...all)],
  };
}

function speakerTable(turns: readonly Turn[]): Table {
  const shown = (speakers: readonly string[]): string =>
    speakers.length > 3 ? `${speakers.slice(0, 3).join(", ")} …` : speakers.join(", ");
  return {
    kind: "table",
    title: both("Words of the speakers who were left out, %", "Слова отложенных дикторов, %"),
    columns: [
      both("speaker", "диктор"),
      both("recognised", "распознано"),
      both("each alone", "по одному"),
      both("both of two words", "оба слова из двух"),
      both("nearest word", "ближайшее слово"),
    ],
    rows: turns.map((turn) => [
      shown(turn.speakers),
      ...[accuracyOf(turn), turn.alone, turn.pairs, turn.nearest].map((share) => 100 * share),
    ]),
    digits: 1,
  };
}

/** Of each word the first time that it was said, as the likeliest class of each step spells it, and as it was heard. */
function spellings({ said, answers, spellings: all }: Turn, words: readonly string[]): Table {
  return {
    kind: "table",
    title: both("How a speaker who was left out was heard", "Как распознана речь отложенного диктора"),
    columns: [both("said", "сказано"), both("spelled", "по буквам"), both("likeliest word", "вероятнее всего")],
    rows: words.flatMap((word, at) => {
      const i = said.indexOf(at);
      return i < 0 ? [] : [[word, all[i]!, words[answers[i]!]!]];
    }),
  };
}

/** How often each word was heard as each other one. */
function confusions(turns: readonly Turn[], words: readonly string[]): Table {
  const counts = words.map(() => words.map(() => 0));
  for (const { said, answers } of turns) said.forEach((word, i) => counts[word]![answers[i]!]!++);
  return {
    kind: "table",
    title: both("What was said (rows) and what was heard (columns)", "Что сказано (строки) и что услышано (столбцы)"),
    columns: ["", ...words],
    rows: counts.map((row, i) => [words[i]!, ...row]),
  };
}
