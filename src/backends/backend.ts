// The interface of a backend: storage for numbers, and the compilation of a graph into a program that runs there.
import type { Work } from "../compile/work.ts";
import type { DType, TypedArray } from "../dtype.ts";
import { NablaError } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";
import type { Shape } from "../shape.ts";

/** Numbers in a backend's own memory. Only the backend that allocated them knows their representation. */
export interface Storage {
  readonly shape: Shape;
  readonly dtype: DType;
}

/**
 * A run failed after its first write, so that the variables that it assigns are undefined. Any other error of
 * {@link Program.run} means that nothing has been written.
 */
export class InterruptedRun extends NablaError {}

/** A program as people look at it. */
export interface ReadableProgram {
  /** Kernels, plan and generated code of the program, for people to read. */
  describe(): Promise<ProgramDescription>;
}

/** A compiled graph. */
export interface Program extends ReadableProgram {
  /**
   * Runs the graph `steps` times in a row, with the same inputs; each run reads the variables as the one before left
   * them. `inputs` and `variables` have the order of the graph's own lists. Returns the outputs of the last run. Throws
   * {@link InterruptedRun} if it fails after the first write.
   */
  run(inputs: readonly TypedArray[], variables: readonly Storage[], steps: number): Promise<TypedArray[]>;
  /**
   * Runs the graph like {@link run}, kernel by kernel on one thread, and returns the time of each. A backend without
   * kernels returns none.
   */
  profile(inputs: readonly TypedArray[], variables: readonly Storage[], steps: number): Promise<KernelRun[]>;
  /** Frees the program's memory in the backend. It can still be described. */
  free(): void;
}

/** One run of one kernel; times are in milliseconds, and `start` counts from the beginning of the profile. */
export interface KernelRun {
  readonly step: number;
  readonly kernel: number;
  readonly start: number;
  readonly duration: number;
}

export interface ProgramDescription {
  /** The graph after simplification, as text. */
  readonly graph: string;
  /** The kernels in the order of execution, as text. */
  readonly kernels: readonly string[];
  /** The work of each kernel. */
  readonly work: readonly Work[];
  /** The address of each buffer in the arena, as text. */
  readonly plan: string;
  /** The generated code, as text. */
  readonly code: string;
  /** Bytes of working memory of one run, without variables. */
  readonly workingBytes: number;
  /** The memory of a run by purpose, in bytes. */
  readonly memory: ProgramMemory;
}

export interface ProgramMemory {
  /** Temporaries and inputs, as they are laid out. */
  readonly arena: number;
  /** The most of them that are live at once: a lower bound of every layout. */
  readonly liveAtOnce: number;
  /** Memory that each thread has for itself. */
  readonly eachThread: number;
  /** Number of threads. */
  readonly threads: number;
  readonly variables: number;
}

/** Abilities and limits of a device, for `nabla doctor`. */
export interface Capabilities {
  readonly dtypes: readonly DType[];
  readonly threads: number;
  /** Bits of a vector register that the generated code uses. */
  readonly vectorBits: number;
  /** True if a product is added with one rounding. Results of devices that differ in it differ in the last bits. */
  readonly fusedMultiplyAdd: boolean;
  /** Limits of this device, as sentences. */
  readonly limits: readonly string[];
}

export interface Backend {
  readonly name: string;
  readonly capabilities: Capabilities;
  allocate(shape: Shape, dtype: DType): Storage;
  write(storage: Storage, data: TypedArray): void;
  read(storage: Storage): Promise<TypedArray>;
  free(storage: Storage): void;
  /** Sets the number of threads from the next program on. A backend with one thread throws for more. */
  setThreads(count: number): void;
  compile(graph: Graph): Promise<Program>;
}
