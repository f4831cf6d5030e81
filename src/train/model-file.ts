// The model's file: safetensors with weights and optimizer state, and the configuration as JSON in its metadata.
import { type DType, dtypes } from "../dtype.ts";
import { ArgumentError, FileError, NablaError, quote } from "../errors.ts";
import type { HostArray } from "../host-array.ts";
import { readFile, writeFileAtomic } from "../io/files.ts";
import { parseJson } from "../io/json.ts";
import { kindOf } from "../io/kind.ts";
import { readAddress } from "../io/network.ts";
import { decodeSafetensors, encodeSafetensors, type SafetensorsContent } from "../io/safetensors.ts";
import { lossFromConfig } from "../losses/index.ts";
import { type MetricName, resolveMetric } from "../metrics/index.ts";
import { checkExampleShape } from "../nn/input.ts";
import type { Json, Layer } from "../nn/layer.ts";
import { layerFromJson, layerToJson } from "../nn/registry.ts";
import { optimizerFromConfig } from "../optimizers/index.ts";
import { checkFlag, checkOptions, describe } from "../options.ts";
import { formatShape, type Shape, sameShape } from "../shape.ts";
import { tensor } from "../tensor.ts";
import type { TrainingSetup } from "./feed.ts";
import type { DataInfo, Model } from "./model.ts";
import { namedParameters, type WeightValues } from "./weights.ts";

/** Version of the metadata's layout; a file of a later one is refused. */
const version = 1;

/** The options of `model.save`. */
export interface SaveOptions {
  /** Whether the optimizer's state goes along, so that training can continue exactly. Default: true. */
  readonly includeOptimizer?: boolean;
}

/** Bytes in memory that is not shared: `Uint8Array<ArrayBuffer>`, which TypeScript before 5.7 writes without the argument. */
export type Bytes = ReturnType<Uint8Array["slice"]>;

/** The source of a model: a path, an address that begins with http (in a browser any address), or the bytes. */
export type ModelSource = string | Uint8Array | ArrayBuffer;

/** The training configuration as a file keeps it. */
interface TrainingJson {
  /** `own`: its factory is the user's, and no file can make it again. */
  readonly optimizer: { readonly name: string; readonly config: object; readonly own?: true };
  /** Null for a loss of the user's own. */
  readonly loss: { readonly name: string; readonly config: object } | null;
  readonly metrics: readonly { readonly name: string; readonly config: object }[];
}

/** The parts of a model's file, not yet trusted. */
export interface ModelContent {
  /** How errors name the file. */
  readonly source: string;
  readonly architecture: {
    readonly className: unknown;
    readonly name: unknown;
    readonly inputShape: unknown;
    readonly layers: unknown;
  };
  readonly training: TrainingJson | null;
  readonly dataInfo: DataInfo;
  readonly tensors: ReadonlyMap<string, HostArray>;
}

/**
 * The model's file as bytes. What a file cannot hold (a loss, metric or optimizer of the user's own, a layer class
 * that is not registered) is left out and told by `console.warn`; the optimizer's state is kept in any case.
 */
export async function encodeModel(model: Model, options: SaveOptions): Promise<Bytes> {
  checkOptions("save", options, ["includeOptimizer"]);
  const { includeOptimizer = true } = options;
  checkFlag("save", "includeOptimizer", includeOptimizer);
  const tensors: Record<string, HostArray> = await model.getWeights();
  const metadata: Record<string, string> = {
    format: "nabla",
    version: String(version),
    architecture: JSON.stringify(model.architecture()),
  };
  if (Object.keys(model.dataInfo).length > 0) metadata["data"] = JSON.stringify(model.dataInfo);
  const missing = model.layers.flatMap(whyUnreadable);
  const { training } = model;
  if (training) {
    metadata["training"] = JSON.stringify(await describeTraining(training, missing));
    if (includeOptimizer)
      for (const [name, variable] of optimizerVariables(model, training)) {
        tensors[name] = { data: (await variable.data()).slice(), shape: variable.shape, dtype: variable.dtype };
      }
  }
  if (missing.length > 0) warnOnce(model, `save: model ${model.name}: ${missing.join(" ")}`);
  return encodeSafetensors(tensors, metadata);
}

/** The training configuration for a file; adds to `missing` a sentence for each part that no file can hold. */
async function describeTraining(training: TrainingSetup, missing: string[]): Promise<TrainingJson> {
  const { optimizer, loss, metrics } = training;
  const config = await optimizer.config();
  for (const [name, value] of Object.entries(config)) {
    if (typeof value === "number" && !Number.isFinite(value))
      throw new ArgumentError(`save: expected finite options of the optimizer, got ${name} ${value}.`);
  }
  const hasOptimizer = isReadable(() => optimizerFromConfig(optimizer.name, config));
  const hasLoss = isReadable(() => lossFromConfig(loss.name, loss.config));
  const readable = metrics.filter(({ name, config }) =>
    isReadable(() => resolveMetric(name as MetricName, loss, config)),
  );
  const left = metrics.filter((metric) => !readable.includes(metric)).map(({ name }) => quote(name));
  if (left.length > 0) missing.push(`the file cannot hold metrics of your own: it lacks ${left.join(", ")}.`);
  if (!hasOptimizer || !hasLoss) {
    missing.push(
      `the file cannot hold ${hasLoss ? "an optimizer" : "a loss"} of your own: after loadModel, call compile with it, ` +
        `and model.load with the same file for the optimizer's state.`,
    );
  }
  return {
    optimizer: { name: optimizer.name, config, ...(!hasOptimizer && { own: true }) },
    loss: hasLoss ? { name: loss.name, config: loss.config } : null,
    metrics: readable.map(({ name, config }) => ({ name, config })),
  };
}

function isReadable(make: () => unknown): boolean {
  try {
    make();
    return true;
  } catch (error) {
    if (error instanceof NablaError) return false;
    throw error;
  }
}

/** A sentence for a layer that cannot be made again from its own JSON; none where it can. */
function whyUnreadable(layer: Layer): string[] {
  const json = JSON.stringify(layerToJson(layer));
  try {
    const again = JSON.stringify(layerToJson(layerFromJson(JSON.parse(json))));
    if (again === json) return [];
    return [`${layer.describe()} is made again with other options: its config gives ${quote(json, 200)}.`];
  } catch (error) {
    if (!(error instanceof NablaError)) throw error;
    return [`loadModel cannot make ${layer.describe()}, unless registerLayer is called before it: ${error.message}`];
  }
}

const warned = new WeakMap<Model, string>();

/** Says something of a model, unless it was the last that was said of it: checkpoints save again and again. */
function warnOnce(model: Model, text: string): void {
  if (warned.get(model) !== text) console.warn(text);
  warned.set(model, text);
}

/** The optimizer's variables beside the flat parameters, under the names that files give them. */
export function optimizerVariables(model: Model, { optimizer }: TrainingSetup) {
  const { flat } = model.weights();
  const slots = flat ? Object.entries(optimizer.slots(flat)) : [];
  return [
    ["optimizer/iterations", optimizer.iterations] as const,
    ...slots.map(([name, slot]) => [`optimizer/${name}`, slot] as const),
  ];
}

/** Writes a file, whole or not at all; in a page, offers it as a download. */
export async function writeModel(path: string, bytes: Bytes): Promise<void> {
  if (hasFiles()) return writeFileAtomic(path, bytes);
  if (typeof document === "undefined")
    throw new FileError(`cannot write "${path}": there are no files here; use model.toBytes().`);
  const address = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: path.split("/").at(-1)! });
  link.click();
  // The browser reads the address after this turn.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

function hasFiles(): boolean {
  return typeof (globalThis as { process?: { getBuiltinModule?: unknown } }).process?.getBuiltinModule === "function";
}

/** Decodes a safetensors file; one that is none is called by what its first bytes say that it is. */
function decode(bytes: Uint8Array, source: string): SafetensorsContent {
  try {
    return decodeSafetensors(bytes, source);
  } catch (error) {
    const kind = error instanceof FileError && kindOf(bytes);
    if (!kind) throw error;
    throw new FileError(`"${source}" is no whole safetensors file: it is ${kind}.`, { cause: error });
  }
}

/** Reads and takes apart a model's file. Throws {@link FileError} where it is none. */
export async function readModel(from: ModelSource): Promise<ModelContent> {
  const source = typeof from === "string" ? from : "the model's bytes";
  const { tensors, metadata } = decode(await readBytes(from), source);
  const fail = (what: string): never => {
    throw new FileError(`"${source}" ${what}.`);
  };
  if (metadata["format"] !== "nabla")
    fail('is a safetensors file, but no model of Nabla: its metadata do not say "format": "nabla"');
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
    return isObject ? value : fail(`is damaged: its ${key} is no JSON object`);
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
  if (typeof from !== "string") return from instanceof Uint8Array ? from : new Uint8Array(from);
  return hasFiles() && !/^https?:/i.test(from) ? readFile(from) : readAddress(from);
}

function checkDataInfo(info: { classNames?: unknown; inputs?: unknown }, fail: (what: string) => never): DataInfo {
  const { classNames, inputs } = info;
  const isNames = Array.isArray(classNames) && classNames.every((name) => typeof name === "string");
  if (classNames !== undefined && !isNames) fail("is damaged: its class names are no list of texts");
  const { dtype, scale, offset } = (inputs ?? {}) as Record<string, unknown>;
  const isScaling = dtypes.includes(dtype as DType) && Number.isFinite(scale) && Number.isFinite(offset);
  if (inputs !== undefined && !isScaling) fail("is damaged: its input scaling is no dtype, scale and offset");
  return {
    ...(isNames && { classNames }),
    ...(inputs !== undefined && {
      inputs: { dtype: dtype as string, scale: scale as number, offset: offset as number },
    }),
  };
}

/** The weights that layers want, out of a file's tensors. Throws {@link FileError} where one is missing, extra or of another shape. */
export function weightsFor(layers: readonly Layer[], { tensors, source }: ModelContent): WeightValues {
  const wanted = namedParameters(layers);
  const values: WeightValues = {};
  for (const { name, parameter } of wanted)
    values[name] = requireTensor(tensors, source, name, parameter.shape, "float32");
  const extra = [...tensors.keys()].find((name) => !name.startsWith("optimizer/") && !Object.hasOwn(values, name));
  if (extra !== undefined) throw new FileError(`"${source}" holds ${quote(extra)}, which no layer of the model has.`);
  return values;
}

function requireTensor(
  tensors: ReadonlyMap<string, HostArray>,
  source: string,
  name: string,
  shape: Shape,
  dtype: DType,
): HostArray {
  const found = tensors.get(name);
  if (!found) throw new FileError(`"${source}" lacks the tensor "${name}" of shape ${formatShape(shape)}.`);
  if (sameShape(found.shape, shape) && found.dtype === dtype) return found;
  throw new FileError(
    `"${source}" has ${found.dtype}${formatShape(found.shape)} for "${name}", but the model expects ${dtype}${formatShape(shape)}.`,
  );
}

/** Gives the model's optimizer the state of a file; a file saved without one changes nothing. */
export function restoreOptimizer(model: Model, { tensors, source }: ModelContent): void {
  if (!model.training || ![...tensors.keys()].some((name) => name.startsWith("optimizer/"))) return;
  const variables = optimizerVariables(model, model.training);
  const values = variables.map(([name, { shape, dtype }]) =>
    tensor(requireTensor(tensors, source, name, shape, dtype)),
  );
  variables.forEach(([, variable], i) => variable.assign(values[i]!));
}

/** `model.load`. */
export async function restoreInto(model: Model, from: ModelSource): Promise<void> {
  const content = await readModel(from);
  const { inputShape } = content.architecture;
  if (!model.inputShape) await asFileError(content.source, () => model.declare(checkExampleShape("model", inputShape)));
  model.setWeights(weightsFor(model.layers, content));
  const saved = content.training?.optimizer;
  if (model.training && saved?.name === model.training.optimizer.name) {
    restoreOptimizer(model, content);
    const rate = (saved.config as { learningRate?: Json }).learningRate;
    if (typeof rate === "number" && rate >= 0) model.training.optimizer.learningRate.assign(rate);
  }
  model.dataInfo = content.dataInfo;
}

/** Runs `body`; what it finds wrong is the file's fault. */
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
