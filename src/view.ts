// Affine index arithmetic, which folds movement operations into the loads of their readers.
import { contiguousStrides, type Shape, sameShape, sizeOf } from "./shape.ts";
import { zip } from "./zip.ts";

/**
 * An integer computed from the counters of a loop nest: offset + Σ coefficients[t]·counter[t] + Σ scale·value.
 * `terms` hold the parts that are not affine: indices that a gather reads from memory.
 */
export interface Affine {
  readonly offset: number;
  readonly coefficients: readonly number[];
  readonly terms: readonly IndexTerm[];
}

/** `value` is an expression of the kernel language, which this file does not interpret. */
interface IndexTerm {
  readonly scale: number;
  readonly value: object;
}

const noTerms: readonly IndexTerm[] = [];

const scaledTerm = ({ scale, value }: IndexTerm, by: number): IndexTerm => ({ scale: scale * by, value });

/** The counter of loop `axis` among `rank` loops. */
export function counter(axis: number, rank: number): Affine {
  const coefficients = new Array<number>(rank).fill(0);
  coefficients[axis] = 1;
  return { offset: 0, coefficients, terms: noTerms };
}

export function fixed(offset: number, rank: number): Affine {
  return { offset, coefficients: new Array<number>(rank).fill(0), terms: noTerms };
}

/** a·scale + shift. */
export function scaled(a: Affine, scale: number, shift = 0): Affine {
  return {
    offset: a.offset * scale + shift,
    coefficients: a.coefficients.map((c) => c * scale),
    terms: scale === 0 || a.terms.length === 0 ? noTerms : a.terms.map((t) => scaledTerm(t, scale)),
  };
}

export function sum(a: Affine, b: Affine): Affine {
  return {
    offset: a.offset + b.offset,
    coefficients: a.coefficients.map((c, i) => c + b.coefficients[i]!),
    terms: b.terms.length === 0 ? a.terms : [...a.terms, ...b.terms],
  };
}

/** The counters of a loop nest over `shape`, one for each axis. */
export function identityIndex(shape: Shape): Affine[] {
  return shape.map((_, axis) => counter(axis, shape.length));
}

/** The row-major offset of an index in a buffer of `shape`. */
export function flatten(index: readonly Affine[], shape: Shape, rank: number): Affine {
  // One array that grows, instead of one for each product and sum: compiling calls this most often of all.
  const coefficients = new Array<number>(rank).fill(0);
  let terms = noTerms;
  let offset = 0;
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const n = shape[axis]!;
    if (n !== 1) {
      const part = index[axis]!;
      offset += part.offset * stride;
      for (let i = 0; i < rank; i++) coefficients[i]! += part.coefficients[i]! * stride;
      const by = stride;
      if (part.terms.length > 0) terms = [...part.terms.map((t) => scaledTerm(t, by)), ...terms];
    }
    stride *= n;
  }
  return { offset, coefficients, terms };
}

/**
 * Converts an index of `from` to an index of `to`, two shapes of the same size in the same row-major order. Axes can
 * always be merged; an axis can be split only if its counters can be split with it. Null if they cannot: then the
 * caller must materialise the elements. `extents` are the lengths of the loops.
 */
export function reshapeIndex(index: readonly Affine[], from: Shape, to: Shape, extents: Shape): Affine[] | null {
  if (sizeOf(from) === 0) return to.map(() => fixed(0, extents.length));
  if (sameShape(from, to)) return index.map((part, i) => (to[i] === 1 ? fixed(0, extents.length) : part));
  const out: Affine[] = [];
  let i = 0;
  let j = 0;
  while (i < from.length || j < to.length) {
    const startFrom = i;
    const startTo = j;
    let sizeFrom = 1;
    let sizeTo = 1;
    do {
      // If both sizes are equal, axes of length 1 are taken first: they join the group before them, and no other axis
      // does.
      const takesTo = sizeTo < sizeFrom || (sizeTo === sizeFrom && from[i] !== 1 && to[j] === 1) || i === from.length;
      if (takesTo) sizeTo *= to[j++]!;
      else sizeFrom *= from[i++]!;
    } while (sizeFrom !== sizeTo || (i < from.length && from[i] === 1) || (j < to.length && to[j] === 1));
    const group = to.slice(startTo, j);
    const flat = flatten(index.slice(startFrom, i), from.slice(startFrom, i), extents.length);
    const parts = split(flat, group, extents);
    if (!parts) return null;
    out.push(...parts);
  }
  return out;
}

/** Splits a row-major offset into an index of `shape`; null if one of its counters crosses from one axis to another. */
function split(flat: Affine, shape: Shape, extents: Shape): Affine[] | null {
  const solid = shape.filter((n) => n !== 1).length;
  if (solid <= 1) return shape.map((n) => (n === 1 ? fixed(0, extents.length) : flat));
  if (flat.terms.length > 0) return null;
  const strides = contiguousStrides(shape);
  let rest = flat;
  const parts: Affine[] = [];
  for (const [n, stride] of zip(shape, strides)) {
    if (n === 1) {
      parts.push(fixed(0, extents.length));
      continue;
    }
    const takes = (c: number): boolean => c % stride === 0 && c !== 0;
    const high = rest.coefficients.map((c) => (takes(c) ? c / stride : 0));
    const low = rest.coefficients.map((c) => (takes(c) ? 0 : c));
    const offset = Math.floor(rest.offset / stride);
    const remainder: Affine = { offset: rest.offset - offset * stride, coefficients: low, terms: [] };
    const [least, most] = range(remainder, extents);
    const part: Affine = { offset, coefficients: high, terms: [] };
    const [first, last] = range(part, extents);
    if (least < 0 || most >= stride || first < 0 || last >= n) return null;
    parts.push(part);
    rest = remainder;
  }
  return parts;
}

/** The least and the greatest value that an index without memory terms takes over its loops. */
function range(a: Affine, extents: Shape): [number, number] {
  let least = a.offset;
  let most = a.offset;
  for (const [c, extent] of zip(a.coefficients, extents)) {
    const reach = c * Math.max(0, extent - 1);
    if (reach < 0) least += reach;
    else most += reach;
  }
  return [least, most];
}
