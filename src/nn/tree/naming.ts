// The names of layers within a model.
import { ArgumentError } from "../../errors.ts";
import type { Layer } from "./layer.ts";

/** Names of layers that have another meaning in files. */
const reserved = ["optimizer"];

/**
 * The name of each layer: its own, or its kind and a number, `dense_1`. A layer that got its name by another model
 * keeps it where it is free.
 *
 * @throws ArgumentError for a name that the user gave twice
 */
export function nameLayers(where: string, layers: readonly Layer[]): Map<Layer, string> {
  const names = new Map<Layer, string>();
  const taken = new Set(reserved);
  for (const layer of layers) {
    if (!layer.isNamed) continue;
    const { name } = layer;
    const fault = reserved.includes(name) ? "is reserved" : "is used twice";
    if (taken.has(name))
      throw new ArgumentError(`${where}: the name "${name}" ${fault}; give each layer a name of its own.`);
    taken.add(name);
    names.set(layer, name);
  }
  const counts = new Map<string, number>();
  for (const layer of layers) {
    if (names.has(layer)) continue;
    let { name } = layer;
    const kind = snakeCase(layer.className);
    while (name === "" || taken.has(name)) {
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      name = `${kind}_${counts.get(kind)}`;
    }
    if (layer.name === "") layer.name = name;
    taken.add(name);
    names.set(layer, name);
  }
  return new Map(layers.map((layer) => [layer, names.get(layer) ?? layer.name]));
}

/** `LeakyReLU` → `leaky_re_lu` and `Conv2D` → `conv2d`, as Keras names its layers. */
export function snakeCase(className: string): string {
  return className
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}
