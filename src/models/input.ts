// The symbolic input of a functional model.
import type { DType } from "../dtype.ts";
import { dtypes } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { checkExampleShape } from "../nn/core/input.ts";
import { SymbolicTensor } from "../nn/tree/symbolic.ts";
import { checkName, checkOptions, describe } from "../options.ts";
import type { Shape } from "../shape.ts";

/** The options of {@link input}. */
export interface InputOptions {
  /** The name in messages. Default: none. */
  readonly name?: string;
  /** The dtype of the data. Default: "float32". */
  readonly dtype?: DType;
}

/**
 * The input of a functional model: a symbolic tensor `[batch, ...shape]`, to which layers are applied.
 *
 * @throws ArgumentError for anything but a shape
 * @example
 * const image = input([28, 28]);
 * const scores = layers.dense(10).apply(layers.flatten().apply(image));
 * const classifier = functional({ inputs: image, outputs: scores });
 */
export function input(shape: Shape, options: InputOptions = {}): SymbolicTensor {
  checkOptions("input", options, ["name", "dtype"]);
  const { name = "", dtype = "float32" } = options;
  if (!dtypes.includes(dtype))
    throw new ArgumentError(`input: dtype: expected one of ${dtypes.join(", ")}, got ${describe(dtype)}.`);
  return new SymbolicTensor(checkExampleShape("input", shape), dtype, null, checkName("input", name));
}
