// The worst mistakes of a classifier: what it was surest of, and wrong.
import { type Dataset, type Model, softmax, tensor } from "nabla";
import { both, type Part } from "./part.ts";
import { sheet } from "./pictures.ts";

/** The held-out pictures whose wrong answers had the greatest probability, and a table of these answers. */
export async function* worstMistakes(model: Model, test: Dataset, count = 10): AsyncIterable<Part> {
  const probabilities = await softmax(await model.predict(test)).array<2>();
  const labels = test.targets.array.data;
  const names = test.classNames ?? [];
  const nameOf = (index: number): string => names[index] ?? String(index);
  const wrong = probabilities
    .map((row, at) => {
      const answer = row.indexOf(Math.max(...row));
      return { at, answer, truth: Number(labels[at]), sureness: row[answer]! };
    })
    .filter(({ answer, truth }) => answer !== truth)
    .sort((a, b) => b.sureness - a.sureness)
    .slice(0, count);
  if (wrong.length === 0) return;
  const { array } = test.inputs;
  const pictures = tensor(array.data, { shape: array.shape }).take(wrong.map(({ at }) => at));
  yield await sheet(
    both("The worst mistakes: wrong, and sure of it", "Самые грубые ошибки: неверный ответ с большой уверенностью"),
    pictures.cast("float32").reshape([wrong.length, array.shape[1]!, array.shape[2]!]),
    5,
    [0, 255],
  );
  yield {
    kind: "table",
    columns: [both("is", "на самом деле"), both("read as", "прочитано как"), both("probability, %", "вероятность, %")],
    rows: wrong.map(({ truth, answer, sureness }) => [nameOf(truth), nameOf(answer), 100 * sureness]),
    digits: 1,
  };
}
