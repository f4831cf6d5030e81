// A1. Softmax, worked through: sums become probabilities.
import { softmax, tensor } from "nabla";
import { both, formula, type Item, numeral, text } from "./item.ts";

export const item: Item = async function* () {
  yield text(
    "Softmax turns any numbers z into probabilities: all are positive, and together they are 1.",
    "Softmax превращает любые числа z в вероятности: все они положительны, а их сумма равна 1.",
  );
  yield formula(String.raw`p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}`, "pᵢ = exp(zᵢ) / Σ exp(zⱼ)");

  const z = tensor([5, 3, 6.2, 4, 1.5, -2]);
  const powers = z.exp();
  const sum = powers.sum();
  const p = powers.div(sum);
  const [zs, es, ps] = [await z.array<1>(), await powers.array<1>(), await p.array<1>()];
  yield {
    kind: "table",
    columns: ["i", "zᵢ", "exp(zᵢ)", "pᵢ"],
    rows: [
      ...zs.map((value, i) => [String(i + 1), value, numeral(es[i]!, 1), numeral(ps[i]!, 2)]),
      [both("sum", "сумма"), "", numeral(await sum.item(), 1), numeral(await p.sum().item(), 2)],
    ],
  };
  const largest = await p.argmax().item();
  yield text(
    `The greatest z, number ${largest + 1}, gets ${numeral(100 * ps[largest]!, 0)} %: the exponential widens the gaps.`,
    `Наибольшее z, номер ${largest + 1}, получает ${numeral(100 * ps[largest]!, 0)} %: экспонента увеличивает разрывы.`,
  );

  const [same, shifted, direct] = [softmax(z), softmax(z.add(1000)), z.add(1000).exp()];
  const difference = await shifted.sub(p).abs().max().item();
  const overflow = await direct.max().item();
  yield text(
    `A constant added to all z changes nothing. The formula as it stands breaks there: exp(z + 1000) = ` +
      `${numeral(overflow)}. Nabla's softmax subtracts the greatest z first; it differs from the table by ` +
      `${numeral(await same.sub(p).abs().max().item())}, and for z + 1000 by ${numeral(difference)} (rounding).`,
    `Прибавив ко всем z одно и то же число, мы ничего не изменим. Но сама формула там не работает: exp(z + 1000) = ` +
      `${numeral(overflow)}. Функция softmax в Nabla сначала вычитает наибольшее z; от таблицы она отличается на ` +
      `${numeral(await same.sub(p).abs().max().item())}, а для z + 1000 — на ${numeral(difference)} (округление).`,
  );
};
