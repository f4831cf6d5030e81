// One example on its way through the network: forward layer by layer, and back with the gradients.
import { compile, gradients, type Tensor, tensor } from "nabla";
import { type Data, inputsAt } from "./data-sets.ts";
import { datasetOf, makeLoss, type Network } from "./network.ts";
import { forward, parametersOf } from "./picture.ts";
import { lossOf, type Settings } from "./settings.ts";

/** The numbers of one example. */
export interface Walk {
  /** The index of the training point. */
  readonly example: number;
  readonly inputs: readonly number[];
  /** For each layer the sums, the answers, and the gradients of the loss with respect to the sums. */
  readonly layers: readonly {
    readonly z: readonly number[];
    readonly a: readonly number[];
    readonly delta: readonly number[];
  }[];
  readonly loss: number;
  /** The state of settings and weights that it was computed with. */
  readonly version: number;
}

export type Walker = (example: number) => Promise<Omit<Walk, "version">>;

/** Compiles the program that follows an example. */
export function makeWalker(settings: Settings, data: Data, { blocks }: Network): Walker {
  const loss = makeLoss(data.task, lossOf(data.task, settings));
  const pass = compile((x: Tensor, y: Tensor) => {
    const { z, a } = forward(blocks, parametersOf(blocks), x);
    const error = loss.call(y, a.at(-1)!).mean();
    return { z: [...z], a: [...a], delta: [...gradients(error, z)] as Tensor[], error };
  });
  return async (example) => {
    const points = data.train.slice(example, example + 1);
    const [inputs] = inputsAt(settings.features, points);
    const own = datasetOf(settings, data, points);
    const { z, a, delta, error } = await pass(tensor(own.inputs.array), tensor(own.targets.array));
    const rows = (tensors: readonly Tensor[]): Promise<number[][]> =>
      Promise.all(tensors.map(async (one) => Array.from(await one.data(), Number)));
    const [sums, answers, deltas] = await Promise.all([rows(z), rows(a), rows(delta)]);
    return {
      example,
      inputs: inputs!,
      layers: sums.map((sum, l) => ({ z: sum, a: answers[l]!, delta: deltas[l]! })),
      loss: await error.item(),
    };
  };
}
