// N2. Rosenblatt's perceptron (1957) and its learning rule, step by step: it converges on AND, and never on XOR.
import { compile, type Tensor, tensor, variable } from "nabla";
import { formula, type Item, numeral, type Table, type Text, term, text } from "./item.ts";

const points = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
/** The answers to the four points: −1 or +1. */
const targets = { AND: [-1, -1, -1, 1], XOR: [-1, 1, 1, -1] };
const rate = 1;

interface Step {
  readonly epoch: number;
  readonly point: number;
  readonly sum: number;
  readonly isWrong: boolean;
  /** w₁, w₂ and w₀ after the step. */
  readonly weights: readonly number[];
}

/** Shows the points one after the other, until an epoch passes without a mistake, or for `most` epochs. */
async function learn(answers: readonly number[], most: number): Promise<Step[]> {
  const [w, w0] = [variable([0, 0]), variable(0)];
  const step = compile((x: Tensor, y: Tensor) => {
    const sum = x.matmul(w).add(w0); // ⟨w, x⟩ + w₀
    const a = sum.sign(); // a(x) = sign(⟨w, x⟩ + w₀)
    const wrong = a.notEqual(y).cast("float32");
    w.assignAdd(x.mul(y).mul(rate).mul(wrong)); // w ← w + ηyx, if a(x) ≠ y
    w0.assignAdd(y.mul(rate).mul(wrong)); // w₀ ← w₀ + ηy, if a(x) ≠ y
    return { sum, wrong };
  });
  const steps: Step[] = [];
  for (let epoch = 1; epoch <= most; epoch++) {
    for (const [point, x] of points.entries()) {
      const { sum, wrong } = await step(tensor(x), tensor(answers[point]!));
      const weights = [...(await w.array<1>()), (await w0.array()) as number];
      steps.push({ epoch, point, sum: await sum.item(), isWrong: (await wrong.item()) === 1, weights });
    }
    if (mistakes(steps, epoch) === 0) break;
  }
  return steps;
}

const mistakes = (steps: readonly Step[], epoch: number): number =>
  steps.filter((step) => step.epoch === epoch && step.isWrong).length;

const table = (steps: readonly Step[], answers: readonly number[], title: Text): Table => ({
  kind: "table",
  title,
  columns: [
    { en: "epoch", ru: "эпоха" },
    ...["x₁", "x₂", "y", "⟨w,x⟩+w₀", "a(x)"],
    { en: "changed", ru: "изменён" },
    ...["w₁", "w₂", "w₀"],
  ],
  rows: steps.map(({ epoch, point, sum, isWrong, weights }) => [
    ...[epoch, ...points[point]!, answers[point]!, sum, Math.sign(sum)],
    isWrong ? { en: "yes", ru: "да" } : "",
    ...weights,
  ]),
});

export const item: Item = async function* ({ tiny }) {
  yield text(
    "A perceptron answers +1 or −1. It learns from examples: it is shown a point x with the right answer y, and " +
      "changes its weights only if its own answer a(x) is wrong.",
    "Персептрон отвечает +1 или −1. Он учится на примерах: ему показывают точку x с правильным ответом y, и он " +
      "меняет веса только тогда, когда его собственный ответ a(x) неверен.",
  );
  yield formula(
    String.raw`a(x) = \operatorname{sign}(\langle w, x\rangle + w_0);\quad a(x) \ne y:\;` +
      String.raw`w \leftarrow w + \eta y x,\; w_0 \leftarrow w_0 + \eta y`,
    {
      en: "a(x) = sign(⟨w, x⟩ + w₀)\nif a(x) ≠ y:   w ← w + ηyx,   w₀ ← w₀ + ηy",
      ru: "a(x) = sign(⟨w, x⟩ + w₀)\nесли a(x) ≠ y:   w ← w + ηyx,   w₀ ← w₀ + ηy",
    },
  );

  const and = await learn(targets.AND, 20);
  yield table(and, targets.AND, {
    en: `The function AND, from w = 0 with η = ${rate}. The weights are those after the step.`,
    ru: `Функция И, начиная с w = 0, при η = ${rate}. Веса указаны после шага.`,
  });
  const { epoch: lastEpoch, weights: w } = and.at(-1)!;
  const changes = and.filter(({ isWrong }) => isWrong).length;
  const line = `${numeral(w[0]!)}x₁ ${term(w[1]!)}x₂ ${term(w[2]!)} = 0`.replaceAll(" ", "\u00a0");
  yield text(
    `The rule has converged: ${changes} changes, and in epoch ${lastEpoch} there is no mistake. The line ${line} ` +
      "separates (1, 1) from the other points. On linearly separable data the rule always converges, after finitely " +
      "many changes (Novikoff, 1962).",
    `Правило сошлось: изменений — ${changes}, в эпохе ${lastEpoch} ошибок нет. Прямая ${line} отделяет точку (1, 1) ` +
      "от остальных. На линейно разделимых данных правило всегда сходится за конечное число изменений (теорема " +
      "Новикова, 1962).",
  );

  const epochs = tiny ? 10 : 20;
  const xor = await learn(targets.XOR, epochs);
  const count = points.length;
  yield table(xor.slice(0, 2 * count), targets.XOR, {
    en: "XOR, the first two epochs.",
    ru: "Исключающее ИЛИ, первые две эпохи.",
  });
  // The weights at the end of each epoch; the rule is in a circle once they are what they have been before.
  const ends = ["0,0,0", ...xor.filter((_, i) => i % count === count - 1).map(({ weights }) => String(weights))];
  const again = ends.findIndex((weights, i) => ends.indexOf(weights) < i);
  const before = ends.indexOf(ends[again]!);
  const same = ends[again]!.replaceAll(",", ", ").replaceAll("-", "−");
  yield text(
    `After epoch ${again} the weights are (${same}), as they were after epoch ${before}: the same steps ` +
      `follow again and again. The rule goes in a circle (its length in epochs: ${again - before}), with ` +
      `${mistakes(xor, epochs)} mistakes in epoch ${epochs} too, since no line separates the points of XOR.`,
    `После эпохи ${again} веса равны (${same}), как и после эпохи ${before}: дальше повторяются те же шаги. ` +
      `Правило ходит по кругу (длина цикла в эпохах: ${again - before}), и в эпохе ${epochs} ошибок столько же: ` +
      `${mistakes(xor, epochs)}. Точки исключающего ИЛИ не разделить прямой.`,
  );
  const curve = (steps: readonly Step[]): (readonly [number, number])[] =>
    Array.from({ length: epochs }, (_, i) => [i + 1, mistakes(steps, i + 1)]);
  yield {
    kind: "plot",
    title: { en: "Mistakes in each epoch", ru: "Число ошибок за эпоху" },
    x: { en: "epoch", ru: "эпоха" },
    y: { en: "mistakes", ru: "ошибки" },
    series: [
      { name: { en: "AND", ru: "И" }, points: curve(and) },
      { name: { en: "XOR", ru: "исключающее ИЛИ" }, points: curve(xor) },
    ],
  };
};
