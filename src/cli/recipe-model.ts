// Loads a model together with the recipe that trained it, whose layers it may need.
import type { Recipe } from "../../recipes/tools/recipe.ts";
import { loadModel } from "../models/load-model.ts";
import type { Model } from "../models/model.ts";
import { readModel } from "../models/model-file.ts";
import { loadRecipe, recipeNames } from "./recipes.ts";

/** A saved model, and its recipe; null where a program of the user's trained it. */
export interface RecipeModel {
  readonly model: Model;
  readonly recipe: Recipe | null;
  /** The variant of the recipe that it is. */
  readonly variant: string | undefined;
}

/** Reads a model's file. Throws {@link FileError} as `loadModel` does. */
export async function loadRecipeModel(file: string): Promise<RecipeModel> {
  const { dataInfo } = await readModel(file, false);
  const name = dataInfo.about?.["recipe"];
  // Layers of a recipe's own are registered when its file is loaded.
  const recipe = typeof name === "string" && recipeNames().includes(name) ? await loadRecipe(name) : null;
  const variant = dataInfo.about?.["variant"];
  return { model: await loadModel(file), recipe, variant: typeof variant === "string" ? variant : undefined };
}
