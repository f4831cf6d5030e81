// What surrounds this code: Node or a page, a thread that may sleep or one that may not, cores, shared memory.
import { mostThreads } from "./control.ts";

/** The parts of Node that are used, where there is Node. */
interface NodeModules {
  getBuiltinModule?: (name: string) => any;
}

export const node = (globalThis as { process?: NodeModules & { versions?: { node?: string } } }).process;
export const isNode = node?.versions?.node !== undefined;

/** Whether this thread may sleep: a page's main thread may not, and must never be held for long. */
export const mayBlock =
  isNode || typeof (globalThis as { WorkerGlobalScope?: unknown }).WorkerGlobalScope !== "undefined";

/** Whether threads can share memory here: in Node always, in a page where it is isolated from other origins. */
export const canShare =
  typeof SharedArrayBuffer !== "undefined" &&
  (isNode || (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true);

/** The cores that there are. */
export function coreCount(): number {
  const cores: number =
    node?.getBuiltinModule?.("node:os")?.availableParallelism?.() ??
    (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ??
    1;
  return Math.max(1, Math.min(mostThreads, cores));
}
