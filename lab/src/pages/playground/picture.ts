// The picture of a network: what every neuron answers over the plane, the losses, and how the edges pull. One program
// computes all of it.
import { type Compiled, clip, compile, concatenate, gradients, maximum, type Tensor, tensor, where } from "nabla";
import { type Data, inputsAt, reach } from "./data-sets.ts";
import { type Block, datasetOf, makeLoss, type Network } from "./network.ts";
import { lossOf, outputActivation, type Settings } from "./settings.ts";
import { fieldSide, mapSide } from "./sides.ts";

/** A slope of the activation below this one lets hardly any gradient through. */
const flat = 0.02;

export interface Picture {
  /** One map after the other, from −1 to 1: of the inputs, of the hidden neurons, and of the outputs. */
  readonly maps: Float32Array;
  readonly side: number;
  /** The outputs over the plane, [pixels, outputs]. */
  readonly field: Float32Array;
  readonly trainLoss: number;
  readonly testLoss: number;
  /** The outputs at the training points and then at the test points, [points, outputs]. */
  readonly answers: Float32Array;
  /** For each layer its kernel [inputs, units], and then its bias. */
  readonly weights: Float32Array;
  /** The gradient of the training loss, in the order of `weights`. Empty unless asked for. */
  readonly gradients: Float32Array;
  /** For each hidden neuron its index in `neuronStates`. */
  readonly states: Uint8Array;
  /** For each hidden neuron the slope that PReLU has learnt below zero. Empty for other activations. */
  readonly slopes: Float32Array;
}

/** The centres of side × side pixels of the plane, row by row from the top. */
const grid = (side: number): [number, number][] =>
  Array.from({ length: side * side }, (_, i) => [
    -reach + ((2 * (i % side) + 1) * reach) / side,
    reach - ((2 * Math.floor(i / side) + 1) * reach) / side,
  ]);

interface Pass {
  /** The sums before the activations, and the activations, layer by layer. */
  readonly z: readonly Tensor[];
  readonly a: readonly Tensor[];
}

const tensorOf = ({ value }: { readonly value: Tensor }): Tensor => value;

/** The layers' own kernels and biases. */
export const parametersOf = (blocks: readonly Block[]): Tensor[] =>
  blocks.flatMap(({ dense }) => dense.parameters.map(tensorOf));

/** Goes forward with these kernels and biases, so that gradients with respect to them can be taken. */
export function forward(blocks: readonly Block[], parameters: readonly Tensor[], inputs: Tensor): Pass {
  const pass: { z: Tensor[]; a: Tensor[] } = { z: [], a: [] };
  let x = inputs;
  blocks.forEach(({ norm, activation }, i) => {
    const sum = x.matmul(parameters[2 * i]!).add(parameters[2 * i + 1]!);
    const z = norm ? (norm.apply(sum) as Tensor) : sum;
    x = activation.apply(z) as Tensor;
    pass.z.push(z);
    pass.a.push(x);
  });
  return pass;
}

const flatten = (parts: readonly Tensor[]): Tensor => concatenate(parts.map((part) => part.reshape([-1])));

/** For each neuron the share of the points at which its activation is flat. */
const flatShare = (z: Tensor, activation: Block["activation"]): Tensor => {
  const [slope] = gradients((activation.apply(z) as Tensor).sum(), [z]);
  return where(slope.abs().less(flat), 1, 0).mean(0);
};

interface Asked {
  readonly maps: Tensor;
  readonly field: Tensor;
  readonly losses: Tensor;
  readonly answers: Tensor;
  readonly weights: Tensor;
  readonly gradients: Tensor;
  readonly flat: Tensor;
  readonly still: Tensor;
  readonly slopes: Tensor;
}

export interface Painter {
  paint(hasGradients: boolean): Promise<Picture>;
}

/** Compiles the program of the picture for a network on its data, when it is asked for. */
export function makePainter(settings: Settings, data: Data, { blocks, model }: Network): Painter {
  model.weights(settings.weightSeed);
  const hidden = settings.layers.reduce((sum, units) => sum + units, 0);
  const side = mapSide(hidden);
  const [mapInputs, fieldInputs] = [side, fieldSide].map((n) => tensor(inputsAt(settings.features, grid(n))));
  const lossName = lossOf(data.task, settings);
  const loss = makeLoss(data.task, lossName);
  const isShare = outputActivation(data.task, lossName) !== "linear";
  const hasSlopes = settings.f === "prelu" && hidden > 0;
  // A part without points is shown as if it had one; its loss is not shown.
  const placeholder = [[0, 0, 0]] as const;
  const both = [data.train, data.test].map((points) => {
    const { inputs, targets } = datasetOf(settings, data, points.length > 0 ? points : placeholder);
    return { x: tensor(inputs.array), y: tensor(targets.array) };
  });
  const [train, test] = both as [(typeof both)[0], (typeof both)[0]];

  const make = (hasGradients: boolean): Compiled<[], any> =>
    compile(() => {
      const parameters = parametersOf(blocks);
      const shown = forward(blocks, parameters, mapInputs!);
      // Shares from 0 to 1 are shown from −1 to 1, as in the large picture.
      const answer = isShare ? shown.a.at(-1)!.mul(2).sub(1) : shown.a.at(-1)!;
      const maps = concatenate([mapInputs!, ...shown.a.slice(0, -1), answer], 1);
      const own = forward(blocks, parameters, train.x);
      const others = forward(blocks, parameters, test.x);
      const trainLoss = loss.call(train.y, own.a.at(-1)!).mean();
      const testLoss = loss.call(test.y, others.a.at(-1)!).mean();
      const shares = blocks.slice(0, -1).map(({ activation }, i) => flatShare(own.z[i]!, activation));
      const still = own.a.slice(0, -1).map((a) => a.max(0).sub(a.min(0)));
      const result: Asked = {
        maps: clip(maps.div(maximum(maps.abs().max(0), 1)), -1, 1).transpose(),
        field: forward(blocks, parameters, fieldInputs!).a.at(-1)!,
        losses: concatenate([trainLoss.reshape([1]), testLoss.reshape([1])]),
        answers: concatenate([own.a.at(-1)!, others.a.at(-1)!], 0),
        weights: flatten(parameters),
        gradients: hasGradients ? flatten(gradients(trainLoss, parameters)) : tensor([0]),
        flat: shares.length > 0 ? concatenate(shares) : tensor([0]),
        still: still.length > 0 ? concatenate(still) : tensor([0]),
        slopes: hasSlopes
          ? flatten(blocks.flatMap(({ activation }) => activation.parameters.map(tensorOf)))
          : tensor([0]),
      };
      return result as any;
    });
  const programs: { [hasGradients: string]: Compiled<[], any> } = {};

  return {
    async paint(hasGradients) {
      const program = (programs[String(hasGradients)] ??= make(hasGradients));
      const shown = (await program()) as Asked;
      const numbers = async (of: Tensor): Promise<Float32Array> => (await of.data()).slice() as Float32Array;
      const [maps, field, both, answers, weights, pulls, flats, still, slopes] = (await Promise.all(
        [
          shown.maps,
          shown.field,
          shown.losses,
          shown.answers,
          shown.weights,
          shown.gradients,
          shown.flat,
          shown.still,
          shown.slopes,
        ].map(numbers),
      )) as [
        Float32Array,
        Float32Array,
        Float32Array,
        Float32Array,
        Float32Array,
        Float32Array,
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      const states = Uint8Array.from({ length: hidden }, (_, i) =>
        flats[i]! < 0.95 ? 0 : flats[i]! === 1 && still[i]! < 1e-4 ? 1 : 2,
      );
      return {
        maps,
        side,
        field,
        trainLoss: data.train.length > 0 ? both[0]! : Number.NaN,
        testLoss: data.test.length > 0 ? both[1]! : Number.NaN,
        answers,
        weights,
        gradients: hasGradients ? pulls : new Float32Array(0),
        states,
        slopes: hasSlopes ? slopes : new Float32Array(0),
      };
    },
  };
}
