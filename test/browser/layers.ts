// Every layer and every function of `linalg`, in a page and in Node: the checks, and hashes of the numbers.
import { setThreads } from "../../src/index.ts";
import { checkLayer, layerNumbers } from "../check-layer.ts";
import { layerCases } from "../layer-cases/index.ts";
import { checkGolden, goldenName, type LayerGolden } from "../layer-goldens.ts";
import { linalgCases, linalgNumbers } from "../linalg-cases.ts";

/** The hash of the numbers, or the message of what went wrong, by the name of the case. */
type Results = Record<string, string>;

async function attempt(results: Results, name: string, act: () => Promise<string>): Promise<void> {
  results[name] = await act().catch((error: Error) => `${error.name}: ${error.message}`);
}

async function hashOf(arrays: readonly ArrayBufferView[]): Promise<string> {
  const bytes = new Uint8Array(await new Blob(arrays as ArrayBufferView<ArrayBuffer>[]).arrayBuffer());
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `${bytes.length} bytes ${Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** The hashes of what is computed of every case. */
export async function runNumbers(threads?: number): Promise<Results> {
  if (threads !== undefined) setThreads(threads);
  const results: Results = {};
  for (const [name, layerCase] of Object.entries(layerCases))
    await attempt(results, name, async () => hashOf(await layerNumbers(layerCase)));
  for (const name of Object.keys(linalgCases) as (keyof typeof linalgCases)[])
    await attempt(results, `linalg.${name}`, async () => hashOf(await linalgNumbers(name)));
  return results;
}

/** Checks every layer whole, and holds layers to these goldens. */
export async function runChecks(goldens: readonly LayerGolden[]): Promise<Results> {
  const results: Results = {};
  for (const [name, layerCase] of Object.entries(layerCases))
    await attempt(results, name, () => checkLayer(layerCase).then(() => "passed"));
  for (const [i, golden] of goldens.entries())
    await attempt(results, goldenName(golden, i), () => checkGolden(golden).then(() => "passed"));
  return results;
}
