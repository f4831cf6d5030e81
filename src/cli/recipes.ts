// The recipes: every file of the recipes folder, found by its name.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { didYouMean } from "../errors.ts";
import type { Recipe } from "../train/recipe.ts";
import { UsageError } from "./failure.ts";

// The same beside src/ and beside dist/src/.
const folder = new URL("../../recipes/", import.meta.url);

/** The names of all recipes, in the order of the alphabet. */
export function recipeNames(): string[] {
  const names = readdirSync(fileURLToPath(folder)).map((file) => /^([\w-]+)\.(?:js|ts)$/.exec(file)?.[1]);
  return names.filter((name) => name !== undefined).sort();
}

/** The recipe of a name. Throws {@link UsageError} with the nearest name for any other. */
export async function loadRecipe(name: string): Promise<Recipe> {
  const known = recipeNames();
  if (!known.includes(name))
    throw new UsageError(`unknown recipe "${name}".${didYouMean(name, known)} Known: ${known.join(", ")}.`);
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const { recipe } = (await import(new URL(`${name}.${extension}`, folder).href)) as { recipe: Recipe };
  return recipe;
}
