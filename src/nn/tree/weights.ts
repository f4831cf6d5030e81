// The weights of a tree of layers: its parameters by path, the variables that hold their numbers, and what is trained.
import { allocate, type DType } from "../../dtype.ts";
import { ArgumentError, didYouMean, NablaError, ShapeError } from "../../errors.ts";
import { concatenate } from "../../functions/array.ts";
import { key } from "../../functions/random.ts";
import { isHalf } from "../../half.ts";
import type { HostArray } from "../../host-array.ts";
import { formatShape, sameShape } from "../../shape.ts";
import { asTensor, Tensor, type TensorLike, tensor } from "../../tensor.ts";
import { type Variable, variable } from "../../variable.ts";
import { keyOfPath } from "./call.ts";
import { assignRanges, type Segment, type TrainedRange } from "./store.ts";
import { type Holder, type NamedParameter, parametersIn } from "./structure.ts";

/** Weights by name, as `getWeights` returns them. */
export type WeightValues = Record<string, HostArray>;

/** The weights below a root. */
export class Weights {
  readonly #root: Holder;

  /** Makes the numbers of all parameters that have none yet, from `first`. */
  constructor(root: Holder, first: (named: NamedParameter) => Tensor) {
    this.#root = root;
    const fresh = this.named.filter(({ parameter }) => !parameter.storage);
    const flat = fresh.filter(({ parameter }) => parameter.trainable);
    if (flat.length > 0) {
      const store = variable(concatenate(flat.map((named) => first(named).reshape([-1]))), { name: "parameters" });
      let offset = 0;
      for (const { parameter } of flat) {
        parameter.bind(store, offset);
        offset += parameter.size;
      }
    }
    for (const named of fresh)
      if (!named.parameter.trainable) named.parameter.bind(variable(first(named), { name: named.path }), 0);
  }

  /** The parameters by path, in the order of the layers; whether they are trainable may change at any time. */
  get named(): readonly NamedParameter[] {
    return parametersIn(this.#root);
  }

  /** All variables that hold numbers of these parameters. */
  get variables(): readonly Variable[] {
    return [...new Set(this.named.map(({ parameter }) => placeOf(parameter).variable))];
  }

  /** The dtype in which trainable parameters rest: float32, or 16 bits for a model that only predicts. */
  get dtype(): DType {
    const half = this.named.find(({ parameter }) => isHalf(placeOf(parameter).variable.dtype));
    return half ? placeOf(half.parameter).variable.dtype : "float32";
  }

  /**
   * What an optimizer moves, if these layers are frozen: as few ranges as the gaps between trainable parameters allow.
   * Throws {@link NablaError} if the parameters rest in 16 bits.
   */
  trainedRanges(frozen: ReadonlySet<Holder>): readonly TrainedRange[] {
    if (this.dtype !== "float32")
      throw new NablaError(
        `the weights rest in ${this.dtype}, for predict and evaluate; to train the model, load it without a dtype.`,
      );
    const places = parametersIn(this.#root, frozen)
      .filter(({ trainable }) => trainable)
      .map((named) => ({ ...named, ...placeOf(named.parameter) }));
    const ranges: TrainedRange[] = [];
    for (const store of new Set(places.map((place) => place.variable))) {
      let open: { variable: Variable; from: number; to: number; segments: Segment[] } | null = null;
      for (const { path, parameter, offset } of places
        .filter((place) => place.variable === store)
        .sort((a, b) => a.offset - b.offset)) {
        if (!open || open.to !== offset) {
          open = { variable: store, from: offset, to: offset, segments: [] };
          ranges.push(open);
        }
        const { shape, size } = parameter;
        open.segments.push({ path, shape, offset: offset - open.from, size });
        open.to += size;
      }
    }
    return ranges;
  }

  /** Copies of the numbers of each parameter. */
  async read(): Promise<WeightValues> {
    const { named } = this;
    const variables = [...new Set(named.map(({ parameter }) => placeOf(parameter).variable))];
    const numbers = await Promise.all(variables.map((store) => store.data()));
    const result: WeightValues = {};
    for (const { path, parameter } of named) {
      const { variable: store, offset } = placeOf(parameter);
      const data = numbers[variables.indexOf(store)] ?? allocate("float32", 0);
      result[path] = { data: data.slice(offset, offset + parameter.size), shape: parameter.shape, dtype: "float32" };
    }
    return result;
  }

  /**
   * Assigns new values to the named parameters; the others keep theirs. Before anything is changed it throws
   * {@link ArgumentError} for an unknown name and {@link ShapeError} for a value of another shape.
   */
  assign(values: Readonly<Record<string, TensorLike | HostArray>>): void {
    const { named } = this;
    const known = named.map(({ path }) => path);
    const changes = new Map<Variable, { from: number; to: number; value: Tensor }[]>();
    for (const [name, value] of Object.entries(values)) {
      const found = named.find(({ path }) => path === name);
      if (!found)
        throw new ArgumentError(
          `setWeights: the model has no parameter "${name}".${didYouMean(name, known)} ` +
            `It has ${known.join(", ") || "none"}.`,
        );
      const { shape, size } = found.parameter;
      const next = toTensor(value);
      if (!sameShape(next.shape, shape)) {
        throw new ShapeError(
          `setWeights: ${name}: expected a value of shape ${formatShape(shape)}, got ${formatShape(next.shape)}.`,
        );
      }
      const { variable: store, offset } = placeOf(found.parameter);
      const list = changes.get(store) ?? [];
      changes.set(store, [...list, { from: offset, to: offset + size, value: next.cast(store.dtype) }]);
    }
    for (const [store, list] of changes) assignRanges(store, list);
  }
}

function toTensor(value: TensorLike | HostArray): Tensor {
  const isHost =
    typeof value === "object" && "data" in value && !(value instanceof Tensor) && ArrayBuffer.isView(value.data);
  return isHost ? tensor(value as HostArray) : asTensor(value as TensorLike);
}

function placeOf(parameter: NamedParameter["parameter"]) {
  if (parameter.storage) return parameter.storage;
  throw new ArgumentError(`parameter ${parameter.name} was declared after the weights were made; call build again.`);
}

const known = new WeakMap<Holder, Weights>();

/** The weights below a root, made at the first call from a seed: each parameter's numbers follow from its path. */
export function weightsOf(root: Holder, seed = 0): Weights {
  let weights = known.get(root);
  if (!weights || weights.named.some(({ parameter }) => !parameter.storage)) {
    const first = key(seed);
    weights = new Weights(root, ({ path, parameter }) =>
      parameter.initializer.make(keyOfPath(first, path), parameter.shape),
    );
    known.set(root, weights);
  }
  return weights;
}

/** Makes the weights below a root with the numbers that `value` gives for each path. */
export function adoptWeights(root: Holder, value: (path: string) => Tensor): Weights {
  const weights = new Weights(root, ({ path }) => value(path));
  known.set(root, weights);
  return weights;
}
