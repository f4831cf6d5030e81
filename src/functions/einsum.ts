// Einstein summation over any number of operands, as pairwise contractions from left to right.
import { ArgumentError, ShapeError } from "../errors.ts";
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { formatShape } from "../shape.ts";
import { asFloat, Tensor, type TensorLike } from "../tensor.ts";
import { zip } from "../zip.ts";
import { diagonalNode } from "./diagonals.ts";

/** A node with a distinct label for each axis. */
interface Labelled {
  readonly node: Node;
  readonly labels: readonly number[];
}

/**
 * NumPy's einsum: each letter names an axis; operands with a common letter are multiplied along it, and letters that
 * the output lacks are summed over. `...` stands for leading axes, which broadcast. A repeated letter in one operand
 * takes its diagonal. Without `->` the output has the letters that occur once, in alphabetical order. Operands are
 * multiplied from left to right, two at a time; put those first whose product is small.
 *
 * @throws ArgumentError if the text is no formula for the operands; ShapeError if one letter names two lengths
 * @example
 * const [a, b] = [ones([5, 2, 3]), ones([5, 3, 4])];
 * einsum("bij,bjk->bik", a, b).shape; // [5, 2, 4]
 * einsum("...ij,...kj->...ik", a, a).shape; // [5, 2, 2]
 * await einsum("ii->i", [[1, 2], [3, 4]]).array(); // [1, 4]
 */
export function einsum(formula: string, ...operands: readonly TensorLike[]): Tensor {
  const tensors = operands.map(asFloat);
  const shapes = tensors.map((x) => formatShape(x.shape)).join(" and ");
  const fail = (what: string): never => {
    throw new ArgumentError(`einsum: "${formula}" for ${shapes || "no operands"}: ${what}.`);
  };
  const text = formula.replace(/\s/g, "");
  const [left = "", right, ...more] = text.split("->");
  if (!/^[A-Za-z.,]*$/.test(left) || more.length > 0 || (right !== undefined && !/^[A-Za-z.]*$/.test(right))) {
    fail('a formula holds letters, "...", commas and one "->"');
  }
  const terms = left.split(",");
  if (![...terms, right ?? ""].every((term) => /^[^.]*(\.{3}[^.]*)?$/.test(term)))
    fail('"..." stands at most once in an operand, with three dots');
  if (operands.length === 0 || terms.length !== tensors.length)
    fail(`expected ${terms.length} operands, as the formula names, got ${tensors.length}`);

  // The label of a letter is its code; the labels of the axes behind "..." are negative, and the last one is −1.
  let dots = 0;
  const labelsOf = (term: string, dotted: number): number[] => {
    const [before = [], after] = term.split("...").map((part) => [...part].map((letter) => letter.charCodeAt(0)));
    return after ? [...before, ...Array.from({ length: dotted }, (_, i) => i - dotted), ...after] : before;
  };
  const all = zip(terms, tensors).map(([term, { ndim: rank, shape }], i) => {
    const letters = term.replace("...", "").length;
    if (term.includes("...") ? letters > rank : letters !== rank)
      fail(`"${term}" names ${letters} axes, but operand ${i} has shape ${formatShape(shape)}`);
    if (term.includes("...")) dots = Math.max(dots, rank - letters);
    return labelsOf(term, rank - letters);
  });
  const out = right === undefined ? impliedOutput(all, dots) : labelsOf(right, dots);
  const stray = out.find((label) => label > 0 && !all.some((labels) => labels.includes(label)));
  if (stray !== undefined) fail(`the output names "${String.fromCharCode(stray)}", which no operand has`);
  if (new Set(out).size !== out.length) fail("the output names an axis twice");

  const extents = extentsOf(formula, tensors, all);
  const ready = zip(tensors, all).map(([x, labels]) => squeezed(distinct(x.node, labels), extents));
  const after = (i: number): (readonly number[])[] => [out, ...ready.slice(i + 1).map((x) => x.labels)];
  let product = sumAlone(ready[0]!, after(0)); // There are as many operands as terms, and a formula has a term.
  for (const [i, x] of ready.entries())
    if (i > 0) product = multiply(product, sumAlone(x, [product.labels, ...after(i)]), after(i));
  return new Tensor(inOrder(product, out, extents));
}

/** The output that a formula without `->` has: "...", and the letters that occur once, in alphabetical order. */
function impliedOutput(all: readonly (readonly number[])[], dots: number): number[] {
  const letters = all.flat().filter((label) => label > 0);
  const once = [...new Set(letters)].filter((label) => letters.indexOf(label) === letters.lastIndexOf(label));
  return [...Array.from({ length: dots }, (_, i) => i - dots), ...once.sort((a, b) => a - b)];
}

/** The length of each label; axes of length 1 broadcast. */
function extentsOf(
  formula: string,
  tensors: readonly Tensor[],
  all: readonly (readonly number[])[],
): Map<number, number> {
  const extents = new Map<number, number>();
  for (const [labels, { shape }] of zip(all, tensors)) {
    for (const [label, n] of zip(labels, shape)) {
      const known = extents.get(label) ?? 1;
      if (known !== 1 && n !== 1 && known !== n) {
        const name = label > 0 ? `"${String.fromCharCode(label)}"` : 'an axis of "..."';
        throw new ShapeError(
          `einsum: "${formula}" for ${tensors.map((x) => formatShape(x.shape)).join(" and ")}: ` +
            `${name} is ${known} in one place and ${n} in another.`,
        );
      }
      if (known === 1) extents.set(label, n);
    }
  }
  return extents;
}

/** The operand with distinct labels: for a repeated label it takes the diagonal. */
function distinct(node: Node, labels: readonly number[]): Labelled {
  const repeated = labels.find((label, i) => labels.indexOf(label) !== i);
  if (repeated === undefined) return { node, labels };
  const first = labels.indexOf(repeated);
  const second = labels.indexOf(repeated, first + 1);
  // If one of the two axes has length 1, it is broadcast first.
  const n = Math.max(node.shape[first]!, node.shape[second]!);
  const square = ops.broadcast(
    node,
    node.shape.map((m, i) => (i === first || i === second ? n : m)),
  );
  return distinct(diagonalNode(square, 0, first, second), [
    ...labels.filter((_, i) => i !== first && i !== second),
    repeated,
  ]);
}

/** Drops axes of length 1 that broadcast against another operand: a missing axis broadcasts as well. */
function squeezed({ node, labels }: Labelled, extents: ReadonlyMap<number, number>): Labelled {
  const stays = labels.map((label, i) => node.shape[i] === extents.get(label));
  return {
    node: ops.reshape(
      node,
      node.shape.filter((_, i) => stays[i]),
    ),
    labels: labels.filter((_, i) => stays[i]),
  };
}

/** Sums over the labels that nothing else has. */
function sumAlone({ node, labels }: Labelled, others: readonly (readonly number[])[]): Labelled {
  const needed = (label: number): boolean => others.some((other) => other.includes(label));
  const axes = labels.flatMap((label, i) => (needed(label) ? [] : [i]));
  return axes.length === 0 ? { node, labels } : { node: ops.sum(node, axes), labels: labels.filter(needed) };
}

/** The product of two operands, summed over common labels that nothing later needs. */
function multiply(a: Labelled, b: Labelled, later: readonly (readonly number[])[]): Labelled {
  const own = sumAlone(a, [b.labels, ...later]);
  const needed = (label: number): boolean => later.some((other) => other.includes(label));
  const labels = [...new Set([...own.labels, ...b.labels])].filter(needed);
  // The last product is computed in the output's order of axes.
  const [only, ...others] = later;
  const out = only && others.length === 0 && only.every((label) => labels.includes(label)) ? only : labels;
  return { node: ops.contract(own.node, b.node, { a: own.labels, b: b.labels, out }), labels: out };
}

function inOrder({ node, labels }: Labelled, out: readonly number[], extents: ReadonlyMap<number, number>): Node {
  const permuted = ops.permute(
    node,
    out.filter((label) => labels.includes(label)).map((label) => labels.indexOf(label)),
  );
  const shape = out.map((label) => extents.get(label) ?? 1);
  // Labels of length 1 in all operands may have been dropped before.
  const kept = zip(out, shape).map(([label, n]) => (labels.includes(label) ? n : 1));
  return ops.broadcast(ops.reshape(permuted, kept), shape);
}
