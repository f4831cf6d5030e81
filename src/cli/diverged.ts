// The error of a training that ended with numbers that are none, which no loss has told of.
import type { RecipeResult } from "../../recipes/tools/recipe.ts";
import { NumericError } from "../errors.ts";
import { parametersIn } from "../nn/tree/structure.ts";

/**
 * Checks the weights and the measures of a result: `fit` looks at the losses, but the last step changes weights after
 * its loss, and loops of a recipe's own may have none.
 *
 * @throws NumericError that names what is not finite, and says what to lower
 */
export async function checkFinite({ model, evaluation }: RecipeResult, learningRate: number): Promise<void> {
  const wrong = await firstNotFinite(model, evaluation);
  if (wrong !== null)
    throw new NumericError(
      `the training diverged: ${wrong} after the last step. Try a smaller --learning-rate (it is ${learningRate}).`,
    );
}

async function firstNotFinite(
  model: RecipeResult["model"],
  evaluation: RecipeResult["evaluation"],
): Promise<string | null> {
  for (const { path, parameter } of parametersIn(model)) {
    const values = await parameter.value.data();
    if (!values.every((value) => Number.isFinite(Number(value)))) return `the weights ${path} are not finite`;
  }
  const measure = Object.keys(evaluation).find((name) => Number.isNaN(evaluation[name]));
  return measure === undefined ? null : `${measure} is not a number`;
}
