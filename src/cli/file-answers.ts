// The answers of a recipe's model to files: those to the files that can be read first, what was wrong with others last.
import type { Part } from "../../recipes/tools/part.ts";
import type { Recipe } from "../../recipes/tools/recipe.ts";
import { ArgumentError, FileError } from "../errors.ts";
import type { Model } from "../models/model.ts";

/** Asks about one file after another, or about all at once; pushes what is wrong with a file to `failures`. */
export async function* fileAnswers(
  recipe: Pick<Recipe, "predict" | "answersTogether">,
  model: Model,
  files: readonly string[],
  failures: Error[],
): AsyncIterable<Part> {
  for (const asked of recipe.answersTogether ? [files] : files.map((file) => [file]))
    try {
      yield* recipe.predict!(model, { files: asked, seed: 1 });
    } catch (error) {
      if (!(error instanceof FileError || error instanceof ArgumentError)) throw error;
      failures.push(error);
    }
}
