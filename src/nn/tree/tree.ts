// Trees of tensors and of shapes: what layers take and give.
import { ArgumentError, didYouMean, ShapeError } from "../../errors.ts";
import { checkNotAsync, describe } from "../../options.ts";
import { formatShape, type Shape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";

/** A value, or several in arrays and objects of any depth. */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [key: string]: Tree<T> };

/** What a layer takes and gives: a tensor, or several in arrays and objects. */
export type Tensors = Tree<Tensor>;

/** The shapes of examples, without the batch axis, in the form of the tensors. */
export type Shapes = Tree<Shape>;

/** The same tree with another value at each leaf. `isLeaf` tells leaves from the arrays and objects that hold them. */
export function mapTree<T, R>(tree: Tree<T>, isLeaf: (value: unknown) => value is T, map: (leaf: T) => R): Tree<R> {
  if (isLeaf(tree)) return map(tree);
  if (Array.isArray(tree)) return tree.map((part: Tree<T>) => mapTree(part, isLeaf, map));
  const parts = Object.entries(tree as { readonly [key: string]: Tree<T> });
  return Object.fromEntries(parts.map(([key, part]) => [key, mapTree(part, isLeaf, map)]));
}

/** The leaves of a tree, in order. */
export function leavesOf<T>(tree: Tree<T>, isLeaf: (value: unknown) => value is T): T[] {
  const leaves: T[] = [];
  mapTree(tree, isLeaf, (leaf) => leaves.push(leaf));
  return leaves;
}

/** The leaves of a tree with their names: `scores`, `0`, `a.b`; the only leaf has none. */
export function namedLeaves<T>(
  tree: Tree<T>,
  isLeaf: (value: unknown) => value is T,
  path = "",
): (readonly [name: string, leaf: T])[] {
  if (isLeaf(tree)) return [[path, tree]];
  return Object.entries(tree as { readonly [key: string]: Tree<T> }).flatMap(([key, part]) =>
    namedLeaves(part, isLeaf, path === "" ? key : `${path}.${key}`),
  );
}

export const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;
export const isShape = (value: unknown): value is Shape =>
  Array.isArray(value) && value.every((n) => typeof n === "number");

/** The tensors of a layer's input or output. Throws {@link ArgumentError} for anything else that the tree holds. */
export function tensorsOf(where: string, tree: unknown): Tensor[] {
  checkNotAsync(where, tree);
  const found: Tensor[] = [];
  const visit = (part: unknown): void => {
    if (part instanceof Tensor) found.push(part);
    else if (Array.isArray(part)) part.forEach(visit);
    else if (typeof part === "object" && part !== null && Object.getPrototypeOf(part) === Object.prototype)
      Object.values(part).forEach(visit);
    else throw new ArgumentError(`${where}: expected tensors, alone or in arrays and objects, got ${describe(part)}.`);
  };
  visit(tree);
  return found;
}

/** The shapes of one example each. */
export const shapesOf = (tree: Tensors): Shapes => mapTree(tree, isTensor, (x) => x.shape.slice(1));

/** `[batch,28,28]`, for messages. */
export function formatBatchShape(shape: Shape): string {
  return formatShape(shape).replace(/^\[/, shape.length > 0 ? "[batch," : "[batch");
}

/** The shapes of batches, for messages: `[batch,2]`, `[batch,2] and [batch,3]`. */
export function formatShapes(shapes: Shapes): string {
  return leavesOf<Shape>(shapes, isShape).map(formatBatchShape).join(" and ");
}

/**
 * Throws {@link ShapeError} unless a tree has the form of another one: as many parts in lists, the same names in
 * objects.
 */
export function checkForm<T>(
  where: string,
  expected: Tree<T>,
  given: Tree<T>,
  isLeaf: (value: unknown) => value is T,
): void {
  const formOf = (tree: Tree<T>): string =>
    isLeaf(tree)
      ? "one"
      : Array.isArray(tree)
        ? `a list of ${tree.length}`
        : `an object with ${Object.keys(tree as object).join(", ")}`;
  const refuse = (hint = ""): never => {
    throw new ShapeError(`${where}: expected ${formOf(expected)}, got ${formOf(given)}.${hint}`);
  };
  if (isLeaf(expected) || isLeaf(given)) {
    if (isLeaf(expected) !== isLeaf(given)) refuse();
    return;
  }
  if (Array.isArray(expected) !== Array.isArray(given)) refuse();
  const [wanted, named] = [Object.entries(expected), Object.keys(given)];
  const names = wanted.map(([name]) => name);
  const unknown = named.find((name) => !names.includes(name));
  if (unknown !== undefined) refuse(Array.isArray(given) ? "" : didYouMean(unknown, names));
  for (const [name, part] of wanted) {
    if (!named.includes(name)) refuse();
    checkForm(`${where}.${name}`, part, (given as { readonly [name: string]: Tree<T> })[name] as Tree<T>, isLeaf);
  }
}
