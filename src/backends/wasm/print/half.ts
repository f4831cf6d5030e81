// Conversions between float32 and the bits of 16-bit floats, in instructions that every lane can execute. Both round to
// the nearest, and of two that are equally near to the even one; subnormal numbers are numbers like others.
import type { HalfDType } from "../../../half.ts";
import type { MathBuilder } from "./math.ts";

/** The numbers that 16 bits in the lower half of each lane stand for. */
export function fromHalf<T>(b: MathBuilder<T>, x: T, dtype: HalfDType): T {
  const c = (value: number): T => b.constant(value, "uint32");
  const bits = b.reinterpret(x, "uint32");
  if (dtype === "bfloat16") return b.reinterpret(b.shiftLeft(bits, c(16)), "float32");
  // Where float32 has its exponent, that of float16 is less by the difference of the biases, 127 − 15.
  const size = b.shiftLeft(b.and(bits, c(0x7fff)), c(13));
  const scaled = b.mul(b.reinterpret(size, "float32"), b.constant(2 ** 112, "float32"));
  const isNumber = b.less(size, c(0x1f << 23));
  const magnitude = b.select(isNumber, b.reinterpret(scaled, "uint32"), b.or(size, c(0x7f800000)));
  return b.reinterpret(b.or(magnitude, b.shiftLeft(b.and(bits, c(0x8000)), c(16))), "float32");
}

/** The bits of the nearest 16-bit float, as uint32. */
export function toHalf<T>(b: MathBuilder<T>, x: T, dtype: HalfDType): T {
  const c = (value: number): T => b.constant(value, "uint32");
  const bits = b.reinterpret(x, "uint32");
  const size = b.and(bits, c(0x7fffffff));
  /** Half a step less one, and one more where the last bit that stays is odd. */
  const rounded = (dropped: number): T =>
    b.add(b.add(size, c(2 ** (dropped - 1) - 1)), b.and(b.shiftRight(size, c(dropped)), c(1)));
  const isNumber = b.lessEqual(size, c(0x7f800000));
  const sign = b.and(b.shiftRight(bits, c(16)), c(0x8000));
  if (dtype === "bfloat16") return b.or(sign, b.select(isNumber, b.shiftRight(rounded(16), c(16)), c(0x7fc0)));
  const normal = b.shiftRight(b.sub(rounded(13), c((127 - 15) << 23)), c(13));
  // A sum with ½ has steps of 2⁻²⁴, as subnormal numbers of float16 have: its lowest bits count them.
  const half = b.constant(0.5, "float32");
  const subnormal = b.sub(b.reinterpret(b.add(b.reinterpret(size, "float32"), half), "uint32"), c(0x3f000000));
  const tooLarge = b.select(isNumber, c(0x7c00), c(0x7e00));
  const finite = b.select(b.less(size, c(0x38800000)), subnormal, normal); // 2⁻¹⁴, the least normal number
  return b.or(sign, b.select(b.less(size, c(0x477ff000)), finite, tooLarge)); // 65,520, halfway to the next one
}
