// N6. One neuron as a model: by its activation it is a linear, a logistic or a Poisson regression.
import {
  compile,
  cumsum,
  exp,
  gradients,
  linalg,
  linear,
  linspace,
  onesLike,
  random,
  sigmoid,
  stack,
  type Tensor,
  tanh,
  variable,
} from "nabla";
import { both, formula, type Item, numeral, type Plot, type Text, term, text, values } from "./item.ts";

type Activation = (z: Tensor) => Tensor;
type Loss = (y: Tensor, a: Tensor) => Tensor;

/** 1 − x */
const complement = (x: Tensor): Tensor => x.neg().add(1);
/** Σ (a − y)² / n */
const meanSquare: Loss = (y, a) => a.sub(y).square().mean();
/** −Σ (y·ln a + (1 − y)·ln(1 − a)) / n */
const logLoss: Loss = (y, a) =>
  y
    .mul(a.log())
    .add(complement(y).mul(complement(a).log()))
    .mean()
    .neg();
/** Σ (a − y·ln a) / n */
const poissonLoss: Loss = (y, a) => a.sub(y.mul(a.log())).mean();

/** The weights with which the data are made. */
const made = { line: { w: 2, b: 1 }, label: { w: 2, b: -1 }, count: { w: 0.8, b: 0.5 } };

interface Model {
  readonly name: Text;
  readonly f: Activation;
  readonly sign: string;
  readonly loss: Loss;
  readonly y: Tensor;
}

interface Line {
  readonly w: number;
  readonly b: number;
  readonly loss: number;
}

/** A neuron a = f(wx + b) that learns w and b by gradient descent; each call of `run` makes some more steps. */
function neuron(f: Activation, loss: Loss, x: Tensor, y: Tensor, rate: number) {
  const [w, b] = [variable(0), variable(0)];
  const step = compile((x: Tensor, y: Tensor) => {
    const a = f(x.mul(w).add(b)); // a = f(wx + b)
    const L = loss(y, a);
    const [dw, db] = gradients(L, [w, b]);
    w.assignAdd(dw.mul(-rate)); // w ← w − η ∂L/∂w
    b.assignAdd(db.mul(-rate)); // b ← b − η ∂L/∂b
    return L;
  });
  return async (steps: number): Promise<Line> => {
    const last = await (await step.repeat(steps, x, y)).item();
    return { w: (await w.array()) as number, b: (await b.array()) as number, loss: last };
  };
}

export const item: Item = async function* ({ tiny, seed }) {
  yield text(
    "A neuron with one input is the model a = f(wx + b). The activation f decides what it predicts, and with which " +
      "loss it is trained.",
    "Нейрон с одним входом — это модель a = f(wx + b). От функции активации f зависит, что он предсказывает и с " +
      "какой функцией потерь его обучают.",
  );
  const n = 200;
  const key = (i: number): Tensor => random.foldIn(random.key(seed), i);
  const x = linspace(-2, 2, n);

  yield text(
    "Linear regression, f(z) = z, first in closed form, then by gradient descent. X has the columns x and 1.",
    "Линейная регрессия, f(z) = z: сначала по точной формуле, затем градиентным спуском. Столбцы матрицы X: x и 1.",
  );
  yield formula(String.raw`\begin{pmatrix}w\\b\end{pmatrix} = (X^\top X)^{-1} X^\top y`, "(w, b)ᵀ = (XᵀX)⁻¹ Xᵀy");
  const noise = random.normal(key(0), [n], { std: 0.5 });
  const y = x.mul(made.line.w).add(made.line.b).add(noise);
  const X = stack([x, onesLike(x)], 1);
  const [w = 0, b = 0] = await linalg.solve(X.transpose().matmul(X), X.transpose().matmul(y)).array<1>();
  const descend = neuron(linear, meanSquare, x, y, 0.05);
  const rows = [];
  for (let steps = 1, before = 0; steps <= 1000; before = steps, steps *= 10) {
    const line = await descend(steps - before);
    rows.push([steps, line.w, line.b, Math.max(Math.abs(line.w - w), Math.abs(line.b - b))]);
  }
  yield values({ w, b }, 5);
  yield {
    kind: "table",
    columns: [both("steps of descent", "шагов спуска"), "w", "b", both("greatest difference", "наибольшая разница")],
    rows,
    digits: 5,
  };
  yield text(
    `Both give the same line, y = ${numeral(w, 2)}x ${term(b, 2)}. The data were made with ` +
      `w = ${made.line.w}, b = ${made.line.b} and noise.`,
    `Оба способа дают одну и ту же прямую: y = ${numeral(w, 2)}x ${term(b, 2)}. Данные получены при ` +
      `w = ${made.line.w}, b = ${made.line.b} с добавлением шума.`,
  );
  const xs = await x.array<1>();
  /** The data, and the neuron's answers in the same points. */
  const plot = async (title: Plot["title"], data: Tensor, name: string, answers: Tensor): Promise<Plot> => {
    const points = async (ys: Tensor) => (await ys.array<1>()).map((value, i): [number, number] => [xs[i]!, value]);
    const shown = { name: both("data", "данные"), points: await points(data), style: "points" as const };
    return { kind: "plot", title, x: "x", y: "y", series: [shown, { name, points: await points(answers) }] };
  };
  yield await plot(both("Linear regression", "Линейная регрессия"), y, "a = wx + b", x.mul(w).add(b));

  // Labels, drawn with the probability that a logistic neuron gives, and counts with the mean that exp gives.
  const uniform = random.uniform(key(1), [n]);
  const label = uniform.less(sigmoid(x.mul(made.label.w).add(made.label.b))).cast("float32");
  // A Poisson number counts how many sums of exponential waiting times stay below the mean.
  const waits = cumsum(random.uniform(key(2), [n, 40], { min: 1e-7 }).log().neg(), 1);
  const mean = exp(x.mul(made.count.w).add(made.count.b)).reshape([n, 1]);
  const count = waits.less(mean).sum(1).cast("float32");
  const models: readonly Model[] = [
    { name: both("Classification", "Классификация"), f: tanh, sign: "tanh", loss: meanSquare, y: label.mul(2).sub(1) },
    { name: both("Logistic regression", "Логистическая регрессия"), f: sigmoid, sign: "σ", loss: logLoss, y: label },
    { name: both("Poisson regression", "Пуассоновская регрессия"), f: exp, sign: "exp", loss: poissonLoss, y: count },
  ];
  yield text(
    "Three more models, by the same descent. tanh answers −1 or +1 by the mean square error; σ gives the probability " +
      "of a label, by the log loss; exp gives the mean of a count, by Poisson's loss.",
    "Ещё три модели, тем же спуском. tanh отвечает −1 или +1, потери — среднеквадратичная ошибка; σ даёт вероятность " +
      "метки, потери — логарифмические; exp даёт среднее для числа событий, потери — пуассоновские.",
  );
  yield formula(String.raw`-\tfrac1n\sum\bigl(y\ln a + (1-y)\ln(1-a)\bigr), \qquad \tfrac1n\sum\,(a - y\ln a)`, {
    en: "log loss: −Σ (y·ln a + (1 − y)·ln(1 − a)) / n\nPoisson:  Σ (a − y·ln a) / n",
    ru: "логарифмические: −Σ (y·ln a + (1 − y)·ln(1 − a)) / n\nпуассоновские:   Σ (a − y·ln a) / n",
  });
  const learnt: Line[] = [];
  for (const { f, loss, y } of models) learnt.push(await neuron(f, loss, x, y, 0.1)(tiny ? 1000 : 10_000));
  const madeWith = ["—", ...[made.label, made.count].map(({ w, b }) => `${numeral(w)}, ${numeral(b)}`)];
  yield {
    kind: "table",
    columns: [
      both("model", "модель"),
      "f",
      "w",
      "b",
      both("loss", "потери"),
      both("data made with w, b", "данные при w, b"),
    ],
    rows: models.map(({ name, sign }, i) => [name, sign, learnt[i]!.w, learnt[i]!.b, learnt[i]!.loss, madeWith[i]!]),
    digits: 3,
  };
  for (const [i, { name, sign, f, y }] of models.entries()) {
    const { w, b } = learnt[i]!;
    yield await plot(name, y, `${sign}(wx + b)`, f(x.mul(w).add(b)));
  }
};
