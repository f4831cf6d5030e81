// The call of a tree of layers: the context that travels through it, and the inference of shapes.
import type { DType } from "../../dtype.ts";
import { ArgumentError, DTypeError, NablaError, ShapeError } from "../../errors.ts";
import { foldIn, type Key } from "../../functions/random.ts";
import { placeholder } from "../../ops/index.ts";
import { withScope } from "../../ops/op.ts";
import { checkNotAsync, describe } from "../../options.ts";
import { tracing } from "../../runtime/trace.ts";
import { formatShape, type Shape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import { zip } from "../../zip.ts";
import type { Regularizer } from "../weights/regularizers.ts";
import { whileInferring } from "./store.ts";
import { type Holder, hashPath, layersIn, type Placed } from "./structure.ts";
import {
  formatShapes,
  isShape,
  isTensor,
  leavesOf,
  mapTree,
  type Shapes,
  shapesOf,
  type Tensors,
  type Tree,
  tensorsOf,
} from "./tree.ts";

/** The masks of tensors, in the form of the tensors: null for a tensor without one. */
export type Masks = Tree<Tensor | null>;

/** The context in which a layer computes. */
export interface CallContext {
  /** True during `fit`. Dropout does nothing otherwise. */
  readonly training: boolean;
  /** False if the layer, or one that holds it, is frozen. */
  readonly trainable: boolean;
  /**
   * A random key of this layer and this step; null outside training. It follows from the layer's path: layers that are
   * put before this one do not change it. A layer that is called twice gets another key the second time.
   */
  readonly key: Key | null;
  /** The masks of the inputs, bool `[batch, steps]`: false where a step is padding. Null without any. */
  readonly mask: Masks | null;
  /** The place of the layer in the model that is called: `encoder/dropout_1`. */
  readonly path: string;
  /** Adds a number to the loss that is trained on. */
  addLoss(loss: Tensor): void;
}

/** The options of a call from outside. */
export interface CallOptions {
  /** Lets layers act as in training: dropout, statistics of the batch. Default: false. */
  readonly training?: boolean;
  /** The random key of this call, without which dropout does nothing. */
  readonly key?: Key | null;
  /** The mask of the inputs, bool `[batch, steps]`: false where a step is padding. Default: none. */
  readonly mask?: Masks | null;
  /** Called with the output of each layer, in the order in which they are computed. */
  readonly onOutput?: (output: LayerOutput) => void;
  /** Gives what takes the place of the output of each layer. Default: the output itself. */
  readonly through?: (output: LayerOutput) => Tensors;
}

/** The output of one layer in a call. */
export interface LayerOutput<L extends Callable = any> {
  readonly layer: L;
  readonly path: string;
  readonly inputs: Tensors;
  readonly output: Tensors;
  /** The call of the layer that called it; null for the root. */
  readonly outer: CallFrame | null;
}

/** One call of a layer that is in progress, which tells apart several calls of one layer. */
export interface CallFrame {
  readonly path: string;
  /** The call of the layer that made this call; null for the root. */
  readonly outer: CallFrame | null;
}

/** A layer, as a call sees it. */
export interface Callable extends Holder {
  readonly name: string;
  readonly activityRegularizer: Regularizer | null;
  prepare(inputShapes: Shapes): void;
  call(inputs: any, context: CallContext): Tensors;
  computeMask(inputs: any, mask: Masks | null): Masks | null | undefined;
}

/** The results of a call beside its output. */
export interface CallResult {
  readonly output: Tensors;
  /** The mask of the output, or null. */
  readonly mask: Masks | null;
  /** The numbers that layers added to the loss. */
  readonly losses: readonly Tensor[];
}

/** The layer that is computing now, if any. */
let active: (CallFrame & { readonly call: Call; readonly training: boolean; readonly depth: number }) | null = null;

/** Calls within more calls than this are those of a layer that applies itself without end. */
const deepest = 250;

/** The call in progress. */
export const currentCall = (): Call | null => active?.call ?? null;
/** True while shapes are inferred, for a batch whose size says nothing: no state may be taken from it. */
export const isInferring = (): boolean => active?.call.isInference ?? false;
/** The path of the layer that is computing now. */
export const currentPath = (): string | null => active?.path ?? null;

/** One call of a root and of all layers below it. */
export class Call {
  readonly #root: Callable;
  readonly #options: CallOptions;
  readonly #masks = new WeakMap<Tensor, Tensor>();
  readonly #givers = new WeakMap<Tensor, string>();
  readonly #counts = new Map<string, number>();
  readonly #losses: Tensor[] = [];
  /** True if it only infers shapes. */
  readonly isInference: boolean;
  #places: ReadonlyMap<Holder, Placed<Holder>> = new Map();

  constructor(root: Callable, options: CallOptions, isInference = false) {
    this.#root = root;
    this.#options = options;
    this.isInference = isInference;
  }

  /** Calls the root. */
  result(inputs: Tensors): CallResult {
    const outer = active;
    active = null;
    this.#keepMask(inputs, this.#options.mask ?? null);
    try {
      const output = this.apply(this.#root, inputs);
      return { output, mask: this.#maskOf(output), losses: this.#losses };
    } finally {
      active = outer;
    }
  }

  /** Calls one layer of the tree. */
  apply(layer: Callable, inputs: Tensors, options: Pick<CallOptions, "training" | "mask"> = {}): Tensors {
    const { path, trainable } = this.#placeOf(layer);
    const given = tensorsOf(`${layer.describe()}: inputs`, inputs);
    const training = options.training ?? active?.training ?? this.#options.training ?? false;
    const mask = options.mask ?? this.#maskOf(inputs);
    const outer = active;
    const depth = (outer?.depth ?? 0) + 1;
    if (depth > deepest)
      throw new NablaError(
        `${layer.describe()} is called within its own call, ${deepest} calls deep: a layer must not apply itself, ` +
          "nor a layer that applies it.",
      );
    active = { call: this, path, training, outer, depth };
    try {
      const scope = outer && path.startsWith(`${outer.path}/`) ? path.slice(outer.path.length + 1) : path;
      layer.prepare(shapesOf(inputs));
      const run = () => layer.call(inputs, this.#context(path, training, trainable, mask));
      const masked = () => (options.mask ? this.#withMask(given, inputs, options.mask, run) : run());
      const output = scope === "" ? masked() : withScope(scope, masked);
      for (const y of tensorsOf(`${layer.describe()}: call`, output)) if (path !== "") this.#givers.set(y, path);
      const itsMask = layer.computeMask(inputs, mask);
      checkNotAsync(`${layer.describe()}: computeMask`, itsMask);
      this.#keepMask(output, itsMask);
      this.#penalize(layer, output);
      const seen: LayerOutput = { layer, path, inputs, output, outer };
      this.#options.onOutput?.(seen);
      return this.#options.through?.(seen) ?? output;
    } catch (error) {
      throw located(error, layer, inputs, [...new Set(given.flatMap((x) => this.#givers.get(x) ?? []))]);
    } finally {
      active = outer;
    }
  }

  #context(path: string, training: boolean, trainable: boolean, mask: Masks | null): CallContext {
    const { key: root } = this.#options;
    const nth = (): number => {
      const n = this.#counts.get(path) ?? 0;
      this.#counts.set(path, n + 1);
      return n;
    };
    const losses = this.#losses;
    let key: Key | null | undefined;
    return {
      training,
      trainable,
      mask,
      path,
      get key() {
        if (key === undefined) key = root ? keyOfPath(root, path, nth()) : null;
        return key;
      },
      addLoss(loss) {
        const one = loss instanceof Tensor ? loss : null;
        if (one?.size !== 1) {
          const got = one ? `a tensor ${formatShape(one.shape)}; take its mean or sum` : describe(loss);
          throw new ShapeError(`addLoss: expected a tensor with one number, got ${got}.`);
        }
        losses.push(one.reshape([]));
      },
    };
  }

  #placeOf(layer: Callable): Placed<Holder> {
    const known = this.#places.get(layer);
    if (known !== undefined) return known;
    // The tree may have grown: a layer may make others in its `build`.
    this.#places = new Map(layersIn<Holder>(this.#root).map((placed) => [placed.layer, placed]));
    const place = this.#places.get(layer);
    if (place !== undefined) return place;
    throw new NablaError(
      `${layer.describe()} is called in ${this.#root.describe()}, which does not hold it: keep it in a field of the ` +
        "layer that calls it (not a #private one), alone or in an array or object, so that its weights are found.",
    );
  }

  /** Adds a layer's penalty on its outputs to the loss, as a mean over the examples. */
  #penalize({ activityRegularizer }: Callable, output: Tensors): void {
    if (!activityRegularizer) return;
    for (const y of tensorsOf("activityRegularizer", output))
      this.#losses.push(activityRegularizer.call(y).mul(1 / (y.shape[0] ?? 1)));
  }

  #maskOf(tree: Tensors): Masks | null {
    const masks = mapTree(tree, isTensor, (x) => this.#masks.get(x) ?? null);
    return isNullMask(masks) ? null : masks;
  }

  /** Runs a layer that is given a mask of its own: those that it calls with the same inputs see that mask, too. */
  #withMask<T>(given: readonly Tensor[], inputs: Tensors, mask: Masks, run: () => T): T {
    const before = given.map((x) => this.#masks.get(x));
    this.#keepMask(inputs, mask);
    try {
      return run();
    } finally {
      for (const [x, own] of zip(given, before)) {
        if (own) this.#masks.set(x, own);
        else this.#masks.delete(x);
      }
    }
  }

  #keepMask(output: Tensors, mask: Masks | null | undefined): void {
    if (mask === null || mask === undefined) return;
    const outputs = tensorsOf("mask", output);
    const masks = leavesOf(mask, (m): m is Tensor | null => m === null || m instanceof Tensor);
    outputs.forEach((y, i) => {
      const own = masks[i];
      // A mask of other steps than the output has says nothing of it.
      if (own?.shape.every((n, axis) => n === y.shape[axis])) this.#masks.set(y, own);
    });
  }
}

function isNullMask(masks: Masks): boolean {
  return leavesOf(masks, (m): m is Tensor | null => m === null || m instanceof Tensor).every((m) => m === null);
}

/** A random key for a path; `nth` tells several calls of one layer apart. */
export function keyOfPath(root: Key, path: string, nth = 0): Key {
  const [high, low] = hashPath(path);
  const own = foldIn(foldIn(root, high), low);
  return nth === 0 ? own : foldIn(own, nth);
}

/** Errors that already say where they arose. */
const placed = new WeakSet<object>();

/** Adds to an error of a layer where it arose, and which layers gave the inputs. */
function located(error: unknown, layer: Callable, inputs: Tensors, givers: readonly string[]): unknown {
  const Class = [ShapeError, DTypeError, ArgumentError].find((Class) => error instanceof Class);
  if (!Class || placed.has(error as object)) return error;
  const { message } = error as NablaError;
  const isNamed = message.startsWith("layer ") || message.startsWith("model ");
  const from = givers.join(" and ");
  const shapes = `The inputs are ${formatShapes(shapesOf(inputs))}${from ? `, from ${from}` : ""}.`;
  const near = isNamed ? (from ? ` The inputs come from ${from}.` : "") : ` ${shapes}`;
  const where = isNamed ? "" : `${layer.describe()}: `;
  const result = new Class(`${where}${message}${/[.!?]$/.test(message) ? "" : "."}${near}`, { cause: error });
  placed.add(result);
  return result;
}

/** The number of examples in the batch by which shapes are inferred. */
const probed = 2;

/** The shapes and dtypes of one example of each output. */
export interface Inferred {
  readonly output: Tree<{ readonly shape: readonly number[]; readonly dtype: DType }>;
}

/** A batch of tensors that have no numbers, for shapes of examples in any form. */
function blank(shapes: Shapes, dtypes: readonly DType[]): Tensors {
  let index = 0;
  return mapTree<Shape, Tensor>(shapes, isShape, (shape) => {
    const dtype = dtypes[index] ?? "float32";
    return new Tensor(placeholder(index++, [probed, ...shape], dtype));
  });
}

/** Runs `body` while shapes are inferred; what it assigns is forgotten. */
const inferring = <T>(firstId: number, body: () => T): T =>
  whileInferring(() => tracing({ reads: new Map(), assigned: new Map(), firstId }, body));

/** A function of tensors that have no numbers: all layers that it calls declare their parameters. */
export function inferIn(shapes: Shapes, dtypes: readonly DType[], body: (inputs: Tensors) => unknown): void {
  const inputs = blank(shapes, dtypes);
  inferring(tensorsOf("inputs", inputs)[0]?.node.id ?? 0, () => body(inputs));
}

/**
 * Infers the shapes of a layer's outputs: calls it once with tensors that have no numbers, so that all layers below
 * declare their parameters. Nothing is computed, and no weights are made.
 */
export function infer(
  layer: Callable,
  shapes: Shapes,
  dtypes: readonly DType[],
  options: Pick<CallOptions, "onOutput" | "through"> = {},
): Inferred["output"] {
  const inputs = blank(shapes, dtypes);
  const call = new Call(layer, options, true);
  const { output } = inferring(tensorsOf("inputs", inputs)[0]?.node.id ?? 0, () => call.result(inputs));
  return mapTree(output, isTensor, ({ shape, dtype }) => {
    if (shape[0] === probed) return { shape: shape.slice(1), dtype };
    throw new ShapeError(
      `${layer.describe()}: expected an output whose first axis is the batch, ` +
        `got ${formatShape(shape)} for a batch of ${probed}.`,
    );
  });
}
