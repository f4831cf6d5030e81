// What the command line knows of its own package: its version, and the folder in which it lies.
import { createRequire } from "node:module";
import { dirname } from "node:path";

const require = createRequire(import.meta.url);

export const { version } = require("nabla/package.json") as { readonly version: string };

export const packageRoot = dirname(require.resolve("nabla/package.json"));

/** Where the recipes are loaded from: as TypeScript where this file is that too, otherwise as they were built. */
export const recipeFolder = import.meta.url.endsWith(".ts") ? "recipes" : "dist/recipes";
