// The WebAssembly device: one memory, one arena that all programs share, and what the engine can do.

import { setting } from "../../../debug.ts";
import { ArgumentError } from "../../../errors.ts";
import type { Capabilities } from "../../backend.ts";
import { FunctionBuilder, ModuleBuilder } from "../assemble/assembler.ts";
import { instructions } from "../assemble/instructions.ts";
import type { Target } from "../print/target.ts";
import { mostThreads } from "./control.ts";
import { DeviceMemory } from "./memory.ts";
import { canShare, coreCount } from "./surroundings.ts";
import { ThreadPool } from "./threads.ts";

/** Whether the engine has 128-bit vectors, and whether it adds products with one rounding. */
export interface EngineFeatures {
  readonly simd: boolean;
  readonly relaxedSimd: boolean;
  /** Whether the engine has been told to join pairs of 128-bit operations. */
  readonly joinsPairs: boolean;
}

/** A module with one function whose body is `code`, or the question whether the engine takes it. */
const takes = (code: readonly number[]): boolean =>
  WebAssembly.validate(
    Uint8Array.from([
      0,
      0x61,
      0x73,
      0x6d,
      1,
      0,
      0,
      0,
      1,
      4,
      1,
      0x60,
      0,
      0,
      3,
      2,
      1,
      0,
      10,
      code.length + 4,
      1,
      code.length + 2,
      0,
      ...code,
      0x0b,
    ]),
  );

const zero = [0xfd, 12, ...new Array<number>(16).fill(0)];
const drop = 0x1a;

/** Asks the engine. On Node before 22 relaxed SIMD is behind a flag, which is set here if nothing has been compiled yet. */
export function engineFeatures(): EngineFeatures {
  const joinsPairs = joinPairs();
  const relaxed = [...zero, ...zero, ...zero, ...instructions["f32x4.relaxed_madd"].code, drop];
  if (!takes(relaxed)) {
    const { process } = globalThis as {
      process?: { getBuiltinModule?: (name: string) => { setFlagsFromString?: (flag: string) => void } | undefined };
    };
    process?.getBuiltinModule?.("node:v8")?.setFlagsFromString?.("--experimental-wasm-relaxed-simd");
  }
  return { simd: takes([...zero, drop]), relaxedSimd: takes(relaxed), joinsPairs };
}

interface NodeProcess {
  readonly arch: string;
  readonly versions: { readonly v8?: string };
  getBuiltinModule?: (name: string) => { setFlagsFromString?: (flag: string) => void } | undefined;
}

/**
 * Tells V8 to join pairs of 128-bit operations into one of 256 bits, where it can: in Node on x64, from the versions on in which
 * it does so for these loops (V8 12 knows the flag, and gains nothing). NABLA_REVECTORIZE=0 leaves it alone.
 */
function joinPairs(): boolean {
  const { process } = globalThis as { process?: NodeProcess };
  const version = Number.parseInt(process?.versions?.v8 ?? "0", 10);
  if (process?.arch !== "x64" || version < 13 || !process.getBuiltinModule || setting("NABLA_REVECTORIZE", 1) === 0)
    return false;
  process.getBuiltinModule("node:v8")?.setFlagsFromString?.("--experimental-wasm-revectorize");
  return true;
}

export class WasmDevice {
  readonly memory = new DeviceMemory(canShare);
  readonly threads: ThreadPool;
  readonly target: Target;
  readonly capabilities: Capabilities;
  #arena = 0;
  #arenaBytes = 0;
  #programs = 0;

  constructor(features: EngineFeatures) {
    const limits: string[] = [];
    this.threads = new ThreadPool(
      this.memory,
      canShare ? Math.min(mostThreads, setting("NABLA_THREADS") || coreCount()) : 1,
    );
    if (!canShare)
      limits.push(
        "one thread: this page is not isolated from other origins, so that threads cannot share memory. Serve it with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp",
      );
    if (!features.relaxedSimd)
      limits.push(
        "this engine has no relaxed SIMD: products are added with two roundings, and results differ in the last bits from engines that have it",
      );
    const { threads } = this;
    this.target = { fused: features.relaxedSimd && fusesProducts(this.memory), joinsPairs: features.joinsPairs };
    this.capabilities = {
      dtypes: ["float32", "int32", "uint32", "bool", "uint8"],
      vectorBits: this.target.joinsPairs ? 256 : 128,
      fusedMultiplyAdd: this.target.fused,
      limits,
      get threads() {
        return threads.size;
      },
    };
  }

  /** Chooses how many threads take part from the next program on. */
  setThreads(count: number): void {
    if (!Number.isInteger(count) || count < 1 || count > mostThreads)
      throw new ArgumentError(`threads: expected an integer from 1 to ${mostThreads}, got ${count}.`);
    if (count > 1 && !canShare) throw new ArgumentError(`threads: ${this.capabilities.limits[0]}.`);
    this.threads.resize(count);
  }

  /** A number for a program that no other has. */
  nextProgram(): number {
    return ++this.#programs;
  }

  /** Working memory for a program that is about to run. Its contents do not outlive the run. */
  arena(bytes: number): number {
    if (bytes > this.#arenaBytes) {
      // The contents are of no use, so that the new arena may take the place of the old one.
      if (this.#arenaBytes > 0) this.memory.free(this.#arena);
      this.#arenaBytes = 0;
      this.#arena = this.memory.allocate(bytes);
      this.#arenaBytes = bytes;
    }
    return this.#arena;
  }

  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.memory.buffer, address, length);
  }
}

/**
 * Whether a relaxed multiply-add rounds once here. (1 + 2⁻¹²)² − (1 + 2⁻¹¹) is 2⁻²⁴ where it does, and 0 where the product
 * is rounded first.
 */
function fusesProducts(place: DeviceMemory): boolean {
  const { memory, shared } = place;
  const at = place.allocate(16);
  const f = new FunctionBuilder("probe", []);
  f.i32(at)
    .splat(1 + 2 ** -12, "f32")
    .splat(1 + 2 ** -12, "f32")
    .splat(-(1 + 2 ** -11), "f32")
    .emit("f32x4.relaxed_madd")
    .emit("v128.store", 0);
  const module = new ModuleBuilder();
  module.export("probe", module.add(f));
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.encode(shared)), { nabla: { memory } });
  (instance.exports["probe"] as () => void)();
  place.free(at);
  return new Float32Array(memory.buffer, at, 1)[0] === 2 ** -24;
}
