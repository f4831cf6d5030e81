// The shapes of models on the command line, which knows models of one input and one output.
import { ArgumentError } from "../errors.ts";
import type { Model } from "../models/model.ts";
import { isShape } from "../nn/tree/tree.ts";
import type { Shape } from "../shape.ts";

/** The shapes of one input and one output. Throws {@link ArgumentError} for a model of several. */
export function singleShapes(model: Model): { readonly inputShape: Shape; readonly outputShape: Shape } {
  const { inputShape, outputShape } = model.requireShapes();
  if (isShape(inputShape) && isShape(outputShape)) return { inputShape, outputShape };
  throw new ArgumentError(
    `model ${model.name} has several inputs or outputs; here it takes one of each. Use it from a program.`,
  );
}
