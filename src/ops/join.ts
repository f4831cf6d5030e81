// Concatenation, and sums of paddings that are equal to one.
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { formatShape } from "../shape.ts";
import { apply, defineOp, type JoinOp, type Node, type Ops } from "./op.ts";

export const concatenateOp: JoinOp<{ axis: number }> = defineOp({
  name: "concatenate",
  kind: "join",
  infer: (xs, { axis }: { axis: number }) => {
    const [first] = xs;
    if (!first) throw new ArgumentError("concatenate: needs at least one tensor.");
    if (first.shape[axis] === undefined) {
      throw new ArgumentError(`concatenate: ${formatShape(first.shape)} has no axis ${axis}.`);
    }
    for (const x of xs) {
      if (x.dtype !== first.dtype)
        throw new DTypeError(`concatenate: dtypes ${first.dtype} and ${x.dtype} do not mix.`);
      if (x.shape.length !== first.shape.length || x.shape.some((n, i) => i !== axis && n !== first.shape[i])) {
        throw new ShapeError(
          `concatenate: expected shapes that differ only along axis ${axis}, ` +
            `got ${formatShape(first.shape)} and ${formatShape(x.shape)}.`,
        );
      }
    }
    const shape = [...first.shape];
    shape[axis] = xs.reduce((n, x) => n + x.shape[axis]!, 0);
    return { shape, dtype: first.dtype };
  },
  vjp: (o, dy, xs, y) => {
    let at = 0;
    return xs.map((x) => {
      const start = x.shape.map((_, i) => (i === y.attrs.axis ? at : 0));
      at += x.shape[y.attrs.axis]!;
      return o.slice(dy, start, x.shape);
    });
  },
  simplify: (o, y) => {
    const solid = y.inputs.filter((x) => x.shape[y.attrs.axis] !== 0);
    const [first] = solid;
    if (first && solid.length === 1) return first;
    return first && solid.length < y.inputs.length ? o.concatenate(solid, y.attrs.axis) : null;
  },
});

/** The tensors side by side along `axis`; their other axes are equal. */
export function concatenate(xs: readonly Node[], axis: number): Node {
  const [first] = xs;
  return first && xs.length === 1 ? first : apply(concatenateOp, xs, { axis });
}

/** A part of an axis, from `low` on, with zeros before and after it. */
interface Piece {
  readonly content: Node;
  readonly low: number;
}

/**
 * Turns a sum of paddings that do not overlap into a concatenation: the gradients of a flat parameter's slices are then
 * written straight to their ranges, without additions. Null if `y` is not such a sum.
 */
export function joinPads(o: Ops, y: Node): Node | null {
  const axis = paddedAxis(y);
  if (axis < 0) return null;
  const pieces: Piece[] = [];
  if (!y.inputs.every((x) => collect(o, x, axis, pieces))) return null;
  pieces.sort((p, q) => p.low - q.low);
  const zeros = (length: number) =>
    o.full(
      y.shape.map((n, i) => (i === axis ? length : n)),
      0,
      y.dtype,
    );
  const parts: Node[] = [];
  let at = 0;
  for (const { content, low } of pieces) {
    if (low < at) return null;
    if (low > at) parts.push(zeros(low - at));
    parts.push(content);
    at = low + content.shape[axis]!;
  }
  if (at < y.shape[axis]!) parts.push(zeros(y.shape[axis]! - at));
  return concatenate(parts, axis);
}

/** The axis along which the first operand is padded or joined; −1 if it is neither. */
function paddedAxis(y: Node): number {
  const [x] = y.inputs;
  if (x.op === concatenateOp) return x.attrs.axis;
  return x.op.kind === "movement" && x.op.fill ? x.shape.findIndex((n, i) => x.inputs[0].shape[i] !== n) : -1;
}

/**
 * Collects the content of a padding by zeros, or of a concatenation with zeros, along `axis`; false for any other node.
 */
function collect(o: Ops, x: Node, axis: number, pieces: Piece[]): boolean {
  if (x.op === concatenateOp && x.attrs.axis === axis) {
    let low = 0;
    let hasZeros = false;
    for (const content of x.inputs) {
      if (o.constantValue(content) === 0) hasZeros = true;
      else pieces.push({ content, low });
      low += content.shape[axis]!;
    }
    return hasZeros;
  }
  if (x.op.kind !== "movement" || x.op.fill?.(x).value !== 0) return false;
  const [content] = x.inputs;
  if (content.shape.some((n, i) => i !== axis && n !== x.shape[i])) return false;
  pieces.push({ content, low: x.attrs.low[axis] });
  return true;
}
