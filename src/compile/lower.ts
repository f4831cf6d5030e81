// Lowering: a node, seen from the loops of a kernel, as an expression. Movement is folded into the loads.
import type { Graph } from "../graph/graph.ts";
import { readOp, resultTypes } from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { type Affine, fixed, flatten, reshapeIndex, scaled, sum } from "../view.ts";
import { type Buffer, type Expression, ExpressionBuilder, type Guard, visit } from "./expression.ts";
import type { Roots } from "./roots.ts";

/** An element of a node: an index of `shape`, which holds as many elements as the node in the same order. */
export interface Place {
  readonly index: readonly Affine[];
  readonly shape: Shape;
}

/** A node cannot be seen from these loops: it needs memory of its own, or another kernel. */
export class Misfit extends Error {
  readonly node: Node;
  constructor(node: Node) {
    super(`${node.op.name} does not fit the loops of the kernel`);
    this.node = node;
  }
}

/** The buffers of a program: one for each input, variable and root. */
export class Buffers {
  readonly #roots: Roots;
  readonly #graph: Graph;
  readonly #made = new Map<Node | object, Buffer>();
  readonly #results = new Map<Node, Buffer[]>();
  #temporaries = 0;

  constructor(roots: Roots) {
    this.#roots = roots;
    this.#graph = roots.graph;
  }

  /** The buffer of a variable. */
  variable(index: number): Buffer {
    const variable = this.#graph.variables[index]!;
    return this.#memo(variable, () => ({
      name: variable.name,
      dtype: variable.dtype,
      size: sizeOf(variable.shape),
      place: "variable",
      index,
    }));
  }

  /** Where a node that has memory lies: a buffer, and how to go from an index of the node to an element of it. */
  locate(node: Node): { buffer: Buffer; at: (place: Place, rank: number) => Affine } {
    const placement = this.#roots.placements.get(node);
    if (placement) {
      const { join, offset, strides } = placement;
      const whole = this.locate(join);
      return {
        buffer: whole.buffer,
        at: (place, rank) => {
          const inside = strides
            ? place.index.reduce((at, part, i) => sum(at, scaled(part, strides[i]!)), fixed(0, rank))
            : flatten(place.index, place.shape, rank);
          return whole.at({ index: [scaled(inside, 1, offset)], shape: [sizeOf(join.shape)] }, rank);
        },
      };
    }
    return { buffer: this.#own(node), at: (place, rank) => flatten(place.index, place.shape, rank) };
  }

  #own(node: Node): Buffer {
    // A read whose numbers were kept is an input like any other.
    const input = this.#graph.inputs.indexOf(node);
    if (input >= 0)
      return this.#memo(node, () => ({
        name: `in${input}`,
        dtype: node.dtype,
        size: sizeOf(node.shape),
        place: "input",
        index: input,
      }));
    if (node.op === readOp) return this.variable(this.#graph.variables.indexOf(node.attrs.variable));
    if (node.op.kind === "result") return this.results(node.inputs[0]!)[node.attrs.index]!;
    return this.#memo(node, () => this.#temporary(node));
  }

  /** The buffers of all that a loop gives, whether or not somebody reads it. */
  results(loop: Node): readonly Buffer[] {
    let buffers = this.#results.get(loop);
    if (!buffers) this.#results.set(loop, (buffers = resultTypes(loop.attrs).map((type) => this.#temporary(type))));
    return buffers;
  }

  #temporary({ shape, dtype }: Pick<Node, "shape" | "dtype">): Buffer {
    const index = this.#temporaries++;
    return { name: `t${index}`, dtype, size: sizeOf(shape), place: "temporary", index };
  }

  #memo(key: object, make: () => Buffer): Buffer {
    let buffer = this.#made.get(key);
    if (!buffer) this.#made.set(key, (buffer = make()));
    return buffer;
  }
}

/** What the kernel itself computes and keeps in registers. */
export interface Member {
  readonly place: Place;
  readonly value: Expression;
}

/** The loops of one kernel, and the expressions made so far. */
export class Frame {
  readonly extents: readonly number[];
  readonly builder = new ExpressionBuilder();
  readonly members = new Map<Node, Member>();
  readonly #roots: Roots;
  readonly #buffers: Buffers;
  readonly #isLeaf: (node: Node) => boolean;
  readonly #memo = new Map<string, Expression>();
  readonly #sources = new Map<Expression, Node>();

  constructor(extents: readonly number[], roots: Roots, buffers: Buffers) {
    this.extents = extents;
    this.#roots = roots;
    this.#buffers = buffers;
    const inputs = new Set(roots.graph.inputs);
    this.#isLeaf = (node) => inputs.has(node) || node.op.kind === "leaf";
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

  /** The element of `node` at a place, as an expression. */
  lower(node: Node, place: Place, guards: readonly Guard[] = []): Expression {
    const member = this.members.get(node);
    if (member) {
      if (!this.#samePlace(member.place, place)) throw new Misfit(node);
      return member.value;
    }
    if (this.#isLeaf(node) || this.#roots.isRoot(node)) return this.#load(node, place, guards);
    return this.compute(node, place, guards);
  }

  /** Like {@link lower}, for a node that may be a root: its operation is applied here. */
  compute(node: Node, place: Place, guards: readonly Guard[] = []): Expression {
    const { affineKey } = this.builder;
    const key = [
      node.id,
      place.shape,
      ...place.index.map((a) => affineKey.call(this.builder, a)),
      ...guards.map((g) => `${affineKey.call(this.builder, g.at)}<${g.size}`),
    ].join("|");
    let made = this.#memo.get(key);
    if (!made) this.#memo.set(key, (made = this.#apply(node, place, guards)));
    return made;
  }

  #apply(node: Node, place: Place, guards: readonly Guard[]): Expression {
    const { op } = node;
    const b = this.builder.scalar;
    switch (op.kind) {
      case "elementwise":
        return op.scalar(
          b,
          node.inputs.map((x) => this.lower(x, place, guards)),
          node.attrs,
        );
      case "generate":
        return this.#number(op.element(node, this.#conform(node, place)), node.dtype);
      case "movement": {
        const [x] = node.inputs as [Node];
        if (!op.source) return this.#reshaped(x, place, guards);
        const index: Affine[] = op.source(node, this.#conform(node, place));
        const fill = op.fill?.(node);
        if (!fill || fill.axes.length === 0) return this.lower(x, { index, shape: x.shape }, guards);
        if (sizeOf(x.shape) === 0) return b.constant(fill.value, node.dtype);
        const own = fill.axes.map((axis: number): Guard => ({ at: index[axis]!, size: x.shape[axis]! }));
        const inside = own.map((g) => {
          const at = this.#number(g.at, "int32");
          return b.and(b.lessEqual(b.constant(0, "int32"), at), b.less(at, b.constant(g.size, "int32")));
        });
        return b.select(
          inside.reduce((p, q) => b.and(p, q)),
          this.lower(x, { index, shape: x.shape }, [...guards, ...own]),
          b.constant(fill.value, node.dtype),
        );
      }
      case "gather": {
        const [x, indices] = node.inputs as [Node, Node];
        const axis: number = node.attrs.axis;
        const index = this.#conform(node, place);
        const rank = indices.shape.length;
        const at = this.named(
          indices,
          { index: index.slice(axis, axis + rank), shape: indices.shape },
          x.shape[axis]!,
          guards,
        );
        return this.lower(
          x,
          { index: [...index.slice(0, axis), at, ...index.slice(axis + rank)], shape: x.shape },
          guards,
        );
      }
      default:
        throw new Misfit(node);
    }
  }

  /** What lies behind a reshape. Where its parts do not fit because the index does not split, all of it needs memory, not each part. */
  #reshaped(x: Node, place: Place, guards: readonly Guard[]): Expression {
    try {
      return this.lower(x, place, guards);
    } catch (error) {
      if (error instanceof Misfit && !reshapeIndex(place.index, place.shape, x.shape, this.extents))
        throw new Misfit(x);
      throw error;
    }
  }

  /** An index read from memory, brought into [0, size). */
  named(indices: Node, place: Place, size: number, guards: readonly Guard[] = []): Affine {
    const b = this.builder.scalar;
    const given = this.lower(indices, place, guards);
    const whole = given.dtype === "uint32" ? given : b.cast(given, "int32");
    const low = whole.dtype === "int32" ? b.max(whole, b.constant(0, "int32")) : whole;
    const value = b.cast(b.min(low, b.constant(size - 1, low.dtype)), "int32");
    return { ...fixed(0, this.rank), terms: [{ scale: 1, value }] };
  }

  /** A place of a node as an index of the node's own shape. */
  #conform(node: Node, place: Place): readonly Affine[] {
    const index = reshapeIndex(place.index, place.shape, node.shape, this.extents);
    if (!index) throw new Misfit(node);
    return index;
  }

  #load(node: Node, place: Place, guards: readonly Guard[]): Expression {
    const { buffer, at } = this.#buffers.locate(node);
    const load = this.builder.make({ kind: "load", dtype: node.dtype, buffer, at: at(place, this.rank), guards });
    this.#sources.set(load, node);
    return load;
  }

  #number(a: Affine, dtype: Expression["dtype"]): Expression {
    const b = this.builder.scalar;
    if (a.coefficients.every((c) => c === 0) && a.terms.length === 0) return b.constant(a.offset, dtype);
    return b.cast(this.builder.make({ kind: "index", dtype: "int32", at: a }), dtype);
  }

  #samePlace(a: Place, b: Place): boolean {
    const key = (p: Place) => this.builder.affineKey(flatten(p.index, p.shape, this.rank));
    return key(a) === key(b);
  }
}
