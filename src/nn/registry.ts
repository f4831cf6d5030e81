// The layer classes by name, from which a model file makes layers.
import { ArgumentError, didYouMean, quote } from "../errors.ts";
import { describe } from "../options.ts";
import { Activation } from "./activation.ts";
import { Dense } from "./dense.ts";
import { Dropout } from "./dropout.ts";
import { Flatten } from "./flatten.ts";
import { Input } from "./input.ts";
import type { Json, Layer } from "./layer.ts";
import { Maxout } from "./maxout.ts";
import { ELU, LeakyReLU, ReLU, Softmax } from "./pointwise.ts";
import { PReLU } from "./prelu.ts";
import { Rescaling } from "./rescaling.ts";
import { Reshape } from "./reshape.ts";

/** The form of a layer in a model file. */
export type LayerJson = {
  readonly className: string;
  readonly config: { readonly [option: string]: Json };
};

// The types of configurations from files are unknown here; each constructor checks its own.
type Factory = (config: any) => Layer;

const factories: Record<string, Factory> = Object.fromEntries(
  Object.entries<new (config: any) => Layer>({
    Activation,
    Dense,
    Dropout,
    ELU,
    Flatten,
    Input,
    LeakyReLU,
    Maxout,
    PReLU,
    ReLU,
    Rescaling,
    Reshape,
    Softmax,
  }).map(([name, Class]) => [name, (config) => new Class(config)]),
);

/**
 * Makes a layer class of your own known to model files: `factory` makes a layer from the options that `config()`
 * returned.
 *
 * @throws ArgumentError if the name is taken
 * @example registerLayer("Double", (config) => new Dense(config));
 */
export function registerLayer(className: string, factory: (config: any) => Layer): void {
  if (Object.hasOwn(factories, className))
    throw new ArgumentError(`a layer class "${className}" is already registered.`);
  factories[className] = factory;
}

/** The class of a layer and the options that make it again. */
export function layerToJson(layer: Layer): LayerJson {
  const { name, trainable } = layer;
  return { className: layer.className, config: { name, ...(trainable ? {} : { trainable }), ...layer.config() } };
}

/** Makes a layer from its JSON. Throws {@link ArgumentError} for an unknown class or unknown options. */
export function layerFromJson(json: LayerJson): Layer {
  if (typeof json?.className !== "string" || typeof json.config !== "object" || json.config === null) {
    throw new ArgumentError(`expected a layer as { className, config }, got ${describe(json)}.`);
  }
  if (Object.hasOwn(factories, json.className)) return factories[json.className]!(json.config);
  const known = Object.keys(factories);
  throw new ArgumentError(
    `unknown layer class ${quote(json.className)}.${didYouMean(json.className, known)} Known: ${known.join(", ")}. ` +
      "Register your own first (registerLayer; on the command line: --import ./my-layers.js).",
  );
}
