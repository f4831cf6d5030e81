// The recipes: every file of the recipes folder, found by its name.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Dataset } from "../data/dataset.ts";
import type { MnistProgress } from "../data/mnist.ts";
import { didYouMean } from "../errors.ts";
import type { Recipe, RecipeOptions } from "../train/recipe.ts";
import { UsageError } from "./failure.ts";

/** What a recipe is told by the command line. */
export interface RecipeRunOptions extends RecipeOptions {
  /** Called while the recipe's data are downloaded. */
  readonly onDownload?: ((progress: MnistProgress) => void) | undefined;
}

/** What a file of the recipes folder exports. */
export interface RecipeModule {
  readonly recipe: Recipe;
  /** The data that the recipe trains on, and those it holds out. */
  loadData(options?: RecipeRunOptions): Promise<{ train: Dataset; test: Dataset }>;
}

// The same beside src/ and beside dist/src/.
const folder = new URL("../../recipes/", import.meta.url);

/** The names of all recipes, in the order of the alphabet. */
export function recipeNames(): string[] {
  const names = readdirSync(fileURLToPath(folder)).map((file) => /^([\w-]+)\.(?:js|ts)$/.exec(file)?.[1]);
  return names.filter((name) => name !== undefined).sort();
}

/** The recipe of a name. Throws {@link UsageError} with the nearest name for any other. */
export async function loadRecipe(name: string): Promise<RecipeModule> {
  const known = recipeNames();
  if (!known.includes(name)) throw new UsageError(`unknown recipe "${name}".${didYouMean(name, known)} Known: ${known.join(", ")}.`);
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return (await import(new URL(`${name}.${extension}`, folder).href)) as RecipeModule;
}
