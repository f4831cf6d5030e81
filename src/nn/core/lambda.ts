// Layers that return their input, or apply a function of the user's own.
import { ArgumentError, didYouMean, quote } from "../../errors.ts";
import { describe } from "../../options.ts";
import type { CallContext } from "../tree/call.ts";
import { Layer, type LayerOptions } from "../tree/layer.ts";
import type { Tensors } from "../tree/tree.ts";

/**
 * Returns its input as it is, a tensor or several. No parameters.
 *
 * @example layers.identity().apply(input([4])).shape; // [4]
 */
export class Identity<T extends Tensors = any> extends Layer<T, T> {
  override readonly className = "Identity";

  constructor(options: LayerOptions = {}) {
    super("identity", options);
  }

  call(x: T): T {
    return x;
  }

  override activationName(): null {
    return null;
  }
}

/** A function that a lambda layer applies, with the context of the call. */
export type LambdaFunction = (inputs: any, context: CallContext) => Tensors;

export interface LambdaConfig extends LayerOptions {
  /** A function of tensors, or the name under which one was registered. */
  readonly function: LambdaFunction | string;
}

const functions = new Map<string, LambdaFunction>();

/**
 * Names a function, so that files can hold the lambda layers that apply it. Programs that load such files register it
 * first.
 *
 * @throws ArgumentError if the name is taken, and for anything but a function
 * @example
 * registerFunction("halve", (x) => x.div(2));
 * await layers.lambda("halve").apply([[4, 6]]).array(); // [[2, 3]]
 */
export function registerFunction(name: string, f: LambdaFunction): void {
  if (typeof f !== "function") throw new ArgumentError(`registerFunction: expected a function, got ${describe(f)}.`);
  if (functions.has(name))
    throw new ArgumentError(`registerFunction: a function ${quote(name)} is already registered.`);
  functions.set(name, f);
}

/**
 * Applies a function of your own to its input: a tensor `[batch, ...]`, or several. No parameters; what the function
 * reads beside its input is not trained. The result has no mask.
 *
 * A file cannot hold a function: a model with this layer can be saved only if the function has a name by
 * `registerFunction`. Throws {@link ArgumentError} for a name that is not registered.
 *
 * @example await layers.lambda((x) => x.square()).apply([[2, 3]]).array(); // [[4, 9]]
 */
export class Lambda extends Layer {
  override readonly className = "Lambda";
  readonly #function: LambdaFunction;

  constructor(config: LambdaConfig) {
    super("lambda", config, ["function"]);
    const f = config.function;
    const named = typeof f === "string" ? functions.get(f) : f;
    if (typeof f === "string" && !named)
      throw new ArgumentError(
        `lambda: no function ${quote(f)} is registered.${didYouMean(f, [...functions.keys()])} ` +
          "Register it first: registerFunction(name, f).",
      );
    if (typeof named !== "function")
      throw new ArgumentError(`lambda: expected a function of tensors, or the name of one, got ${describe(f)}.`);
    this.#function = named;
  }

  call(inputs: Tensors, context: CallContext): Tensors {
    return this.#function(inputs, context);
  }

  override computeMask(): null {
    return null;
  }

  override config() {
    const found = [...functions].find(([, f]) => f === this.#function);
    if (found) return { function: found[0] };
    throw new ArgumentError(
      `${this.describe()}: the function is one of your own, which a file cannot hold; give it a name by ` +
        "registerFunction(name, f), or write a layer class and register that.",
    );
  }
}
