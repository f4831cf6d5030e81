// What a backend is: somewhere to keep numbers, and a way to turn a graph into a program that runs there.
import type { Work } from "../compile/work.ts";
import type { DType, TypedArray } from "../dtype.ts";
import { NablaError } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";
import type { Shape } from "../shape.ts";

/** A place in a backend's own memory. Only the backend that made it knows what is inside. */
export interface Storage {
  readonly shape: Shape;
  readonly dtype: DType;
}

/**
 * A run that failed after it had begun, so that the variables that it assigns hold anything. Any other error of
 * {@link Program.run} says that nothing has been written.
 */
export class InterruptedRun extends NablaError {}

/** A compiled graph. */
export interface Program {
  /**
   * Runs the graph `steps` times in a row, with the same inputs and whatever the assignments leave in the variables.
   * `inputs` and `variables` stand in the order of the graph's own lists; gives the outputs of the last run.
   * Throws {@link InterruptedRun} where it fails after the first write.
   */
  run(inputs: readonly TypedArray[], variables: readonly Storage[], steps: number): Promise<TypedArray[]>;
  /**
   * Runs the graph like {@link run}, kernel by kernel on one thread, and tells how long each one took. A backend that has no
   * kernels gives none.
   */
  profile(inputs: readonly TypedArray[], variables: readonly Storage[], steps: number): Promise<KernelRun[]>;
  /** What the program is made of, for people: kernels, plan and generated code. */
  describe(): Promise<ProgramDescription>;
  /** Gives back what the program holds of the backend's memory. */
  free(): void;
}

/** One run of one kernel, in milliseconds from the profile's begin. */
export interface KernelRun {
  readonly step: number;
  readonly kernel: number;
  readonly start: number;
  readonly duration: number;
}

export interface ProgramDescription {
  /** The graph after simplification, as text. */
  readonly graph: string;
  /** The kernels in the order in which they run, as text. */
  readonly kernels: readonly string[];
  /** What each of them has to do. */
  readonly work: readonly Work[];
  /** Where each buffer lies, as text. */
  readonly plan: string;
  /** The generated code, as text. */
  readonly code: string;
  /** Bytes of working memory that one run needs beside variables. */
  readonly workingBytes: number;
  /** Where the memory of a run goes, in bytes. */
  readonly memory: ProgramMemory;
}

export interface ProgramMemory {
  /** Temporaries and inputs, as they are laid out; and the most of them that is needed at once, so that no layout could do with less. */
  readonly arena: number;
  readonly liveAtOnce: number;
  /** What each thread needs for itself, and how many there are. */
  readonly eachThread: number;
  readonly threads: number;
  readonly variables: number;
}

/** What a device can do and what it cannot, for `nabla doctor`. */
export interface Capabilities {
  readonly dtypes: readonly DType[];
  readonly threads: number;
  /** Bits of a vector register that the generated code uses. */
  readonly vectorBits: number;
  /** Whether products are added with one rounding; where they are not, results differ in the last bits. */
  readonly fusedMultiplyAdd: boolean;
  /** What limits this device, in words. */
  readonly limits: readonly string[];
}

export interface Backend {
  readonly name: string;
  readonly capabilities: Capabilities;
  allocate(shape: Shape, dtype: DType): Storage;
  write(storage: Storage, data: TypedArray): void;
  read(storage: Storage): Promise<TypedArray>;
  free(storage: Storage): void;
  /** Chooses how many threads take part from the next program on; a backend with one thread throws for more. */
  setThreads(count: number): void;
  compile(graph: Graph): Promise<Program>;
}
