// Node's modules, loaded when they are needed, so that every file of src/ also loads in a browser.
import { FileError } from "../errors.ts";

interface NodeModules {
  readonly "node:crypto": typeof import("node:crypto");
  readonly "node:fs": typeof import("node:fs");
  readonly "node:module": typeof import("node:module");
  readonly "node:os": typeof import("node:os");
  readonly "node:path": typeof import("node:path");
  readonly "node:zlib": typeof import("node:zlib");
}

/**
 * One of Node's modules; the error names the `purpose` that needs it.
 *
 * Throws {@link FileError} in a browser, and if Node is older than 20.16.
 *
 * @example
 * const { join } = nodeModule("node:path", "reading files");
 */
export function nodeModule<Name extends keyof NodeModules>(name: Name, purpose: string): NodeModules[Name] {
  const load = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process?.getBuiltinModule;
  const found = typeof load === "function" ? load(name) : undefined;
  if (found === undefined) {
    throw new FileError(
      `${purpose} needs Node 20.19 or later: there is no file system to use here (a browser has none).`,
    );
  }
  return found as NodeModules[Name];
}
