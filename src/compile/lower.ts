// Lowers nodes to expressions over the loops of a kernel. Movement operations become indices of the loads.
import { asInputs, type Node } from "../ops/op.ts";
import { sizeOf } from "../shape.ts";
import { type Affine, fixed, flatten, reshapeIndex } from "../view.ts";
import { zip } from "../zip.ts";
import type { Buffers, ElementIndex } from "./buffers.ts";
import { type Expression, ExpressionBuilder, type Guard, visit } from "./expression.ts";
import type { Roots } from "./roots.ts";

/** Thrown where a node cannot be computed inside these loops: it needs memory of its own, or another kernel. */
export class Misfit {
  readonly node: Node;
  constructor(node: Node) {
    this.node = node;
  }
}

/** A value that the kernel itself computes and keeps in registers. */
export interface Member {
  readonly element: ElementIndex;
  readonly value: Expression;
}

/** The loops of one kernel, and the expressions made so far. */
export class Frame {
  readonly extents: readonly number[];
  readonly builder = new ExpressionBuilder();
  readonly members = new Map<Node, Member>();
  readonly #roots: Roots;
  readonly #buffers: Buffers;
  readonly #memo = new Map<string, Expression>();
  readonly #sources = new Map<Expression, Node>();

  constructor(extents: readonly number[], roots: Roots, buffers: Buffers) {
    this.extents = extents;
    this.#roots = roots;
    this.#buffers = buffers;
  }

  get rank(): number {
    return this.extents.length;
  }

  /** The nodes with memory that expressions of this frame read. */
  sourcesOf(expressions: readonly Expression[]): Set<Node> {
    const found = new Set<Node>();
    visit(expressions, (e) => {
      if (e.kind === "load") found.add(this.#sources.get(e)!);
    });
    return found;
  }

  /** An element of `node` as an expression: a value in registers, a load, or the node's operation applied here. */
  lower(node: Node, element: ElementIndex, guards: readonly Guard[] = []): Expression {
    const member = this.members.get(node);
    if (member) {
      if (!this.#isSame(member.element, element)) throw new Misfit(node);
      return member.value;
    }
    return this.#roots.hasMemory(node) ? this.#load(node, element, guards) : this.compute(node, element, guards);
  }

  /** Like {@link lower}, but always applies the node's operation, even if the node is a root. */
  compute(node: Node, element: ElementIndex, guards: readonly Guard[] = []): Expression {
    // A node with one reader is met once for each element of the reader, whose expression is remembered.
    if (!this.#roots.isShared(node)) return this.#apply(node, element, guards);
    const { builder } = this;
    let key = `${node.id}|${element.shape}`;
    for (const at of element.index) key += `|${builder.affineKey(at)}`;
    for (const { at, size } of guards) key += `|${builder.affineKey(at)}<${size}`;
    let made = this.#memo.get(key);
    if (!made) this.#memo.set(key, (made = this.#apply(node, element, guards)));
    return made;
  }

  /** An index read from memory, clamped to [0, size). */
  indexFrom(indices: Node, element: ElementIndex, size: number, guards: readonly Guard[] = []): Affine {
    const b = this.builder.scalar;
    const given = this.lower(indices, element, guards);
    const integer = given.dtype === "uint32" ? given : b.cast(given, "int32");
    const low = integer.dtype === "int32" ? b.max(integer, b.constant(0, "int32")) : integer;
    const value = b.cast(b.min(low, b.constant(size - 1, low.dtype)), "int32");
    return { ...fixed(0, this.rank), terms: [{ scale: 1, value }] };
  }

  #apply(node: Node, element: ElementIndex, guards: readonly Guard[]): Expression {
    const { op } = node;
    switch (op.kind) {
      case "elementwise":
        return op.scalar(
          this.builder.scalar,
          asInputs(node.inputs.map((x) => this.lower(x, element, guards))),
          node.attrs,
        );
      case "generate":
        return this.#number(op.element(node, this.#ownIndex(node, element)), node.dtype);
      case "movement":
        return this.#moved(node, element, guards);
      case "gather": {
        const [x, indices] = node.inputs;
        const axis: number = node.attrs.axis;
        const index = this.#ownIndex(node, element);
        const after = axis + indices.shape.length;
        const named = { index: index.slice(axis, after), shape: indices.shape };
        const at = this.indexFrom(indices, named, x.shape[axis]!, guards);
        return this.lower(x, { index: [...index.slice(0, axis), at, ...index.slice(after)], shape: x.shape }, guards);
      }
      default:
        throw new Misfit(node);
    }
  }

  #moved(node: Node, element: ElementIndex, guards: readonly Guard[]): Expression {
    const { op } = node;
    const [x] = node.inputs;
    if (op.kind !== "movement" || !op.source) return this.#reshaped(x, element, guards);
    const index: Affine[] = op.source(node, this.#ownIndex(node, element));
    const source = { index, shape: x.shape };
    const fill = op.fill?.(node);
    if (!fill || fill.axes.length === 0) return this.lower(x, source, guards);
    const b = this.builder.scalar;
    if (sizeOf(x.shape) === 0) return b.constant(fill.value, node.dtype);
    const own = zip(index, x.shape).flatMap(([at, size], axis): Guard[] =>
      fill.axes.includes(axis) ? [{ at, size }] : [],
    );
    const isInside = own.map((g) => {
      const at = this.#number(g.at, "int32");
      return b.and(b.lessEqual(b.constant(0, "int32"), at), b.less(at, b.constant(g.size, "int32")));
    });
    return b.select(
      isInside.reduce((p, q) => b.and(p, q)),
      this.lower(x, source, [...guards, ...own]),
      b.constant(fill.value, node.dtype),
    );
  }

  /** Lowers a reshape's input. If the index cannot be split, all of the input is to be stored, not each part of it. */
  #reshaped(x: Node, element: ElementIndex, guards: readonly Guard[]): Expression {
    try {
      return this.lower(x, element, guards);
    } catch (error) {
      if (error instanceof Misfit && !reshapeIndex(element.index, element.shape, x.shape, this.extents))
        throw new Misfit(x);
      throw error;
    }
  }

  /** The element as an index into the node's own shape. */
  #ownIndex(node: Node, element: ElementIndex): readonly Affine[] {
    const index = reshapeIndex(element.index, element.shape, node.shape, this.extents);
    if (!index) throw new Misfit(node);
    return index;
  }

  #load(node: Node, element: ElementIndex, guards: readonly Guard[]): Expression {
    const { buffer, offsetOf } = this.#buffers.locate(node);
    const at = offsetOf(element, this.rank);
    const load = this.builder.make({ kind: "load", dtype: node.dtype, buffer, at, guards });
    this.#sources.set(load, node);
    return load;
  }

  #number(a: Affine, dtype: Expression["dtype"]): Expression {
    const b = this.builder.scalar;
    if (a.coefficients.every((c) => c === 0) && a.terms.length === 0) return b.constant(a.offset, dtype);
    return b.cast(this.builder.make({ kind: "index", dtype: "int32", at: a }), dtype);
  }

  #isSame(a: ElementIndex, b: ElementIndex): boolean {
    const key = (e: ElementIndex) => this.builder.affineKey(flatten(e.index, e.shape, this.rank));
    return key(a) === key(b);
  }
}
