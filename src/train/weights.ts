// The weights of a model: one flat variable for all trainable parameters, and one variable for each of the others.
import { allocate } from "../dtype.ts";
import { ArgumentError, didYouMean, ShapeError } from "../errors.ts";
import { concatenate } from "../functions/array.ts";
import type { HostArray } from "../host-array.ts";
import type { Layer } from "../nn/layer.ts";
import type { Parameter } from "../nn/parameter.ts";
import { formatShape, sameShape } from "../shape.ts";
import { asTensor, Tensor, type TensorLike, tensor } from "../tensor.ts";
import { type Variable, variable } from "../variable.ts";

/** A parameter under the name that files and `getWeights` give it. */
interface NamedParameter {
  /** `dense_1/kernel` */
  readonly name: string;
  readonly parameter: Parameter;
}

/** The parameters of layers, by name, in the order of the layers. */
export function namedParameters(layers: readonly Layer[]): NamedParameter[] {
  return layers.flatMap((layer) =>
    layer.parameters.map((parameter) => ({ name: `${layer.name}/${parameter.name}`, parameter })),
  );
}

/** Weights by name, as `getWeights` returns them. */
export type WeightValues = Record<string, HostArray>;

export class Weights {
  readonly named: readonly NamedParameter[];
  /** float32 [count]: all trainable parameters, in order; null if there are none. */
  readonly flat: Variable | null;
  readonly #others = new Map<Parameter, Variable>();

  /** Makes the variables; `first` returns the first value of each parameter. */
  constructor(layers: readonly Layer[], first: (named: NamedParameter, index: number) => Tensor) {
    this.named = namedParameters(layers);
    const values = this.named.map(first);
    const trainable = this.named.flatMap(({ parameter }, i) => (parameter.trainable ? [values[i]!.reshape([-1])] : []));
    this.flat = trainable.length > 0 ? variable(concatenate(trainable), { name: "parameters" }) : null;
    let offset = 0;
    this.named.forEach(({ name, parameter }, i) => {
      if (parameter.trainable) {
        parameter.bind(this.flat!, offset);
        offset += parameter.size;
      } else {
        const own = variable(values[i]!, { name });
        parameter.bind(own, 0);
        this.#others.set(parameter, own);
      }
    });
  }

  /** All variables: the flat one, and those of parameters that are not trainable. */
  get variables(): readonly Variable[] {
    return [...(this.flat ? [this.flat] : []), ...this.#others.values()];
  }

  /** The sizes of the trainable parameters, in the order in which {@link flat} holds them. */
  get trainableSizes(): number[] {
    return this.named.flatMap(({ parameter }) => (parameter.trainable ? [parameter.size] : []));
  }

  /** Copies of the numbers of each parameter. */
  async read(): Promise<WeightValues> {
    const flat = (await this.flat?.data()) ?? allocate("float32", 0);
    const result: WeightValues = {};
    let offset = 0;
    for (const { name, parameter } of this.named) {
      const { shape, size } = parameter;
      const own = this.#others.get(parameter);
      const data = own ? (await own.data()).slice() : flat.slice(offset, (offset += size));
      result[name] = { data, shape, dtype: "float32" };
    }
    return result;
  }

  /**
   * Assigns new values to the named parameters; the others keep theirs. Before anything is changed it throws
   * {@link ArgumentError} for an unknown name and {@link ShapeError} for a value of another shape.
   */
  assign(values: Readonly<Record<string, TensorLike | HostArray>>): void {
    const known = this.named.map(({ name }) => name);
    const given = new Map<string, Tensor>();
    for (const [name, value] of Object.entries(values)) {
      const found = this.named.find((entry) => entry.name === name);
      if (!found)
        throw new ArgumentError(
          `setWeights: the model has no parameter "${name}".${didYouMean(name, known)} ` +
            `It has ${known.join(", ") || "none"}.`,
        );
      const { shape } = found.parameter;
      const next =
        typeof value === "object" && "data" in value && !(value instanceof Tensor) && ArrayBuffer.isView(value.data)
          ? tensor(value as HostArray)
          : asTensor(value as TensorLike);
      if (!sameShape(next.shape, shape)) {
        throw new ShapeError(
          `setWeights: ${name}: expected a value of shape ${formatShape(shape)}, got ${formatShape(next.shape)}.`,
        );
      }
      given.set(name, next.cast("float32"));
    }
    const pieces: Tensor[] = [];
    for (const { name, parameter } of this.named) {
      const next = given.get(name);
      const own = this.#others.get(parameter);
      if (!own) pieces.push((next ?? parameter.value).reshape([-1]));
      else if (next) own.assign(next);
    }
    if (this.flat && pieces.length > 0) this.flat.assign(concatenate(pieces));
  }
}
