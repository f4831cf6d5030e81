// The buffers of a program: one for each input, variable and root.
import type { Graph } from "../graph/graph.ts";
import { resultTypes } from "../ops/index.ts";
import { isRead, type Node } from "../ops/op.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { type Affine, fixed, flatten, scaled, sum } from "../view.ts";
import { zip } from "../zip.ts";
import type { Buffer } from "./expression.ts";
import type { Placement } from "./results.ts";

/** An element of a node: an index into `shape`, which holds the node's elements in the same order. */
export interface ElementIndex {
  readonly index: readonly Affine[];
  readonly shape: Shape;
}

/** A buffer, and the offset in it of an element of a node, as a function of the loops' counters. */
export interface Location {
  readonly buffer: Buffer;
  readonly offsetOf: (element: ElementIndex, rank: number) => Affine;
}

const inOneRun: Location["offsetOf"] = ({ index, shape }, rank) => flatten(index, shape, rank);

export class Buffers {
  readonly #graph: Graph;
  readonly #placements: ReadonlyMap<Node, Placement>;
  readonly #inputs: ReadonlyMap<Node, number>;
  readonly #variables: ReadonlyMap<object, number>;
  readonly #made = new Map<object, Buffer>();
  readonly #locations = new Map<Node, Location>();
  readonly #results = new Map<Node, readonly Buffer[]>();
  #temporaries = 0;

  constructor(graph: Graph, placements: ReadonlyMap<Node, Placement>) {
    this.#graph = graph;
    this.#placements = placements;
    this.#inputs = new Map(graph.inputs.map((node, i) => [node, i]));
    this.#variables = new Map(graph.variables.map((variable, i) => [variable, i]));
  }

  /** The buffer of the graph's variable number `index`. */
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

  /** The location of a node that has memory. */
  locate(node: Node): Location {
    let location = this.#locations.get(node);
    if (!location) this.#locations.set(node, (location = this.#find(node)));
    return location;
  }

  /** The buffers of all results of a loop, including those that nobody reads. */
  results(loop: Node): readonly Buffer[] {
    let buffers = this.#results.get(loop);
    if (!buffers) this.#results.set(loop, (buffers = resultTypes(loop.attrs).map((type) => this.#temporary(type))));
    return buffers;
  }

  #find(node: Node): Location {
    const placement = this.#placements.get(node);
    if (!placement) return { buffer: this.#own(node), offsetOf: inOneRun };
    const { join, offset, strides } = placement;
    const whole = this.locate(join);
    const size = sizeOf(join.shape);
    return {
      buffer: whole.buffer,
      offsetOf: (element, rank) => {
        const inside = strides
          ? zip(element.index, strides).reduce((at, [part, stride]) => sum(at, scaled(part, stride)), fixed(0, rank))
          : inOneRun(element, rank);
        return whole.offsetOf({ index: [scaled(inside, 1, offset)], shape: [size] }, rank);
      },
    };
  }

  #own(node: Node): Buffer {
    const input = this.#inputs.get(node);
    if (input !== undefined) {
      const { dtype, shape } = node;
      return this.#memo(node, () => ({ name: `in${input}`, dtype, size: sizeOf(shape), place: "input", index: input }));
    }
    if (isRead(node)) return this.variable(this.#variables.get(node.attrs.variable)!);
    if (node.op.kind === "result") return this.results(node.inputs[0])[node.attrs.index]!;
    return this.#memo(node, () => this.#temporary(node));
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
