// Turns the outputs of a model into answers: classes with their probabilities, or plain numbers.
import type { Column } from "../data/dataset.ts";
import { sigmoid } from "../functions/activations.ts";
import { softmax } from "../functions/softmax.ts";
import type { Model } from "../models/model.ts";
import { sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** The answer to one input: the likeliest class and the probability of each class, or only the outputs. */
export type Answer =
  | {
      readonly class: string;
      readonly probabilities: Readonly<Record<string, number>>;
      readonly outputs: readonly number[];
    }
  | { readonly probabilities: null; readonly outputs: readonly number[] };

/**
 * The answers to some inputs. If the model ends in logits, the softmax (or sigmoid) that its loss implies is applied.
 */
export async function answersOf(model: Model, inputs: Column): Promise<Answer[]> {
  const outputs = await model.predict(inputs);
  const each = sizeOf(outputs.shape.slice(1));
  const flat = await outputs.data();
  const shares = await probabilitiesOf(model, outputs)?.data();
  const [count = 0] = outputs.shape;
  return Array.from({ length: count }, (_, row): Answer => {
    const cut = (data: typeof flat): number[] => Array.from(data.subarray(row * each, (row + 1) * each));
    if (!shares) return { probabilities: null, outputs: cut(flat) };
    const given = cut(shares);
    const [yes = 0, ...others] = given;
    const all = others.length === 0 ? [1 - yes, yes] : given;
    const nameOf = (i: number): string => model.classNames?.[i] ?? String(i);
    return {
      class: nameOf(all.indexOf(Math.max(...all))),
      probabilities: Object.fromEntries(all.map((p, i) => [nameOf(i), p])),
      outputs: cut(flat),
    };
  });
}

/** Probabilities `[count, classes]`, or `[count, 1]` for two classes; null if the outputs are not classes. */
function probabilitiesOf(model: Model, outputs: Tensor): Tensor | null {
  if (outputs.ndim !== 2) return null;
  const loss = model.training?.objectives[0]?.loss;
  if (loss?.name === "binaryCrossentropy")
    return outputs.shape[1] !== 1 ? null : loss.fromLogits ? sigmoid(outputs) : outputs;
  if (outputs.shape[1] === 1) return null;
  const isOfClasses = loss ? /categoricalCrossentropy/i.test(loss.name) : model.classNames !== undefined;
  if (!isOfClasses) return null;
  return model.lastActivation === "softmax" ? outputs : softmax(outputs);
}
