// The model's file: a safetensors file of weights and optimizer state, with the configuration as JSON in its metadata.
import { computedDType, type DType, dtypes } from "../dtype.ts";
import { ArgumentError, FileError, NablaError, quote } from "../errors.ts";
import type { HostArray } from "../host-array.ts";
import { readFile, writeFileAtomic } from "../io/files.ts";
import { parseJson } from "../io/json.ts";
import { kindOf } from "../io/kind.ts";
import { checkStorage, narrow, type StorageDType, type StorageOptions, widen } from "../io/narrow.ts";
import { readAddress } from "../io/network.ts";
import { decodeSafetensors, encodeSafetensors, type SafetensorsContent } from "../io/safetensors.ts";
import { checkExampleShape } from "../nn/core/input.ts";
import { registerLayers } from "../nn/register.ts";
import type { Json, Layer } from "../nn/tree/layer.ts";
import type { Network } from "../nn/tree/network.ts";
import { isRegistered, type LayerJson, layerFromJson, layerToJson } from "../nn/tree/registry.ts";
import { layersIn, parametersIn } from "../nn/tree/structure.ts";
import { isShape, type Shapes } from "../nn/tree/tree.ts";
import type { WeightValues } from "../nn/tree/weights.ts";
import { readOptimizerState, restoreOptimizerState } from "../optimizers/state.ts";
import { checkFlag, describe } from "../options.ts";
import { formatShape, type Shape, sameShape } from "../shape.ts";
import { type TrainingSetup, trainedRanges } from "../train/setup.ts";
import { describeTraining, frozenPaths, type TrainingJson } from "./training-json.ts";

/** A description of the data that a model was trained on, which is saved with the model. */
export interface DataInfo {
  readonly classNames?: readonly string[];
  /** The scale of raw inputs: the model sees raw · scale + offset. */
  readonly inputs?: { readonly dtype: string; readonly scale: number; readonly offset: number };
  /** How records become inputs, and outputs answers, as "nabla/automatic" learnt it. */
  readonly preparation?: Json;
  /** Whatever a program wants to find again with its model: a vocabulary, the names of colours. */
  readonly about?: { readonly [key: string]: Json };
}

/** What a file holds of a model. */
interface SavedModel extends Network {
  dataInfo: DataInfo;
  loadTraining(): Promise<TrainingSetup | null>;
}

/** The version of the metadata's layout. Files of other versions are refused. */
const version = 2;

/** The options of `model.save`. */
export interface SaveOptions extends StorageOptions {
  /**
   * Saves the optimizer's state too, so that training can continue exactly; it is float32 always. Default: true, but
   * false with a `dtype` of 16 bits, which rounds the weights.
   */
  readonly includeOptimizer?: boolean;
}

/** `Uint8Array<ArrayBuffer>`, bytes in memory that is not shared, in a form that TypeScript before 5.7 accepts too. */
export type Bytes = ReturnType<Uint8Array["slice"]>;

/** The source of a model: a path, an address that begins with http (in a browser any address), or the bytes. */
export type ModelSource = string | Uint8Array | ArrayBuffer;

/** The parts of a model's file, not yet trusted. */
export interface ModelContent {
  /** The name of the file in errors. */
  readonly source: string;
  /** The model as a layer, and the shapes of its inputs. */
  readonly architecture: LayerJson & { readonly inputShape: unknown };
  readonly training: TrainingJson | null;
  readonly dataInfo: DataInfo;
  readonly tensors: ReadonlyMap<string, HostArray>;
}

/**
 * Encodes a model as the bytes of its file. A file cannot hold a loss, metric or optimizer of the user's own, nor a
 * layer class that is not registered: these are left out, and `console.warn` names them. The optimizer's state is kept.
 */
export async function encodeModel(model: SavedModel, options: SaveOptions): Promise<Bytes> {
  const { includeOptimizer, ...storage } = options;
  const dtype = checkStorage("save", storage, ["includeOptimizer"]);
  if (includeOptimizer !== undefined) checkFlag("save", "includeOptimizer", includeOptimizer);
  registerLayers();
  const tensors: Record<string, HostArray> = await readWeightsAs(model, dtype);
  const metadata: Record<string, string> = {
    format: "nabla",
    version: String(version),
    architecture: JSON.stringify({ ...layerToJson(model, model.name), inputShape: model.requireShapes().inputShape }),
  };
  if (Object.keys(model.dataInfo).length > 0) metadata["data"] = JSON.stringify(model.dataInfo);
  const missing = whyUnreadable(model);
  const training = await model.loadTraining();
  if (training) {
    const frozen = frozenPaths(model, training);
    const described = await describeTraining(training, missing);
    metadata["training"] = JSON.stringify({ ...described, ...(frozen && { frozen }) });
    if ((includeOptimizer ?? dtype === "float32") && model.weights().dtype === "float32")
      Object.assign(tensors, await readOptimizerState(training.optimizer, trainedRanges(model, training)));
  }
  if (missing.length > 0) warnOnce(model, `save: model ${model.name}: ${missing.join(" ")}`);
  return encodeSafetensors(tensors, metadata);
}

/**
 * The weights by name, those that training moves in `dtype`. What layers themselves change stays float32: a running
 * variance may be beyond the range of float16.
 */
async function readWeightsAs(model: SavedModel, dtype: StorageDType): Promise<WeightValues> {
  const values = await model.weights().read();
  if (dtype === "float32") return values;
  for (const { path, parameter } of model.weights().named)
    if (parameter.trainable) values[path] = narrow(values[path]!, dtype, `save: ${path}`);
  return values;
}

/** A sentence for each layer that cannot be made again from its own JSON. */
function whyUnreadable(model: SavedModel): string[] {
  return layersIn<Layer>(model).flatMap(({ layer }) => {
    const json = JSON.stringify(layerToJson(layer));
    try {
      const made = layerFromJson(JSON.parse(json));
      checkSameParameters(layer, made);
      const again = JSON.stringify(layerToJson(made));
      if (again === json) return [];
      return [`${layer.describe()} is made again with other options: its config gives ${quote(json, 200)}.`];
    } catch (error) {
      if (!(error instanceof NablaError) || error instanceof Unloadable) throw error;
      // What is wrong with a layer is said of that layer, not of those that hold it.
      if ([...layer.children()].length > 0 && isRegistered(layer.className)) return [];
      return [`loadModel cannot make ${layer.describe()}, unless registerLayer is called before it: ${error.message}`];
    }
  });
}

/**
 * Throws {@link ArgumentError} if a layer that is made again from its options has parameters of other shapes: its
 * options were changed after it was built, and its file could not be loaded.
 */
function checkSameParameters(layer: Layer, again: Layer): void {
  if (layer.builtFor === null || layer.parameters.length === 0) return;
  again.prepare(layer.builtFor);
  const textOf = ({ parameters }: Layer): string =>
    parameters.map(({ name, shape }) => `${name} ${formatShape(shape)}`).join(", ") || "none";
  const [own, other] = [textOf(layer), textOf(again)];
  if (own === other) return;
  throw new Unloadable(
    `save: ${layer.describe()}: its options were changed after it was built: with them its parameters would be ` +
      `${other}, but they are ${own}. Make a new layer instead.`,
  );
}

/** The error of a model whose file could not be loaded. */
class Unloadable extends ArgumentError {}

const warned = new WeakMap<SavedModel, string>();

/** Prints a warning unless it is the last one of this model, since checkpoints save again and again. */
function warnOnce(model: SavedModel, text: string): void {
  if (warned.get(model) !== text) console.warn(text);
  warned.set(model, text);
}

/** Writes a file atomically. A page offers it as a download. */
export async function writeModel(path: string, bytes: Bytes): Promise<void> {
  if (hasFiles()) return writeFileAtomic(path, bytes);
  if (typeof document === "undefined")
    throw new FileError(`cannot write "${path}": there are no files here; use model.toBytes().`);
  const address = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: path.split("/").at(-1)! });
  link.click();
  // The browser reads the address after this task, so that it must stay valid for a while.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

function hasFiles(): boolean {
  return typeof (globalThis as { process?: { getBuiltinModule?: unknown } }).process?.getBuiltinModule === "function";
}

/** Decodes a safetensors file. An error for another kind of file names that kind. */
function decode(bytes: Uint8Array, source: string, keepHalf = false): SafetensorsContent {
  try {
    return decodeSafetensors(bytes, source, { keepHalf });
  } catch (error) {
    const kind = error instanceof FileError && kindOf(bytes);
    if (!kind) throw error;
    throw new FileError(`"${source}" is not a safetensors file: it is ${kind}.`, { cause: error });
  }
}

/**
 * Reads the parts of a model's file. Floats of 16 bits become float32 unless `keepHalf` is true. Throws
 * {@link FileError} for any other file.
 */
export async function readModel(from: ModelSource, keepHalf = false): Promise<ModelContent> {
  const source = typeof from === "string" ? from : "the model's bytes";
  const { tensors, metadata } = decode(await readBytes(from), source, keepHalf);
  const fail = (what: string): never => {
    throw new FileError(`"${source}" ${what}.`);
  };
  if (metadata["format"] !== "nabla")
    fail('is a safetensors file, but not a model of Nabla: its metadata lack "format": "nabla"');
  if (metadata["version"] !== String(version))
    fail(`has version ${describe(metadata["version"])} of the model format, but this Nabla reads version ${version}`);
  const parse = (key: string): unknown => {
    if (metadata[key] === undefined) return undefined;
    try {
      return parseJson(metadata[key]);
    } catch (error) {
      return fail(`is damaged: its ${key} ${(error as Error).message}`);
    }
  };
  const object = (key: string, value: unknown): object => {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? value : fail(`is damaged: its ${key} is not a JSON object`);
  };
  const training = parse("training");
  return {
    source,
    architecture: object("architecture", parse("architecture")) as ModelContent["architecture"],
    training: training === undefined ? null : (object("training", training) as TrainingJson),
    dataInfo: checkDataInfo(object("data", parse("data") ?? {}), fail),
    tensors,
  };
}

async function readBytes(from: ModelSource): Promise<Uint8Array> {
  if (typeof from !== "string" && typeof from?.byteLength !== "number")
    throw new ArgumentError(`expected the path, the address or the bytes of a model, got ${describe(from)}.`);
  if (typeof from !== "string") return from instanceof Uint8Array ? from : new Uint8Array(from);
  return hasFiles() && !/^https?:/i.test(from) ? readFile(from) : readAddress(from);
}

const isRecord = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function checkDataInfo(
  info: { classNames?: unknown; inputs?: unknown; preparation?: Json; about?: Json },
  fail: (what: string) => never,
): DataInfo {
  const { classNames, inputs, preparation, about } = info;
  const isNames = Array.isArray(classNames) && classNames.every((name) => typeof name === "string");
  if (classNames !== undefined && !isNames) fail("is damaged: its class names are not a list of strings");
  const { dtype, scale, offset } = (inputs ?? {}) as Record<string, unknown>;
  const isScaling = dtypes.includes(dtype as DType) && Number.isFinite(scale) && Number.isFinite(offset);
  if (about !== undefined && !isRecord(about)) fail("is damaged: what it says about the model is not a JSON object");
  if (inputs !== undefined && !isScaling) fail("is damaged: its input scaling is not a dtype, a scale and an offset");
  return {
    ...(isNames && { classNames }),
    ...(preparation !== undefined && { preparation }),
    ...(isRecord(about) && { about }),
    ...(inputs !== undefined && {
      inputs: { dtype: dtype as string, scale: scale as number, offset: offset as number },
    }),
  };
}

/**
 * Takes the weights of a model from the tensors of a file, those that training moves in `dtype`. Throws
 * {@link FileError} if one is missing, unknown or of another shape.
 */
export function weightsFor(
  model: SavedModel,
  { tensors, source }: Pick<ModelContent, "tensors" | "source">,
  dtype: StorageDType = "float32",
): WeightValues {
  const values: WeightValues = {};
  const faults: string[] = [];
  for (const { path, parameter } of parametersIn(model)) {
    const found = tensors.get(path);
    const fault = faultOf(found && { ...found, dtype: computedDType(found.dtype) }, path, parameter.shape, "float32");
    if (fault) faults.push(fault);
    else values[path] = parameter.trainable && dtype !== "float32" ? narrow(found!, dtype, path) : widen(found!);
  }
  const own = new Set(parametersIn(model).map(({ path }) => path));
  for (const name of tensors.keys())
    if (!name.startsWith("optimizer/") && !own.has(name))
      faults.push(`holds ${quote(name)}, which no layer of the model has`);
  if (faults.length === 0) return values;
  const more = faults.length > 3 ? `; and ${faults.length - 3} more` : "";
  throw new FileError(`"${source}" ${faults.slice(0, 3).join("; it ")}${more}.`);
}

function requireTensor(
  tensors: ReadonlyMap<string, HostArray>,
  source: string,
  name: string,
  shape: Shape,
  dtype: DType,
): HostArray {
  const found = tensors.get(name);
  const fault = faultOf(found, name, shape, dtype);
  if (fault) throw new FileError(`"${source}" ${fault}.`);
  return found!;
}

/** Says in what a file's tensor differs from what is expected; null if in nothing. */
function faultOf(found: HostArray | undefined, name: string, shape: Shape, dtype: DType): string | null {
  if (!found) return `lacks the tensor "${name}" of shape ${formatShape(shape)}`;
  if (sameShape(found.shape, shape) && found.dtype === dtype) return null;
  const got = `${found.dtype}${formatShape(found.shape)}`;
  return `does not fit: expected ${dtype}${formatShape(shape)} for "${name}", got ${got}`;
}

/** Gives the model's optimizer the state in a file. A file that was saved without it changes nothing. */
export function restoreOptimizer(model: SavedModel, training: TrainingSetup, { tensors, source }: ModelContent): void {
  if (model.weights().dtype !== "float32" || ![...tensors.keys()].some((name) => name.startsWith("optimizer/"))) return;
  restoreOptimizerState(training.optimizer, trainedRanges(model, training), (name, shape, dtype) =>
    requireTensor(tensors, source, name, shape, dtype),
  );
}

/** Implements `model.load`. */
export async function restoreInto(model: SavedModel, from: ModelSource): Promise<void> {
  const [content, training] = await Promise.all([readModel(from), model.loadTraining()]);
  const { inputShape } = content.architecture;
  if (!model.inputShape) await asFileError(content.source, () => model.declare(checkShapes(inputShape)));
  model.weights().assign(weightsFor(model, content));
  const saved = content.training?.optimizer;
  if (training && saved?.name === training.optimizer.name) {
    restoreOptimizer(model, training, content);
    const rate = (saved.config as { learningRate?: Json }).learningRate;
    if (typeof rate === "number" && rate >= 0) training.optimizer.learningRate.assign(rate);
  }
  model.dataInfo = content.dataInfo;
}

/** Implements `model.saveWeights`. */
export async function writeWeights(model: SavedModel, path: string, options: StorageOptions): Promise<void> {
  const dtype = checkStorage("saveWeights", options);
  await writeModel(path, encodeSafetensors(await readWeightsAs(model, dtype)));
}

/** Implements `model.loadWeights`. */
export async function readWeights(model: SavedModel, from: ModelSource): Promise<void> {
  const source = typeof from === "string" ? from : "the weights' bytes";
  const { tensors } = decode(await readBytes(from), source);
  model.weights().assign(weightsFor(model, { tensors, source }));
}

/** Runs `body`, and turns its errors into {@link FileError}s that name the file. */
export async function asFileError<T>(source: string, body: () => T | Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (!(error instanceof NablaError) || error instanceof FileError) throw error;
    throw new FileError(`"${source}" does not describe a model that Nabla can make: ${error.message}`, {
      cause: error,
    });
  }
}

/** The shapes of a model's inputs in a file: one shape, or several in lists and objects. */
export function checkShapes(shapes: unknown): Shapes {
  if (typeof shapes === "object" && shapes !== null && !isShape(shapes))
    return Array.isArray(shapes)
      ? shapes.map(checkShapes)
      : Object.fromEntries(Object.entries(shapes).map(([name, part]) => [name, checkShapes(part)]));
  return checkExampleShape("model", shapes);
}
