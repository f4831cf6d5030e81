// Finds npm packages that hold data: the user's project first, then wherever Nabla is installed.
import { FileError } from "../errors.ts";
import { nodeModule } from "./node-modules.ts";

/**
 * The folder of an installed package.
 *
 * Throws {@link FileError} in a browser, and, with the command that installs it, if the package is not there. `what`
 * begins the message: "the digits".
 *
 * @example
 * const folder = packageFolder("mnist", "the digits", "10,000 images, 21 MB");
 */
export function packageFolder(name: string, what: string, about: string): string {
  const { createRequire } = nodeModule("node:module", what);
  const { existsSync } = nodeModule("node:fs", what);
  const { join } = nodeModule("node:path", what);
  // Not every package exports its package.json, by which it could be resolved.
  for (const from of [join(process.cwd(), "package.json"), import.meta.url])
    for (const modules of createRequire(from).resolve.paths(name) ?? []) {
      const folder = join(modules, name);
      if (existsSync(join(folder, "package.json"))) return folder;
    }
  throw new FileError(`${what} are not on this machine: run "npm install ${name}" in your project (${about}).`);
}
