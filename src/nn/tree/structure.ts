// The tree of a layer: the layers that it holds, the paths that name them, and their parameters.
import { ArgumentError } from "../../errors.ts";
import type { Parameter } from "./parameter.ts";

/** A layer, as its tree sees it. */
export interface Holder {
  readonly className: string;
  readonly trainable: boolean;
  readonly parameters: readonly Parameter[];
  /** The layers that it holds, by name. */
  children(): Iterable<readonly [name: string, layer: Holder]>;
  describe(): string;
}

/** A layer in a tree. */
export interface Placed<L extends Holder> {
  readonly layer: L;
  /** `encoder/block_2/dense_1`; empty for the root. */
  readonly path: string;
  /** False if the layer, or one that holds it, is frozen. */
  readonly trainable: boolean;
}

/** A parameter under the name that files, masks and `getWeights` give it. */
export interface NamedParameter {
  /** `encoder/dense_1/kernel` */
  readonly path: string;
  readonly parameter: Parameter;
  /** True if an optimizer moves it: neither is it a statistic, nor is a layer that holds it frozen. */
  readonly trainable: boolean;
}

export const joinPath = (path: string, name: string): string => (path === "" ? name : `${path}/${name}`);

/**
 * The root and all layers that it holds, each once, a layer before those that it holds. A layer that is held twice has
 * the path at which it is found first, and is trainable if it is so at one of its places. `frozen` replaces what the
 * layers say of themselves now.
 */
export function layersIn<L extends Holder>(root: L, frozen?: ReadonlySet<Holder>): Placed<L>[] {
  const placed = new Map<Holder, { layer: L; path: string; trainable: boolean }>();
  const visit = (layer: Holder, path: string, held: boolean): void => {
    const trainable = held && (frozen ? !frozen.has(layer) : layer.trainable);
    const known = placed.get(layer);
    if (known && (known.trainable || !trainable)) return;
    if (known) known.trainable = true;
    else placed.set(layer, { layer: layer as L, path, trainable });
    const names = new Map<string, Holder>();
    for (const [name, child] of layer.children()) {
      const other = names.get(name);
      if (other && other !== child)
        throw new ArgumentError(
          `${layer.describe()} holds two layers named "${name}", ${other.className} and ${child.className}; ` +
            "give each a name of its own.",
        );
      names.set(name, child);
      visit(child, joinPath(path, name), trainable);
    }
  };
  visit(root, "", true);
  return [...placed.values()];
}

/** The parameters of a tree, in the order of its layers. */
export function parametersIn(root: Holder, frozen?: ReadonlySet<Holder>): NamedParameter[] {
  return layersIn(root, frozen).flatMap(({ layer, path, trainable }) =>
    layer.parameters.map((parameter) => ({
      path: joinPath(path, parameter.name),
      parameter,
      trainable: trainable && parameter.trainable,
    })),
  );
}

/** Two numbers of 32 bits that tell paths apart (FNV-1a, with two different first values). */
export function hashPath(path: string): readonly [number, number] {
  const hash = (first: number): number => {
    let h = first;
    for (let i = 0; i < path.length; i++) h = Math.imul(h ^ path.charCodeAt(i), 0x01000193);
    return h >>> 0;
  };
  return [hash(0x811c9dc5), hash(0x9e3779b9)];
}
