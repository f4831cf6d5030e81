// The WebAssembly device: one memory, one arena that all programs share, the thread pool, and the features of the
// engine.

import { setting } from "../../../debug.ts";
import { ArgumentError } from "../../../errors.ts";
import type { Capabilities } from "../../backend.ts";
import { FunctionBuilder, ModuleBuilder } from "../assemble/assembler.ts";
import { instructions } from "../assemble/instructions.ts";
import type { Target } from "../print/target.ts";
import { mostThreads } from "./control.ts";
import { canShare, coreCount, serveIsolated } from "./environment.ts";
import { DeviceMemory } from "./memory.ts";
import { ThreadPool } from "./threads.ts";

/** Features of the WebAssembly engine. */
export interface EngineFeatures {
  /** True if it has 128-bit vectors. */
  readonly simd: boolean;
  /** True if it has the relaxed instructions, a multiply-add among them. */
  readonly relaxedSimd: boolean;
  /** True if the engine has been told to join pairs of 128-bit operations. */
  readonly joinsPairs: boolean;
}

/** True if the engine accepts a module with one function whose body is `code`. */
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

/**
 * Detects the features. Node before 22 has relaxed SIMD behind a flag, which is set here if nothing is compiled yet.
 */
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
 * Tells V8 to join pairs of 128-bit operations into one of 256 bits, which it can in Node on x64 from version 13 on (V8
 * 12 knows the flag, and gains nothing). NABLA_REVECTORIZE=0 does not set it.
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
    if (!canShare) limits.push(`one thread: this page is not isolated from other origins. ${serveIsolated}`);
    if (!features.relaxedSimd)
      limits.push(
        "no relaxed SIMD: products are added with two roundings, and the last bits differ from engines that have it",
      );
    const { threads } = this;
    this.target = {
      fusedMultiplyAdd: features.relaxedSimd && multipliesAndAddsInOne(this.memory),
      joinsPairs: features.joinsPairs,
    };
    this.capabilities = {
      dtypes: ["float32", "int32", "uint32", "bool", "uint8", "float16", "bfloat16"],
      vectorBits: this.target.joinsPairs ? 256 : 128,
      fusedMultiplyAdd: this.target.fusedMultiplyAdd,
      limits,
      get threads() {
        return threads.size;
      },
    };
  }

  /** Sets the number of threads from the next program on. */
  setThreads(count: number): void {
    if (!Number.isInteger(count) || count < 1 || count > mostThreads)
      throw new ArgumentError(`threads: expected an integer from 1 to ${mostThreads}, got ${count}.`);
    if (count > 1 && !canShare) throw new ArgumentError(`threads: ${this.capabilities.limits[0]}.`);
    this.threads.resize(count);
  }

  /** A unique number for a program. */
  nextProgram(): number {
    return ++this.#programs;
  }

  /** Address of the working memory for a program that is about to run. Its contents are lost after the run. */
  arena(bytes: number): number {
    if (bytes > this.#arenaBytes) {
      // No contents are kept, so that the new arena may overlap the old one.
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
 * Measures if a relaxed multiply-add rounds once: (1 + 2⁻¹²)² − (1 + 2⁻¹¹) is 2⁻²⁴ if it does, and 0 if the product is
 * rounded first.
 */
function multipliesAndAddsInOne(deviceMemory: DeviceMemory): boolean {
  const { memory, shared } = deviceMemory;
  const at = deviceMemory.allocate(16);
  const f = new FunctionBuilder("probe", []);
  f.i32(at)
    .splat(1 + 2 ** -12, "f32")
    .splat(1 + 2 ** -12, "f32")
    .splat(-(1 + 2 ** -11), "f32")
    .emit("f32x4.relaxed_madd")
    .emit("v128.store", 0);
  const module = new ModuleBuilder();
  module.export("probe", module.add(f));
  try {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(module.encode(shared)), { nabla: { memory } });
    (instance.exports["probe"] as () => void)();
  } catch {
    // A page's policy may forbid WebAssembly. The first program, which is compiled with the same rights, says so.
  }
  deviceMemory.free(at);
  return new Float32Array(memory.buffer, at, 1)[0] === 2 ** -24;
}
