// The version in package.json.
import { createRequire } from "node:module";

export const { version } = createRequire(import.meta.url)("nabla/package.json") as { readonly version: string };
