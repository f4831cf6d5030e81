// B1. The computational graph of out = x²·y + (y + 2): a static graph, run by feeding values, and its gradients.
import { compile, gradients, type Tensor, tensor } from "nabla";
import { formula, type Item, numeral, text } from "./item.ts";

/** Every node of the graph by its name. */
function graph(x: Tensor, y: Tensor) {
  const a = x.mul(x); // a = x²
  const b = a.mul(y); // b = a·y
  const c = y.add(2); // c = y + 2
  const out = b.add(c); // out = b + c
  return { x, y, a, b, c, out };
}

/** The static graph: built and compiled once, then run for any x and y. It gives all values and all gradients. */
const run = compile((x: Tensor, y: Tensor) => {
  const nodes = graph(x, y);
  const all = Object.values(nodes);
  return { values: all, slopes: gradients(nodes.out, all) };
});

const numbersOf = (tensors: readonly Tensor[]): Promise<number[]> => Promise.all(tensors.map((t) => t.item()));

export const item: Item = async function* () {
  yield text(
    "A formula is split into simple operations: each is a node of a graph. Values run forwards along the edges, " +
      "gradients backwards.",
    "Формула разбивается на простые операции: каждая — вершина графа. Значения идут по рёбрам вперёд, градиенты — " +
      "назад.",
  );
  yield formula(
    String.raw`\mathrm{out} = x^2 y + (y + 2)`,
    [
      "out = x²·y + (y + 2)",
      "",
      "x ──► a = x² ──► b = a·y ──► out = b + c",
      "                   ▲            ▲",
      "y ─────────────────┴──► c = y + 2",
    ].join("\n"),
  );

  const [x, y] = [1, 2];
  const names = Object.keys(graph(tensor(x), tensor(y)));
  const { values, slopes } = await run(x, y);
  const [value, slope] = [await numbersOf(values), await numbersOf(slopes)];
  const [, , a = 0, b = 0, c = 0, out = 0] = value;
  const rules = [
    { operation: { en: "input", ru: "вход" }, backwards: `∂out/∂a · 2x = ${numeral(y)} · ${numeral(2 * x)}` },
    { operation: { en: "input", ru: "вход" }, backwards: `∂out/∂b · a + ∂out/∂c · 1 = ${numeral(a)} + 1` },
    { operation: "x²", backwards: `∂out/∂b · y = ${numeral(y)}` },
    { operation: "a·y", backwards: "∂out/∂out · 1" },
    { operation: "y + 2", backwards: "∂out/∂out · 1" },
    { operation: "b + c", backwards: "1" },
  ];
  yield text(
    `Forwards at x = ${x}, y = ${y}: a = ${numeral(a)}, b = ${numeral(b)}, c = ${numeral(c)}, out = ` +
      `${numeral(out)}. Backwards: out has the gradient 1, and each node passes its own on, times the derivative of ` +
      "its operation. y is used twice, and its two gradients add up.",
    `Вперёд при x = ${x}, y = ${y}: a = ${numeral(a)}, b = ${numeral(b)}, c = ${numeral(c)}, out = ${numeral(out)}. ` +
      "Назад: градиент out равен 1, и каждая вершина передаёт свой градиент дальше, умножив его на производную " +
      "своей операции. Значение y используется дважды, и градиенты складываются.",
  );
  yield {
    kind: "table",
    title: { en: "Every node with its value and its gradient", ru: "Каждая вершина: значение и градиент" },
    columns: [
      { en: "node", ru: "вершина" },
      { en: "operation", ru: "операция" },
      { en: "value", ru: "значение" },
      { en: "∂out/∂node", ru: "∂out/∂вершина" },
      { en: "by the chain rule", ru: "по правилу цепочки" },
    ],
    rows: rules.map(({ operation, backwards }, i) => [names[i]!, operation, value[i]!, slope[i]!, backwards]),
  };

  const fed = [];
  for (const [x, y] of [
    [1, 2],
    [3, -1],
    [0, 5],
    [-2, 4],
  ] as const) {
    const { values, slopes } = await run(x, y);
    const [dx, dy] = await numbersOf(slopes);
    fed.push([x, y, await values.at(-1)!.item(), dx!, dy!]);
  }
  yield text(
    "The graph is static: it was built once, without numbers, and compiled. Feeding other values runs the same " +
      "program.",
    "Граф статический: он построен и скомпилирован один раз, ещё без чисел. Подавая другие значения, мы запускаем " +
      "ту же программу.",
  );
  yield { kind: "table", columns: ["x", "y", "out", "∂out/∂x = 2xy", "∂out/∂y = x² + 1"], rows: fed };
};
