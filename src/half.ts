// float16 and bfloat16, numbers of two bytes: their bits are kept in a Uint16Array, since not every engine has a
// Float16Array.

/** The dtypes that numbers rest in, and that nothing is computed in. */
export type HalfDType = "float16" | "bfloat16";

/** The numbers of bits of exponent and fraction: of IEEE 754's binary16, and of the upper half of a float32. */
const formats = { float16: [5, 10], bfloat16: [8, 7] } as const satisfies Record<HalfDType, readonly [number, number]>;

/** True for float16 and bfloat16. */
export const isHalf = (dtype: string): dtype is HalfDType => dtype === "float16" || dtype === "bfloat16";

// The words of a float64; the upper one holds sign and exponent.
const number = new Float64Array(1);
const words = new Uint32Array(number.buffer);

/** 2ⁿ for −1023 < n < 1024, made of its bits. */
function powerOfTwo(n: number): number {
  words[0] = 0;
  words[1] = (n + 1023) << 20;
  return number[0]!;
}

/** The bits of the nearest number of a format. Of two that are equally near it is the even one; too large gives ∞. */
function toBits(value: number, [exponentBits, fractionBits]: readonly [number, number]): number {
  const bias = 2 ** (exponentBits - 1) - 1;
  const infinity = (2 ** exponentBits - 1) << fractionBits;
  if (Number.isNaN(value)) return infinity | (1 << (fractionBits - 1));
  number[0] = value;
  const high = words[1]!;
  // Below the least normal number the step between neighbours shrinks no more.
  const exponent = Math.max(1 - bias, ((high >>> 20) & 0x7ff) - 1023);
  const steps = Math.abs(value) * powerOfTwo(fractionBits - exponent);
  const rounded = steps + 2 ** 52 - 2 ** 52; // a float64 from 2⁵² on is an integer
  const bits = Math.min(infinity, ((exponent + bias - 1) << fractionBits) + rounded);
  return ((high >>> 16) & 0x8000) | bits;
}

function fromBits(bits: number, [exponentBits, fractionBits]: readonly [number, number]): number {
  const bias = 2 ** (exponentBits - 1) - 1;
  const exponent = (bits & 0x7fff) >>> fractionBits;
  const fraction = bits & (2 ** fractionBits - 1);
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 2 ** exponentBits - 1) return fraction ? NaN : sign * Infinity;
  const steps = exponent ? fraction + 2 ** fractionBits : fraction;
  return sign * steps * powerOfTwo(Math.max(1, exponent) - bias - fractionBits);
}

/** The nearest number that `dtype` holds. */
export const roundToHalf = (value: number, dtype: HalfDType): number =>
  fromBits(toBits(value, formats[dtype]), formats[dtype]);

/** The bits of numbers, each rounded to the nearest that `dtype` holds. */
export function encodeHalf(values: ArrayLike<number>, dtype: HalfDType): Uint16Array {
  const out = new Uint16Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = toBits(values[i]!, formats[dtype]);
  return out;
}

/** The numbers that bits stand for, exactly. */
export function decodeHalf(bits: ArrayLike<number>, dtype: HalfDType): Float32Array {
  const out = new Float32Array(bits.length);
  for (let i = 0; i < out.length; i++) out[i] = fromBits(bits[i]!, formats[dtype]);
  return out;
}
