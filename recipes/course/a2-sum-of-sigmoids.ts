// A2. A sum of shifted sigmoids approaches softplus, which is a smooth ReLU.
import { arange, linspace, sigmoid, softplus, stack, type Tensor } from "nabla";
import { both, formula, type Item, numeral, text } from "./item.ts";

/** σ(x + first) + σ(x + first − 1) + … with `count` terms, for each x. */
const sumOfSigmoids = (x: Tensor, first: number, count: number): Tensor =>
  sigmoid(x.reshape([-1, 1]).add(first).sub(arange(0, count))).sum(1);

export const item: Item = async function* () {
  yield text(
    "ReLU can be read as many sigmoid neurons with the same weights and shifted biases: a step for each unit of x. " +
      "Their sum grows like a ramp (Nair and Hinton, 2010).",
    "ReLU можно понимать как множество сигмоидных нейронов с одинаковыми весами и сдвинутыми смещениями: по " +
      "ступеньке на каждую единицу x. Их сумма растёт как наклонная прямая (Наир и Хинтон, 2010).",
  );
  yield formula(
    String.raw`\sigma(x+\tfrac12) + \sigma(x-\tfrac12) + \sigma(x-\tfrac32) + \dots \approx \ln(1+e^{x+1})`,
    "σ(x + ½) + σ(x − ½) + σ(x − 3/2) + …  ≈  ln(1 + eˣ⁺¹)",
  );
  yield formula(
    String.raw`\sigma(x-\tfrac12) + \sigma(x-\tfrac32) + \dots \approx \ln(1+e^x) = \operatorname{softplus}(x)`,
    "           σ(x − ½) + σ(x − 3/2) + …  ≈  ln(1 + eˣ) = softplus(x)",
  );

  const x = linspace(-5, 5, 201);
  const largest = async (a: Tensor, b: Tensor): Promise<number> => await a.sub(b).abs().max().item();
  const rows = [];
  for (const count of [2, 4, 6, 8, 10, 20]) {
    rows.push([
      count,
      await largest(sumOfSigmoids(x, 0.5, count), softplus(x.add(1))),
      await largest(sumOfSigmoids(x, -0.5, count), softplus(x)),
      await largest(sumOfSigmoids(x, -0.5, count), x.relu()),
    ]);
  }
  yield {
    kind: "table",
    title: both(
      "The greatest difference for x from −5 to 5, by the number of sigmoids.",
      "Наибольшая разница при x от −5 до 5 в зависимости от числа сигмоид.",
    ),
    columns: [
      both("sigmoids", "сигмоид"),
      both("from σ(x + ½): softplus(x + 1)", "от σ(x + ½): softplus(x + 1)"),
      both("from σ(x − ½): softplus(x)", "от σ(x − ½): softplus(x)"),
      both("from σ(x − ½): ReLU(x)", "от σ(x − ½): ReLU(x)"),
    ],
    rows,
    digits: 4,
  };
  const [, shifted, plain, ramp] = rows.at(-1)! as [number, number, number, number];
  const atZero = await softplus(0).item();
  yield text(
    `With enough terms the sum differs from softplus by ${numeral(plain)} at most, and from ReLU by ` +
      `${numeral(ramp)}; softplus itself differs from ReLU by ln 2 = ${numeral(atZero)} at x = 0. The term σ(x + ½) ` +
      `in front moves the ramp by one to the left: to softplus(x + 1), within ${numeral(shifted)}.`,
    `При достаточном числе слагаемых сумма отличается от softplus не больше чем на ${numeral(plain)}, а от ReLU — на ` +
      `${numeral(ramp)}; сама softplus отличается от ReLU на ln 2 = ${numeral(atZero)} при x = 0. Слагаемое σ(x + ½) ` +
      `в начале сдвигает подъём на единицу влево: к softplus(x + 1), с точностью ${numeral(shifted)}.`,
  );
  const curve = async (y: Tensor) => (await stack([x, y], 1).array<2>()) as [number, number][];
  yield {
    kind: "plot",
    title: both("Sums of sigmoids, softplus and ReLU", "Суммы сигмоид, softplus и ReLU"),
    x: "x",
    y: "",
    series: [
      { name: both("2 sigmoids", "2 сигмоиды"), points: await curve(sumOfSigmoids(x, -0.5, 2)) },
      { name: both("4 sigmoids", "4 сигмоиды"), points: await curve(sumOfSigmoids(x, -0.5, 4)) },
      { name: "softplus(x)", points: await curve(softplus(x)) },
      { name: "ReLU(x)", points: await curve(x.relu()) },
    ],
  };
};
