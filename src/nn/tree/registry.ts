// Layers from JSON and back: the classes that model files can name.
import { ArgumentError, didYouMean, quote } from "../../errors.ts";
import { describe } from "../../options.ts";
import { regularizerConfig } from "../weights/regularizers.ts";
import { type Json, Layer } from "./layer.ts";

/** The form of a layer in a model file. */
export type LayerJson = {
  readonly className: string;
  readonly config: { readonly [option: string]: Json };
};

/** Makes a layer from the options in a file, whose types are not known: each constructor checks its own. */
export type LayerFactory = (config: any) => Layer;

const factories: Record<string, LayerFactory> = {};

/** The class name by which JSON refers to a layer that it has described before: a layer that several others hold. */
const shared = "Shared";

/** True if a layer class of this name is known. */
export const isRegistered = (className: string): boolean => className === shared || Object.hasOwn(factories, className);

/** Makes a layer class known, unless it is. */
export function addFactory(className: string, factory: LayerFactory): void {
  if (!isRegistered(className)) factories[className] = factory;
}

/** The layers that have been written so far, by their number, while a tree is written; those read, while it is read. */
let writing: Map<Layer, number> | null = null;
let reading: (Layer | null)[] | null = null;

/**
 * The class of a layer and the options that make it again, with the layers that it holds. `name` is its name among the
 * layers of the one that holds it. By default a layer has a name only if its maker gave it one: otherwise the field in
 * which it stands names it, here as in the file's reader.
 */
export function layerToJson(layer: Layer, name: string = layer.isNamed ? layer.name : ""): LayerJson {
  const outer = writing;
  writing ??= new Map();
  try {
    const known = writing.get(layer);
    if (known !== undefined) return { className: shared, config: { layer: known } };
    writing.set(layer, writing.size);
    const { trainable, activityRegularizer } = layer;
    const common = {
      ...(name && { name }),
      ...(trainable ? {} : { trainable }),
      ...(activityRegularizer && { activityRegularizer: regularizerConfig(activityRegularizer) as Json }),
    };
    return { className: layer.className, config: { ...common, ...layer.config() } };
  } finally {
    writing = outer;
  }
}

/** Makes a layer from its JSON. Throws {@link ArgumentError} for an unknown class or unknown options. */
export function layerFromJson(json: LayerJson): Layer {
  const { className, config } = json ?? {};
  if (typeof className !== "string" || typeof config !== "object" || config === null) {
    throw new ArgumentError(`expected a layer as { className, config }, got ${describe(json)}.`);
  }
  const outer = reading;
  reading ??= [];
  try {
    if (className === shared) return sharedLayer(reading, config["layer"]);
    const index = reading.push(null) - 1;
    const layer = makeLayer(className, config);
    reading[index] = layer;
    return layer;
  } finally {
    reading = outer;
  }
}

/** A layer that another one holds, itself or as a model file describes it. */
export type HeldLayer = Layer | LayerJson;

/** The layer of an option. Throws {@link ArgumentError} for anything else. */
export function heldLayer(where: string, option: string, given: unknown): Layer {
  if (given instanceof Layer) return given;
  if (typeof given === "object" && given !== null && "className" in given) return layerFromJson(given as LayerJson);
  throw new ArgumentError(`${where}: ${option}: expected a layer such as layers.dense(10), got ${describe(given)}.`);
}

function sharedLayer(layers: readonly (Layer | null)[], index: unknown): Layer {
  const layer = typeof index === "number" ? layers[index] : undefined;
  if (layer) return layer;
  throw new ArgumentError(`expected a reference to a layer that was described before, got ${describe(index)}.`);
}

function makeLayer(className: string, config: LayerJson["config"]): Layer {
  const factory = Object.hasOwn(factories, className) ? factories[className] : undefined;
  if (factory) {
    const layer = factory(config);
    if (layer instanceof Layer) return layer;
    throw new ArgumentError(
      `registerLayer: expected the factory of ${className} to return a layer, got ${describe(layer)}.`,
    );
  }
  const known = Object.keys(factories);
  throw new ArgumentError(
    `unknown layer class ${quote(className)}.${didYouMean(className, known)} ` +
      "Register your own first (registerLayer; on the command line: --import ./my-layers.js).",
  );
}
