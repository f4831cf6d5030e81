// Finds recipes by name: each file of the folder recipes/ is one.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Recipe } from "../../recipes/tools/recipe.ts";
import { didYouMean } from "../errors.ts";
import { UsageError } from "./failure.ts";
import { packageRoot, recipeFolder } from "./own-package.ts";

const folder = join(packageRoot, recipeFolder);

/** The names of all recipes, in alphabetical order. */
export function recipeNames(): string[] {
  const names = readdirSync(folder).map((file) => /^([\w-]+)\.(?:js|ts)$/.exec(file)?.[1]);
  return names.filter((name) => name !== undefined).sort();
}

/** Loads a recipe by name. Throws {@link UsageError} for an unknown name. */
export async function loadRecipe(name: string): Promise<Recipe> {
  const known = recipeNames();
  if (!known.includes(name))
    throw new UsageError(`unknown recipe "${name}".${didYouMean(name, known)} Known: ${known.join(", ")}.`);
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const { recipe } = (await import(pathToFileURL(join(folder, `${name}.${extension}`)).href)) as { recipe: Recipe };
  return recipe;
}
