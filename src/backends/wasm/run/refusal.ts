// The sentence for a page that forbids WebAssembly, which only such a page loads.
import { NablaError } from "../../../errors.ts";

/**
 * Throws the error of an engine that did not compile a module: a {@link NablaError} with advice where the page's
 * content security policy forbids WebAssembly, which each engine says in its own words; else the error itself.
 */
export function throwRefusal(error: unknown): never {
  if (!/unsafe-eval|CSP/.test(String(error))) throw error;
  throw new NablaError(
    "WebAssembly: expected a page that may compile it, got one whose Content-Security-Policy forbids that. " +
      "Add 'wasm-unsafe-eval' to its script-src.",
    { cause: error },
  );
}
