// Examples in files, a class each: they are read when they are needed.
import { allocate, type DType } from "../../dtype.ts";
import { ArgumentError, FileError, quote, ShapeError } from "../../errors.ts";
import type { HostArray } from "../../host-array.ts";
import { readWhole } from "../../io/whole-file.ts";
import { checkChoice, checkCount, checkFlag, checkOptions } from "../../options.ts";
import { permutation } from "../../random.ts";
import { formatShape, sameShape, sizeOf } from "../../shape.ts";
import { type Column, Dataset, type TypedColumn } from "../dataset.ts";
import { Pipeline } from "../pipeline/pipeline.ts";
import { indexed } from "../pipeline/stage.ts";
import { splitRows } from "../table/split-rows.ts";
import { type ClassFile, namesInOrder, type Part } from "./class-files.ts";

/** How the numbers of a file are made. */
export interface FileReader {
  /** The name of the data set. */
  readonly name: string;
  /** Larger files are refused. */
  readonly maxBytes: number;
  readonly dtype: DType;
  /** What the numbers are multiplied by before a model sees them. */
  readonly scale: number;
  /** The numbers of a file; `source` names it in errors. */
  readonly read: (bytes: Uint8Array, source: string) => Promise<HostArray>;
  /**
   * Makes examples of one batch equal in shape, where files may differ; without it, files of different shapes are
   * refused.
   */
  readonly pad?: (examples: readonly HostArray[]) => HostArray[];
  /** Computes the inputs of a model from a batch `[count, ...]`. */
  readonly compute?: (batch: HostArray) => Promise<HostArray>;
}

/** A file that could not be read, and was passed over. */
export interface SkippedFile {
  readonly path: string;
  readonly reason: string;
}

/** One example. */
export interface FileExample {
  /** What the file holds, without an axis for the batch. */
  readonly input: HostArray;
  /** The class number. */
  readonly target: number;
  readonly path: string;
}

/** An example in a pipeline. */
export interface FolderElement {
  /** What the file holds, with its scale. */
  readonly x: TypedColumn;
  /** The class number. */
  readonly y: number;
}

/** The options of {@link FolderExamples.batches}. */
export interface FolderBatchOptions {
  /** Shuffles the examples anew for each epoch. Default: true. */
  readonly shuffle?: boolean;
  /** The seed of the order. Default: 0. */
  readonly seed?: number;
}

/** A batch of examples, as `fit` takes it. */
export interface FolderBatch {
  readonly x: Column;
  readonly y: Column;
}

/** The options of {@link FolderExamples.split}. */
export interface FolderSplitOptions {
  /** Default: 0. */
  readonly seed?: number;
  /** Gives each part an equal share of every class. Default: true, unless there are groups. */
  readonly stratify?: boolean;
  /** Files for which this gives the same text stay in one part: those of one speaker, say. */
  readonly group?: (path: string) => string;
}

/** Batches that are decoded at a time while all are loaded. */
const loadedAtATime = 64;
const mostLoadedBytes = 2 ** 31;

/** Examples in files with a class each. Files are read when they are needed, and nothing is kept. */
export class FolderExamples implements AsyncIterable<FileExample> {
  /** The names of the classes, by class number. */
  readonly classNames: readonly string[];
  /** The class number of each file. */
  readonly labels: Int32Array;
  readonly #files: readonly ClassFile[];
  readonly #reader: FileReader;
  readonly #skips: boolean;
  readonly #skipped: Map<string, string>;
  /** The shape that the first file had; all others must have it. */
  #shape: readonly number[] | undefined;

  constructor(
    files: readonly ClassFile[],
    reader: FileReader,
    onError: "throw" | "skip",
    classNames: readonly string[] = namesInOrder(files.map(({ className }) => className)),
    skipped: Map<string, string> = new Map(),
  ) {
    checkChoice(reader.name, "onError", onError, ["throw", "skip"]);
    this.#files = files;
    this.#reader = reader;
    this.#skips = onError === "skip";
    this.#skipped = skipped;
    this.classNames = classNames;
    const numbers = new Map(classNames.map((name, i) => [name, i]));
    this.labels = Int32Array.from(files, ({ className }) => numbers.get(className)!);
  }

  /** The number of files. */
  get size(): number {
    return this.#files.length;
  }

  /** The paths of the files within their folder. */
  get paths(): readonly string[] {
    return this.#files.map(({ path }) => path);
  }

  /** For each file the part that it lies in, where the topmost folders are parts. */
  get parts(): readonly (Part | undefined)[] {
    return this.#files.map(({ part }) => part);
  }

  /** The files that were passed over so far, with `onError: "skip"`. */
  get skipped(): readonly SkippedFile[] {
    return Array.from(this.#skipped, ([path, reason]) => ({ path, reason }));
  }

  /** True if the topmost folders are parts such as "train" and "test". */
  get hasParts(): boolean {
    return this.#files.some(({ part }) => part !== undefined);
  }

  /**
   * The files of a part: those in the topmost folder "train" (or "training"), "validation" ("val", "valid") or "test"
   * ("testing"). Classes keep their numbers.
   *
   * @throws ArgumentError if there is no such part
   */
  part(name: Part): FolderExamples {
    const rows = this.#files.flatMap(({ part }, i) => (part === name ? [i] : []));
    if (rows.length > 0) return this.select(rows);
    throw new ArgumentError(
      `${this.#reader.name}: expected a folder "${name}" at the top, with a folder for each class in it, got none; ` +
        "try split.",
    );
  }

  /**
   * The files at these indices, in this order.
   *
   * @throws ArgumentError for an index out of range
   */
  select(rows: Iterable<number>): FolderExamples {
    const files = Array.from(rows, (row) => {
      const file = this.#files[row];
      if (file) return file;
      throw new ArgumentError(`select: expected indices from 0 to ${this.size - 1}, got ${String(row)}.`);
    });
    const onError = this.#skips ? "skip" : "throw";
    return new FolderExamples(files, this.#reader, onError, this.classNames, this.#skipped);
  }

  /**
   * Parts that share no file, by shares of the files: `split([0.8, 0.2])`. Each has an equal share of every class.
   *
   * @throws ArgumentError for shares or options that do not fit
   */
  split(shares: readonly number[], options: FolderSplitOptions = {}): FolderExamples[] {
    checkOptions("split", options, ["seed", "stratify", "group"]);
    const { seed = 0, group } = options;
    const isStratified = checkFlag("split", "stratify", options.stratify ?? group === undefined);
    const values = group ? this.paths.map((path) => String(group(path))) : this.labels;
    const rows = { size: this.size, column: () => ({ values }) as never };
    const by = { ...(group && { group: "group" }), ...(isStratified && { stratify: "class" }) };
    return splitRows(rows, shares, { seed, ...by }).map((part) => this.select(part));
  }

  /**
   * Reads the file at an index: its numbers, without `features` and without an axis for the batch.
   *
   * @throws FileError for a file that cannot be read
   */
  async at(index: number): Promise<FileExample> {
    const file = this.#files[index];
    if (!file) throw new ArgumentError(`at: expected an index from 0 to ${this.size - 1}, got ${String(index)}.`);
    const { read, maxBytes } = this.#reader;
    const { bytes } = await readWhole(file.source, maxBytes);
    return { input: await read(bytes, file.path), target: this.labels[index]!, path: file.path };
  }

  /** The examples one after another, in the order of the files; with `onError: "skip"`, those that can be read. */
  async *[Symbol.asyncIterator](): AsyncGenerator<FileExample> {
    yield* this.#each(Array.from({ length: this.size }, (_, i) => i));
  }

  async *#each(rows: Iterable<number>): AsyncGenerator<FileExample> {
    for (const row of rows) {
      const example = await this.at(row).catch((error: unknown) => {
        if (!this.#skips || !(error instanceof FileError)) throw error;
        this.#skipped.set(this.#files[row]!.path, error.message);
      });
      if (example) yield example;
    }
  }

  /**
   * Batches for `fit`, `evaluate` and the like, read while the model trains: a function that begins a new epoch with
   * each call, in another order. Never more than a batch is in memory.
   *
   * @throws ArgumentError for other options; while they are read, FileError for a file that cannot be read
   */
  batches(batchSize: number, options: FolderBatchOptions = {}): (epoch?: number) => AsyncGenerator<FolderBatch> {
    checkOptions("batches", options, ["shuffle", "seed"]);
    const size = checkCount("batches", "batchSize", batchSize);
    const { seed = 0 } = options;
    const isShuffled = checkFlag("batches", "shuffle", options.shuffle ?? true);
    permutation(0, seed);
    let next = 0;
    return (epoch) => {
      const at = checkCount("batches", "epoch", epoch ?? next, 0);
      next = at + 1;
      return this.#batches(isShuffled ? permutation(this.size, seed, at) : this.#inOrder(), size);
    };
  }

  /**
   * A pipeline of the examples `{ x, y }`, for steps of one's own between file and model: `map`, `augment`, `balance` …
   * Files are read in any order, and so shuffled exactly; with `onError: "skip"` they are a stream. `features` are
   * computed of batches only, and so are not part of it.
   *
   * @example
   * const images = await imageFolder("photos", { size: 8, channels: 1 });
   * const dark = images.pipeline().filter(({ x }) => x.data[0] < 128).batch(2);
   * (await dark.toArray())[0].x.shape; // [2, 8, 8, 1]
   */
  pipeline(): Pipeline<FolderElement> {
    const { scale } = this.#reader;
    const element = ({ input, target }: FileExample): FolderElement => ({
      x: { ...input, ...(scale !== 1 && { scale }) },
      y: target,
    });
    if (this.#skips) return Pipeline.from((_: number) => this.#each(this.#inOrder())).map(element);
    return new Pipeline(indexed(this.size, async (i) => element(await this.at(i))));
  }

  #inOrder(): number[] {
    return Array.from({ length: this.size }, (_, i) => i);
  }

  async *#batches(rows: Iterable<number>, size: number): AsyncGenerator<FolderBatch> {
    let examples: FileExample[] = [];
    for await (const example of this.#each(rows)) {
      examples.push(example);
      if (examples.length < size) continue;
      yield await this.#batch(examples);
      examples = [];
    }
    if (examples.length > 0) yield await this.#batch(examples);
  }

  async #batch(examples: readonly FileExample[]): Promise<FolderBatch> {
    const { pad, compute, dtype, scale } = this.#reader;
    const inputs = examples.map(({ input }) => input);
    const even = pad ? pad(inputs) : inputs;
    const first = even[0]!.shape;
    const shape = pad ? first : (this.#shape ??= first);
    const other = even.findIndex((input) => !sameShape(input.shape, shape));
    if (other >= 0)
      throw new ShapeError(
        `${this.#reader.name}: expected shape ${formatShape(shape)}, as the first has, ` +
          `got ${formatShape(even[other]!.shape)} for ${quote(examples[other]!.path, 200)}; give a size.`,
      );
    const each = sizeOf(shape);
    const data = allocate(dtype, each * even.length);
    even.forEach((input, i) => data.set(input.data, i * each));
    const batch: HostArray = { data, shape: [even.length, ...shape], dtype };
    const classes = Int32Array.from(examples, ({ target }) => target);
    return {
      x: compute ? { array: await compute(batch) } : { array: batch, ...(scale !== 1 && { scale }) },
      y: { array: { data: classes, shape: [classes.length], dtype: "int32" } },
    };
  }

  /**
   * All examples in memory, in the order of the files. Sounds without a given length are filled up with zeros to the
   * longest.
   *
   * @throws FileError for a file that cannot be read; ArgumentError for more than 2 GiB
   */
  async load(): Promise<Dataset> {
    const { pad, name } = this.#reader;
    const parts: FolderBatch[] = [];
    let bytes = 0;
    // Only all of them together tell how long the longest is.
    for await (const part of this.#batches(this.#inOrder(), pad ? this.size : loadedAtATime)) {
      parts.push(part);
      bytes += part.x.array.data.byteLength;
      if (bytes > mostLoadedBytes)
        throw new ArgumentError(`${name}: expected examples of at most 2 GiB in memory, got more; try batches.`);
    }
    const [first] = parts;
    if (!first) throw new FileError(`${name}: expected at least one file that can be read, got none of ${this.size}.`);
    const columns = parts.map(({ x }) => x.array);
    const targets = parts.map(({ y }) => y.array);
    return new Dataset({
      inputs: { ...first.x, array: joined(columns) },
      targets: { array: joined(targets) },
      classNames: this.classNames,
      name,
    });
  }
}

/** Arrays one after another along the first axis. */
function joined(arrays: readonly HostArray[]): HostArray {
  const [{ shape, dtype }] = arrays as readonly [HostArray];
  if (arrays.length === 1) return arrays[0]!;
  const data = allocate(
    dtype,
    arrays.reduce((sum, array) => sum + array.data.length, 0),
  );
  let at = 0;
  for (const array of arrays) {
    data.set(array.data, at);
    at += array.data.length;
  }
  const count = arrays.reduce((sum, array) => sum + array.shape[0]!, 0);
  return { data, shape: [count, ...shape.slice(1)], dtype };
}
