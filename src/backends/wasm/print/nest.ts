// Loop nests. Each axis is a sequence of segments: several vectors per iteration, one vector, and a partial one at the
// end.
import type { FunctionBuilder, Local } from "../assemble/assembler.ts";
import type { Vector } from "./expand.ts";
import type { Blocks } from "./loop-shape.ts";
import type { VectorPrinter } from "./vector-printer.ts";

/** Nests of at most so many iterations are unrolled: those of a 3×3 pooling window. */
export const mostUnrolled = 9;

/** Indices of an axis up to `end`, `span` of them per iteration. `lanes` is null if the axis is not the vector axis. */
interface Segment {
  readonly span: number;
  readonly end: number;
  readonly lanes: number | null;
  readonly copies: number;
}

/** The axis of which a call computes only the indices `start` ≤ index < `stop`. */
export interface Range {
  readonly axis: number;
  readonly start: Local;
  readonly stop: Local;
}

/** Prints the innermost code of a nest, for the number of valid lanes and the number of copies side by side. */
type Body = (lanes: number, copies: number) => void;

/** State on entering a loop. */
interface Entered {
  readonly lanes: number;
  readonly copies: number;
  /** The axis that is cut into blocks, and the code at the end of each. */
  readonly blocks: (Blocks & { readonly end: () => void }) | null;
}

export interface NestShape {
  readonly extents: readonly number[];
  readonly parallel: number;
  readonly vectorAxis: number;
  /** The axis along which copies of the body are computed side by side, and their numbers: the greater ones first. */
  readonly tile: { readonly axis: number; readonly copies: readonly number[] };
  /** Expressions whose invariant parts are hoisted to the outermost loop possible. */
  readonly roots: readonly Vector[];
  readonly range: Range | null;
}

export class LoopNest {
  readonly #f: FunctionBuilder;
  readonly #p: VectorPrinter;
  readonly #shape: NestShape;

  constructor(p: VectorPrinter, shape: NestShape) {
    this.#f = p.f;
    this.#p = p;
    this.#shape = shape;
  }

  /** Prints loops over `axes`, outermost first, around `body`. */
  print(axes: readonly number[], body: Body, entered: Partial<Entered> = {}): void {
    this.#nest(axes, body, { lanes: this.#shape.vectorAxis < 0 ? 1 : 4, copies: 1, blocks: null, ...entered });
  }

  /** The same, unrolled: every counter is a constant. */
  unrolled(axes: readonly number[], body: () => void): void {
    const [axis, ...rest] = axes;
    if (axis === undefined) return body();
    for (let i = 0; i < this.#extent(axis); i++) this.#p.displaced(axis, i, () => this.unrolled(rest, body));
  }

  #nest(axes: readonly number[], body: Body, entered: Entered): void {
    const { parallel, extents, roots, range } = this.#shape;
    const [axis, ...rest] = axes;
    if (axis === undefined) return body(entered.lanes, entered.copies);
    const counter = this.#f.local("i32");
    const isInnermost = rest.length === 0 && (axis >= parallel || parallel === extents.length);
    const inside = ({ lanes, copies }: Segment): void =>
      this.#p.inside(axis, counter, () => {
        const tiled = copies > 1;
        if (!isInnermost) this.#p.hoist(roots, tiled ? axis : -1);
        this.#nest(rest, body, {
          ...entered,
          lanes: lanes ?? entered.lanes,
          copies: tiled ? copies : entered.copies,
        });
      });
    if (axis === entered.blocks?.axis) this.#blocks(axis, counter, entered.blocks, inside);
    else if (axis === range?.axis) this.#range(axis, counter, range, inside);
    else this.#whole(axis, counter, inside);
    this.#f.release(counter, "i32");
  }

  #extent(axis: number): number {
    return this.#shape.extents[axis]!;
  }

  #segments(axis: number): Segment[] {
    const { vectorAxis, tile } = this.#shape;
    const extent = this.#extent(axis);
    const isVector = axis === vectorAxis;
    const whole = isVector ? extent - (extent % 4) : extent;
    const step = isVector ? 4 : 1;
    const lanes = isVector ? 4 : null;
    const segments: Segment[] = [];
    for (const copies of axis === tile.axis ? tile.copies : []) {
      const span = step * copies;
      if (whole >= span) segments.push({ span, end: whole - (whole % span), lanes, copies });
    }
    segments.push({ span: step, end: whole, lanes, copies: 1 });
    if (extent > whole) segments.push({ span: extent - whole, end: extent, lanes: extent - whole, copies: 1 });
    return segments;
  }

  /** Loops over all indices of an axis. */
  #whole(axis: number, counter: Local, inside: (s: Segment) => void): void {
    const f = this.#f;
    let from = 0;
    for (const segment of this.#segments(axis)) {
      const { span, end, lanes } = segment;
      if (end > from) {
        this.#withLanes(lanes, () => {
          if (lanes !== null && lanes < 4) {
            f.i32(from).set(counter);
            inside(segment);
          } else f.countedLoop(counter, from, end, span, () => inside(segment));
        });
      }
      from = end;
    }
  }

  /** Loops over the indices `start` ≤ index < `stop` of an axis; the bounds are known at run time only. */
  #range(axis: number, counter: Local, { start, stop }: Omit<Range, "axis">, inside: (s: Segment) => void): void {
    const f = this.#f;
    const [from, end] = [f.local("i32"), f.local("i32")];
    const extent = this.#extent(axis);
    const whole = axis === this.#shape.vectorAxis ? extent - (extent % 4) : extent;
    f.get(start).set(from);
    for (const segment of this.#segments(axis)) {
      const { span, lanes } = segment;
      if (lanes !== null && lanes < 4) {
        f.get(stop).i32(whole).emit("i32.gt_u").emit("if").i32(whole).set(counter);
        this.#withLanes(lanes, () => inside(segment));
        f.emit("end");
        continue;
      }
      f.least(
        () => f.get(stop),
        () => f.i32(whole),
      ).set(end);
      if (segment.copies > 1)
        f.get(end).get(end).get(from).emit("i32.sub").i32(span).emit("i32.rem_u").emit("i32.sub").set(end);
      f.get(from).get(end).emit("i32.lt_u").emit("if");
      f.rangedLoop(
        counter,
        () => f.get(from),
        end,
        span,
        () => inside(segment),
      );
      f.get(end).set(from);
      f.emit("end");
    }
    f.release(from, "i32");
    f.release(end, "i32");
  }

  /** Loops over the blocks of an axis, and over the indices of each. */
  #blocks(axis: number, counter: Local, blocks: NonNullable<Entered["blocks"]>, inside: (s: Segment) => void): void {
    const f = this.#f;
    const extent = this.#extent(axis);
    const [start, stop] = [f.local("i32"), f.local("i32")];
    f.countedLoop(start, 0, extent, blocks.indices, () => {
      f.least(
        () => f.get(start).plus(blocks.indices),
        () => f.i32(extent),
      ).set(stop);
      this.#range(axis, counter, { start, stop }, inside);
      blocks.end();
    });
    f.release(start, "i32");
    f.release(stop, "i32");
  }

  #withLanes(lanes: number | null, body: () => void): void {
    if (lanes !== null) this.#p.lanes = lanes;
    body();
    if (lanes !== null) this.#p.lanes = 4;
  }
}
