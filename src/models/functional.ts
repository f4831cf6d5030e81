// The model between symbolic inputs and outputs: several of each, shared layers, skips.
import type { DType } from "../dtype.ts";
import { dtypes } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import type { MetricLike, NamesOf } from "../metrics/index.ts";
import { checkExampleShape } from "../nn/core/input.ts";
import type { Json, Layer } from "../nn/tree/layer.ts";
import { nameLayers } from "../nn/tree/naming.ts";
import { addFactory, type LayerJson, layerFromJson, layerToJson } from "../nn/tree/registry.ts";
import {
  type Application,
  holdsSymbolic,
  isSymbolic,
  type SymbolicTensor,
  symbolicLeaves,
} from "../nn/tree/symbolic.ts";
import { formatBatchShape, leavesOf, mapTree, type Tensors, type Tree, tensorsOf } from "../nn/tree/tree.ts";
import { checkOptions, describe } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import { input } from "./input.ts";
import { type CompileOptions, Model, type ModelOptions } from "./model.ts";

/** The inputs and outputs of a functional model: symbolic tensors, alone or in arrays and objects. */
export interface FunctionalParts extends ModelOptions {
  readonly inputs: Tree<SymbolicTensor>;
  readonly outputs: Tree<SymbolicTensor>;
}

/**
 * A model between symbolic inputs and outputs. {@link functional} makes one.
 *
 * @example
 * const x = input([4]);
 * new Functional({ inputs: x, outputs: layers.dense(2).apply(x) }).outputShape; // [2]
 */
export class Functional<M extends string = any> extends Model<M> {
  override readonly className = "Functional";
  readonly #inputs: Tree<SymbolicTensor>;
  readonly #outputs: Tree<SymbolicTensor>;
  readonly #applications: readonly Application<Layer>[];
  readonly #layers: ReadonlyMap<Layer, string>;

  constructor(parts: FunctionalParts) {
    checkOptions("functional", parts, ["inputs", "outputs", "name", "seed", "trainable"]);
    const { inputs, outputs, ...options } = parts;
    super(options, "functional");
    addFactory("Functional", functionalFromConfig);
    checkSymbolic("inputs", inputs);
    checkSymbolic("outputs", outputs);
    this.#inputs = inputs;
    this.#outputs = outputs;
    this.#applications = applicationsBetween(symbolicLeaves(inputs), symbolicLeaves(outputs));
    this.#layers = nameLayers("functional", [...new Set(this.#applications.map(({ layer }) => layer))]);
    this.fix(mapTree(inputs, isSymbolic, ({ shape }) => shape));
  }

  protected override get inputDTypes(): readonly DType[] {
    return symbolicLeaves(this.#inputs).map(({ dtype }) => dtype);
  }

  override *children(): Iterable<readonly [name: string, layer: Layer]> {
    for (const [layer, name] of this.#layers) yield [name, layer];
  }

  override activationName(): string | null {
    return isSymbolic(this.#outputs) ? activationOf(this.#outputs) : "custom";
  }

  /** The last activation that was applied to each output, in the form of the outputs. */
  override get lastActivations(): Tree<string> {
    return mapTree(this.#outputs, isSymbolic, (y) => activationOf(y) ?? "linear");
  }

  override compile<const L extends readonly MetricLike[]>(options: CompileOptions<L>): Functional<NamesOf<L>>;
  override compile(options?: Pick<CompileOptions, "optimizer">): Functional;
  override compile(options?: CompileOptions): Functional {
    super.compile(options);
    return this;
  }

  call(given: Tensors): Tensors {
    const tensors = tensorsOf(`model ${this.name}: inputs`, given);
    const values = new Map(symbolicLeaves(this.#inputs).map((x, i) => [x, tensors[i] as Tensor]));
    for (const { layer, inputs, outputs } of this.#applications) {
      const taken = mapTree(inputs, isSymbolic, (x) => values.get(x) as Tensor);
      const results = tensorsOf(layer.describe(), layer.apply(taken));
      symbolicLeaves(outputs).forEach((y, i) => values.set(y, results[i] as Tensor));
    }
    return mapTree(this.#outputs, isSymbolic, (y) => values.get(y) as Tensor);
  }

  override config() {
    const numbers = new Map<SymbolicTensor, number>();
    const number = (x: SymbolicTensor): number => numbers.get(x) ?? (numbers.set(x, numbers.size), numbers.size - 1);
    const numbered = (tree: Tree<SymbolicTensor>): Json => mapTree(tree, isSymbolic, number) as Json;
    const inputs = mapTree(this.#inputs, isSymbolic, (x) => {
      number(x);
      return { shape: x.shape, dtype: x.dtype, name: x.name };
    }) as Json;
    const layers = [...this.#layers].map(([layer, name]) => ({ name, ...layerToJson(layer, name) }));
    const applications = this.#applications.map(({ layer, inputs: taken, outputs }) => {
      const name = this.#layers.get(layer) ?? "";
      const from = numbered(taken);
      for (const y of symbolicLeaves(outputs)) number(y);
      return { layer: name, inputs: from };
    });
    return { inputs, layers, applications, outputs: numbered(this.#outputs), ...super.config() };
  }
}

/**
 * A model between symbolic inputs and outputs. Both may be single, lists or objects, which data, targets and losses
 * then follow. A layer that is applied twice is shared; a model that is applied is a part of this one.
 *
 * @throws ArgumentError if an output does not follow from the inputs, or an input leads nowhere
 * @example
 * const [left, right] = [input([8]), input([8])];
 * const shared = layers.dense(4, { activation: "relu" });
 * const twins = functional({ inputs: { left, right }, outputs: [shared.apply(left), shared.apply(right)] });
 * twins.outputShape; // [[4], [4]]
 */
export function functional(parts: FunctionalParts): Functional {
  return new Functional(parts);
}

function checkSymbolic(what: string, tree: unknown): void {
  if (!holdsSymbolic(tree))
    throw new ArgumentError(
      `functional: ${what}: expected symbolic tensors from input([…]) or layer.apply(…), alone or in arrays and ` +
        `objects, got ${describe(tree)}.`,
    );
}

/** The applications that lead from inputs to outputs, each after those that it needs. */
function applicationsBetween(
  inputs: readonly SymbolicTensor[],
  outputs: readonly SymbolicTensor[],
): readonly Application<Layer>[] {
  const twice = inputs.find((x, i) => inputs.indexOf(x) < i);
  if (twice)
    throw new ArgumentError(`functional: the input ${twice.name || formatBatchShape(twice.shape)} is given twice.`);
  const order = new Set<Application<Layer>>();
  const used = new Set<SymbolicTensor>();
  const visit = (x: SymbolicTensor): void => {
    if (inputs.includes(x)) used.add(x);
    else if (x.from === null)
      throw new ArgumentError(
        `functional: an output depends on the input ${x.name || formatBatchShape(x.shape)}, which is not among ` +
          "the inputs.",
      );
    else if (!order.has(x.from)) {
      for (const taken of symbolicLeaves(x.from.inputs)) visit(taken);
      order.add(x.from);
    }
  };
  for (const y of outputs) visit(y);
  const idle = inputs.find((x) => !used.has(x));
  if (idle)
    throw new ArgumentError(`functional: no output depends on the input ${idle.name || formatBatchShape(idle.shape)}.`);
  return [...order];
}

function activationOf(y: SymbolicTensor): string | null {
  if (y.from === null) return null;
  const { layer, inputs } = y.from as Application<Layer>;
  const name = layer.activationName();
  const [first] = symbolicLeaves(inputs);
  return name === null && first ? activationOf(first) : name;
}

type Numbered = Tree<number>;
const isNumber = (value: unknown): value is number => typeof value === "number";

/** Makes the model again from its `config`. Throws {@link ArgumentError} where the parts do not fit. */
export function functionalFromConfig(config: any): Functional {
  const { inputs, layers, applications, outputs, ...options } = config ?? {};
  if (!Array.isArray(layers) || !Array.isArray(applications))
    throw new ArgumentError("expected a functional model with lists of layers and applications.");
  const tensors: SymbolicTensor[] = [];
  const find = (n: number): SymbolicTensor => {
    const found = tensors[n];
    if (found) return found;
    throw new ArgumentError(`expected the number of a tensor below ${tensors.length}, got ${n}.`);
  };
  const isInput = (part: unknown): part is { shape: number[]; dtype: DType; name: string } =>
    typeof part === "object" && part !== null && Array.isArray((part as { shape?: unknown }).shape);
  const given = mapTree(inputs as Tree<{ shape: number[]; dtype: DType; name: string }>, isInput, (part) => {
    if (!dtypes.includes(part.dtype)) throw new ArgumentError(`unknown dtype ${describe(part.dtype)} of an input.`);
    const x = input(checkExampleShape("functional", part.shape), { dtype: part.dtype, name: part.name });
    tensors.push(x);
    return x;
  });
  const byName = new Map<unknown, Layer>(
    (layers as (LayerJson & { name: string })[]).map(({ name, ...json }) => [name, layerFromJson(json)]),
  );
  for (const application of applications as { layer: string; inputs: Numbered }[]) {
    const layer = byName.get(application?.layer);
    if (!layer) throw new ArgumentError(`expected the name of a layer, got ${describe(application?.layer)}.`);
    const taken = mapTree(application.inputs, isNumber, find);
    tensors.push(...leavesOf(layer.apply(taken as never) as Tree<SymbolicTensor>, isSymbolic));
  }
  return new Functional({ ...options, inputs: given, outputs: mapTree(outputs as Numbered, isNumber, find) });
}
