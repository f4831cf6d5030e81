// The environment: Node or a page, a thread that may sleep or one that may not, cores, shared memory.
import { mostThreads } from "./control.ts";

/** The parts of Node that are used, if this is Node. */
interface NodeModules {
  getBuiltinModule?: (name: string) => any;
}

export const node = (globalThis as { process?: NodeModules & { versions?: { node?: string } } }).process;
export const isNode = node?.versions?.node !== undefined;

/** True if this thread may sleep. A page's main thread may not, and must never be blocked for long. */
export const mayBlock =
  isNode || typeof (globalThis as { WorkerGlobalScope?: unknown }).WorkerGlobalScope !== "undefined";

/** True if threads can share memory: always in Node, and in pages that are isolated from other origins. */
export const canShare =
  typeof SharedArrayBuffer !== "undefined" &&
  (isNode || (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true);

/** Advice for pages in which threads cannot share memory. */
export const serveIsolated =
  "Serve it with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";

/** Number of cores, at most {@link mostThreads}. */
export function coreCount(): number {
  const cores: number =
    node?.getBuiltinModule?.("node:os")?.availableParallelism?.() ??
    (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ??
    1;
  return Math.max(1, Math.min(mostThreads, cores));
}
