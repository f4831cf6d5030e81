// The version of this Nabla, as package.json has it.
import { createRequire } from "node:module";

export const { version } = createRequire(import.meta.url)("nabla/package.json") as { readonly version: string };
