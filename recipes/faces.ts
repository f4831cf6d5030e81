// S20. Whether two pictures show the same person: distances learned from other people, by triplets.
import { FileError, layers, losses, type Model, optimizers, sequential, stack, type Tensor, tensor } from "nabla";
import { ElementRandom, imageFolder } from "nabla/data";
import { drawFaces, type Faces } from "./tools/drawing/people.ts";
import { readEach, throwFailures } from "./tools/each-file.ts";
import { fallingRate } from "./tools/falling-rate.ts";
import { both, type Part, type Plot, type Text, text } from "./tools/part.ts";
import { lossCurves, sheet } from "./tools/pictures.ts";
import { readPicture } from "./tools/read-picture.ts";
import { fitOptions, type Question, type Recipe, type RecipeOptions } from "./tools/recipe.ts";
import { distance, equalErrorRate, pairsOf, ratesOf } from "./tools/verification.ts";

const defaults = { epochs: 16, batchSize: 64, learningRate: 0.002 };
/** A batch has so many pictures of each of its people. */
const eachInBatch = 4;
const steps = 50;
const sideOf = ({ tiny = false }: RecipeOptions): number => (tiny ? 8 : 48);
/** People of a folder who are held out, at least, and of whom pictures are needed in pairs. */
const fewestHeldOut = 2;
/** How many pictures of a person are measured, and how many in all. */
const [eachMeasured, mostMeasured] = [10, 500];
const [queries, nearest] = [5, 5];

const heldOut = both("50 drawn people never seen in training", "50 нарисованных людей, которых не было в обучении");

/** 32 numbers for a picture: a vector of length 1. */
function makeModel(options: RecipeOptions = {}): Model {
  const { learningRate = defaults.learningRate, seed = 1, tiny = false } = options;
  const size = sideOf(options);
  const width = tiny ? 2 : 16;
  const convolution = { padding: "same", activation: "relu", kernelInitializer: "heNormal" } as const;
  const model = sequential(
    [
      layers.input([size, size, 3]),
      layers.conv2d(width, 3, convolution),
      layers.maxPooling2d(2),
      layers.conv2d(2 * width, 3, convolution),
      layers.maxPooling2d(2),
      layers.conv2d(3 * width, 3, convolution),
      layers.maxPooling2d(2),
      layers.conv2d(3 * width, 3, convolution),
      layers.flatten(),
      layers.dropout(0.1),
      layers.dense(32),
      layers.unitNormalization(),
    ],
    { name: "faces", seed },
  );
  return model.compile({ optimizer: optimizers.adam({ learningRate }), loss: losses.triplet({ margin: 0.3 }) });
}

async function loadFaces(options: RecipeOptions): Promise<{ train: Faces; test: Faces }> {
  const { data, seed = 1, tiny = false } = options;
  const size = sideOf(options);
  if (data === undefined) {
    const [known, unknown, each] = tiny ? [4, 3, 4] : [400, 50, 10];
    return { train: await drawFaces(known, each, size, seed, 0), test: await drawFaces(unknown, each, size, seed, 1) };
  }
  const folder = await imageFolder(data, { size, channels: 3, class: "folder", onError: "skip" });
  const loaded = await folder.load();
  if (folder.skipped.length > 0) options.onStage?.(leftOut(folder.skipped));
  const people = Int32Array.from(loaded.targets.array.data as Uint8Array);
  // A folder none of whose pictures can be read is nobody.
  const known = [...new Set(people)].sort((a, b) => a - b);
  const unknown = Math.max(fewestHeldOut, Math.floor(known.length / 5));
  if (known.length < 2 * fewestHeldOut)
    throw new FileError(`"${data}": expected folders of at least ${2 * fewestHeldOut} people, got ${known.length}.`);
  const all: Faces = { count: people.length, size, images: loaded.inputs.array.data as Uint8Array, people };
  const first = known.at(-unknown)!;
  const cut = (isWanted: (person: number) => boolean): Faces =>
    chosen(
      all,
      [...people.keys()].filter((i) => isWanted(people[i]!)),
    );
  const parts = { train: cut((person) => person < first), test: cut((person) => person >= first) };
  for (const part of Object.values(parts))
    if (new Set(part.people).size === part.count)
      throw new FileError(`"${data}": expected two pictures or more of some of the people, got one of each.`);
  return parts;
}

/** The number of pictures of which it is said why they were left out. */
const mostNamed = 3;

/** Says which pictures of a folder cannot be read. */
function leftOut(skipped: readonly { readonly reason: string }[]): Text {
  const named = skipped.slice(0, mostNamed).map(({ reason }) => reason);
  const list = [...named, ...(skipped.length > mostNamed ? ["…"] : [])].join(" ");
  return both(
    `Pictures left out, since they cannot be read: ${skipped.length}. ${list}`,
    `Изображений, которые не удалось прочитать и которые пропущены: ${skipped.length}. ${list}`,
  );
}

const picture = ({ images, size }: Faces, i: number): Uint8Array =>
  images.subarray(i * size * size * 3, (i + 1) * size * size * 3);

/** Some of the pictures. */
function chosen(faces: Faces, rows: readonly number[]): Faces {
  const images = new Uint8Array(rows.length * faces.size ** 2 * 3);
  rows.forEach((row, i) => void images.set(picture(faces, row), i * faces.size ** 2 * 3));
  return { count: rows.length, size: faces.size, images, people: Int32Array.from(rows, (row) => faces.people[row]!) };
}

/** The pictures of each person, by their numbers. */
function byPerson({ people }: Faces): number[][] {
  const rows = new Map<number, number[]>();
  people.forEach((person, i) => {
    if (!rows.get(person)?.push(i)) rows.set(person, [i]);
  });
  return [...rows.values()];
}

/** Few pictures of those people of whom there are most: pairs are many more than pictures are. */
function sample(faces: Faces): Faces {
  const most = byPerson(faces).sort((a, b) => b.length - a.length);
  return chosen(faces, most.flatMap((rows) => rows.slice(0, eachMeasured)).slice(0, mostMeasured));
}

/** Batches of an epoch: people drawn at random, and some pictures of each, again and again where there are few. */
function* batches(faces: Faces, peopleInBatch: number, number: number, seed: number, epoch: number) {
  const random = new ElementRandom(seed, epoch, 0);
  const people = byPerson(faces);
  for (let step = 0; step < number; step++) {
    const some = shuffled(random, people.length).slice(0, peopleInBatch);
    const rows = some.flatMap((person) => {
      const own = people[person]!;
      const order = shuffled(random, own.length);
      return Array.from({ length: eachInBatch }, (_, i) => own[order[i % own.length]!]!);
    });
    const batch = chosen(faces, rows);
    yield [inputsOf(batch), batch.people] as const;
  }
}

/** The numbers below n in a random order (Fisher & Yates). */
function shuffled(random: ElementRandom, n: number): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

const inputsOf = ({ images, count, size }: Faces) => ({ data: images, shape: [count, size, size, 3], scale: 1 / 255 });
const vectorsOf = async (model: Model, inputs: Parameters<Model["predict"]>[0]): Promise<number[][]> =>
  ((await model.predict(inputs)) as Tensor).array<2>();

/** The first pictures of some people, each followed by those among all others that are nearest to it. */
function nearestSheet(faces: Faces, vectors: readonly number[][]) {
  const { people, count, size } = faces;
  const first = [...new Set(people)].slice(0, queries).map((person) => people.indexOf(person));
  const rows = first.flatMap((query) => {
    const others = [...people.keys()].filter((i) => i !== query);
    const away = (i: number): number => distance(vectors[query]!, vectors[i]!);
    return [query, ...others.sort((a, b) => away(a) - away(b)).slice(0, Math.min(nearest, count - 1))];
  });
  const pictures = rows.map((row) =>
    tensor(picture(faces, row), { shape: [size, size, 3] })
      .cast("float32")
      .div(255),
  );
  return sheet(
    both("A picture, and the five nearest to it", "Снимок и пять ближайших к нему"),
    stack(pictures),
    1 + Math.min(nearest, count - 1),
  );
}

function errorPlot(pairs: ReturnType<typeof pairsOf>): Plot {
  const rates = ratesOf(pairs, 100);
  return {
    kind: "plot",
    title: both("Errors of a threshold, on people never seen", "Ошибки порога на незнакомых людях"),
    x: both("threshold of the distance", "порог расстояния"),
    y: both("share of pairs", "доля пар"),
    series: [
      {
        name: both("different, let in", "разные, приняты"),
        points: rates.map((rate) => [rate.threshold, rate.accepted]),
      },
      {
        name: both("same, refused", "один человек, отвергнуты"),
        points: rates.map((rate) => [rate.threshold, rate.refused]),
      },
    ],
  };
}

export const recipe: Recipe = {
  name: "faces",
  items: ["S20"],
  title: both("The same person, or another?", "Тот же человек или другой?"),
  description: both(
    "The network makes 32 numbers of a picture of a face, such that pictures of one person lie near each other and " +
      "those of others farther away. It is trained on triplets: a picture, another of the same person, and one of " +
      "somebody else. It is measured on people whom it has never seen.",
    "По изображению лица сеть вычисляет 32 числа — так, чтобы снимки одного человека оказались близко, а снимки " +
      "разных людей — далеко. Учится она на тройках: снимок, ещё один снимок того же человека и снимок кого-то " +
      "другого. Проверяется она на людях, которых никогда не видела.",
  ),
  source: "Schroff, Kalenichenko & Philbin 2015, FaceNet: a unified embedding for face recognition and clustering",
  data: both(
    "ten pictures each of 450 faces drawn by a generator, not photographed, in varying pose, light and expression, " +
      "50 of them held out; --data: a folder with a folder of pictures for each person, the last fifth of the people " +
      "held out",
    "по десять изображений 450 лиц, нарисованных генератором (это не фотографии), с разными поворотом, освещением и " +
      "мимикой; 50 лиц отложены; --data: папка, в которой для каждого человека есть папка с изображениями, " +
      "последняя пятая часть людей откладывается",
  ),
  defaults,
  expected: [{ metric: "equalErrorRate", atMost: 0.05, on: heldOut }],
  model: makeModel,
  async run(options = {}) {
    const { tiny = false, seed = 1, data, learningRate = defaults.learningRate } = options;
    if (data === undefined)
      options.onStage?.(
        both("Faces drawn by a generator, not photographed.", "Лица нарисованы генератором, это не фотографии."),
      );
    const { train, test: unseen } = await loadFaces(options);
    const test = sample(unseen);
    const model = makeModel(options);
    const fit = fitOptions(options, tiny ? { ...defaults, epochs: 1, batchSize: 16 } : defaults);
    const people = Math.max(2, Math.round(fit.batchSize / eachInBatch));
    const stepsPerEpoch = tiny ? 2 : steps;
    const history = await model.fit((epoch: number) => batches(train, people, stepsPerEpoch, seed, epoch), {
      ...fit,
      stepsPerEpoch,
      callbacks: [fallingRate(learningRate, fit.epochs), ...fit.callbacks],
    });
    const vectors = await vectorsOf(model, inputsOf(test));
    const pairs = pairsOf(vectors, test.people);
    // The threshold that `predict` asks is chosen on people of the training.
    const known = sample(train);
    const { threshold } = equalErrorRate(pairsOf(await vectorsOf(model, inputsOf(known)), known.people));
    model.dataInfo = { about: { threshold } };
    const pixels = Array.from({ length: test.count }, (_, i) => picture(test, i));
    return {
      model,
      history,
      evaluation: { equalErrorRate: equalErrorRate(pairs).rate },
      expected: tiny || data !== undefined ? [] : recipe.expected,
      baselines: [
        {
          metric: "equalErrorRate",
          value: equalErrorRate(pairsOf(pixels, test.people)).rate,
          name: both("the distance of the pixels", "расстояние между пикселями"),
        },
      ],
      async *ending(): AsyncIterable<Part> {
        yield lossCurves(history);
        yield errorPlot(pairs);
        yield await nearestSheet(test, vectors);
      },
    };
  },
  answersTogether: true,
  async *predict(model: Model, { files: asked }: Question): AsyncIterable<Part> {
    if (asked.length < 2) throw new FileError(`expected two pictures of faces or more, got ${asked.length}.`);
    const threshold = Number(model.dataInfo.about?.["threshold"]);
    const [size = 0] = model.inputShape as readonly number[];
    const { files, read, failures } = await readEach(asked, (file) => readPicture(file, { channels: 3, size }));
    // One picture alone has no other to be compared with.
    if (read.length < 2) throwFailures(failures);
    const vectors = await vectorsOf(model, stack(read));
    yield text(
      `Distances below ${threshold.toFixed(2)} mean one person.`,
      `Расстояние меньше ${threshold.toFixed(2)} означает одного человека.`,
    );
    yield {
      kind: "table",
      columns: [both("picture", "снимок"), both("and", "и"), both("distance", "расстояние"), both("person", "человек")],
      rows: files.flatMap((file, a) =>
        files.slice(a + 1).map((other, i) => {
          const away = distance(vectors[a]!, vectors[a + 1 + i]!);
          return [file, other, away, away < threshold ? both("the same", "тот же") : both("another", "другой")];
        }),
      ),
      digits: 2,
    };
    throwFailures(failures);
  },
};
