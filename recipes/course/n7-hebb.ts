// N7. Hebb's rule (1949): a connection grows when the two neurons that it joins are active together.
import { compile, outer, stack, type Tensor, tensor, variable, where } from "nabla";
import { formula, type Item, text } from "./item.ts";

const rate = 0.25;
const threshold = 0.5;

export const item: Item = async function* () {
  yield text(
    "Hebb's rule has no teacher and no error: a weight grows where the signal x at its input and the neuron's output " +
      "y are active at the same time. “Cells that fire together wire together.”",
    "В правиле Хебба нет ни учителя, ни ошибки: вес растёт, когда сигнал x на входе и выход нейрона y активны " +
      "одновременно. «Нейроны, которые возбуждаются вместе, связываются вместе».",
  );
  yield formula(String.raw`\Delta w_i = \eta\, x_i\, y`, "Δwᵢ = η·xᵢ·y");

  yield text(
    `Pavlov's dog as one neuron: it fires if w₁·food + w₂·bell > ${threshold}. Food makes it fire from birth, w₁ = ` +
      `1; the bell means nothing at first, w₂ = 0. Bell and food then come together, with η = ${rate}.`,
    `Собака Павлова как один нейрон: он срабатывает, если w₁·еда + w₂·звонок > ${threshold}. На еду он срабатывает ` +
      `от рождения, w₁ = 1; звонок сначала не значит ничего, w₂ = 0. Затем звонок и еда приходят вместе, η = ${rate}.`,
  );
  const w = variable([1, 0]);
  const fires = (x: Tensor): Tensor => where(x.matmul(w).greater(threshold), 1, 0);
  const bellAlone = tensor([0, 1]);
  const together = compile((x: Tensor) => {
    const y = fires(x);
    w.assignAdd(x.mul(y).mul(rate)); // Δwᵢ = η·xᵢ·y
  });
  const rows: number[][] = [];
  for (let trial = 0; trial <= 5; trial++) {
    if (trial > 0) await together(tensor([1, 1]));
    rows.push([trial, ...(await w.array<1>()), await fires(bellAlone).item()]);
  }
  yield {
    kind: "table",
    columns: [
      { en: "bell with food", ru: "звонок с едой, раз" },
      { en: "w₁ (food)", ru: "w₁ (еда)" },
      { en: "w₂ (bell)", ru: "w₂ (звонок)" },
      { en: "answer to the bell alone", ru: "ответ на один звонок" },
    ],
    rows,
    digits: 2,
  };
  const learnt = rows.findIndex((row) => row.at(-1) === 1);
  yield text(
    `After ${learnt} times the bell alone makes the neuron fire. The weights go on growing, without bound: the rule ` +
      "needs a limit, which later rules have added.",
    `После ${learnt} повторений нейрон срабатывает на один звонок. Веса при этом продолжают неограниченно расти: ` +
      "правилу нужно ограничение, и его добавили позднейшие правила.",
  );

  yield text(
    "With inputs and answers −1 and +1 the rule can also learn from given answers y, in a single pass: W is the sum " +
      "of η·x·y over the examples (here η = 1; the bias is the weight of an input that is always 1).",
    "Если входы и ответы равны −1 и +1, то правило может учиться и по заданным ответам y, за один проход: W — сумма " +
      "η·x·y по примерам (здесь η = 1; смещение — это вес входа, который всегда равен 1).",
  );
  const x = tensor([
    [1, -1, -1],
    [1, -1, 1],
    [1, 1, -1],
    [1, 1, 1],
  ]);
  const names = [
    { en: "AND", ru: "И" },
    { en: "OR", ru: "ИЛИ" },
    { en: "XOR", ru: "исключающее ИЛИ" },
  ];
  const y = tensor([
    [-1, -1, -1],
    [-1, 1, 1],
    [-1, 1, 1],
    [1, 1, -1],
  ]);
  // W = Σ x yᵀ over the four examples: one column for each of the three functions.
  const products = [0, 1, 2, 3].map((i) => outer(x.at(i), y.at(i)));
  const weights = stack(products).sum(0);
  const right = x.matmul(weights).sign().equal(y).sum(0);
  const [columns, counts] = [await weights.transpose().array<2>(), await right.array<1>()];
  yield {
    kind: "table",
    columns: [{ en: "function", ru: "функция" }, "w₀", "w₁", "w₂", { en: "right of 4", ru: "верно из 4" }],
    rows: names.map((name, i) => [name, ...columns[i]!, counts[i]!]),
  };
  yield text(
    "AND and OR are learnt. For XOR all products cancel, and no weight is left.",
    "И и ИЛИ выучены. Для исключающего ИЛИ все произведения взаимно уничтожаются, и весов не остаётся.",
  );
};
