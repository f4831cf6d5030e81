// Our own exp, log, tanh and their kin in float32, written as expansions into instructions that every lane of a
// WebAssembly vector can execute: no branches, no tables, no engine `Math`, hence the same bits in every engine.
//
// Errors are in units in the last place (ulp) of the float32 result against a float64 reference, measured over
// every 7th float of the domain (for two operands, over 61 million pairs), and given as "fused / unfused": with and
// without a fused multiply-add. The coefficients are minimax fits (Lawson's reweighting) rounded to float32 one by
// one, lowest order first, the later ones refitted after each.
import type { ScalarBuilder } from "../../../compile/scalar.ts";
import type { DType } from "../../../dtype.ts";

/** The instructions that expansions consist of: the simple scalar ones, reinterpretation of bits, and multiply-add. */
export interface MathBuilder<T>
  extends Pick<
    ScalarBuilder<T>,
    | "neg"
    | "abs"
    | "floor"
    | "round"
    | "trunc"
    | "sqrt"
    | "add"
    | "sub"
    | "mul"
    | "div"
    | "min"
    | "max"
    | "less"
    | "lessEqual"
    | "equal"
    | "and"
    | "or"
    | "xor"
    | "not"
    | "shiftLeft"
    | "shiftRight"
    | "select"
    | "constant"
    | "cast"
  > {
  /** a·b + c, rounded once where the engine has a fused multiply-add, else twice. */
  fma(a: T, b: T, c: T): T;
  /** The same 32 bits read as another dtype. */
  reinterpret(a: T, dtype: DType): T;
}

export type TranscendentalOp =
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "sin"
  | "cos"
  | "tan"
  | "tanh"
  | "erf"
  | "pow"
  | "atan2";

/** Bounds of the error of each expansion on its domain, with and without a fused multiply-add; tests enforce them. */
export const errorBounds: Record<TranscendentalOp, { ulp: number; domain: string }> = {
  exp: { ulp: 1.25, domain: "all" },
  expm1: { ulp: 1.75, domain: "all" },
  log: { ulp: 1.25, domain: "all" },
  log1p: { ulp: 2, domain: "all" },
  sin: { ulp: 1.75, domain: "|x| ≤ 1e4" },
  cos: { ulp: 1.75, domain: "|x| ≤ 1e4" },
  tan: { ulp: 3.75, domain: "|x| ≤ 1e4" },
  tanh: { ulp: 1.75, domain: "all" },
  erf: { ulp: 1.5, domain: "all" },
  pow: { ulp: 2.5, domain: "all" },
  atan2: { ulp: 2.5, domain: "all" },
};

const float = <T>(b: MathBuilder<T>, value: number): T => b.constant(value, "float32");
const int = <T>(b: MathBuilder<T>, value: number): T => b.constant(value, "int32");
const bitsOf = <T>(b: MathBuilder<T>, x: T): T => b.reinterpret(x, "int32");
const fromBits = <T>(b: MathBuilder<T>, bits: T): T => b.reinterpret(bits, "float32");

/** c₀ + c₁x + c₂x² + … by Horner's rule. */
function polynomial<T>(b: MathBuilder<T>, x: T, coefficients: readonly number[]): T {
  return coefficients
    .slice(0, -1)
    .reduceRight((sum, coefficient) => b.fma(sum, x, float(b, coefficient)), float(b, coefficients.at(-1)!));
}

// Clamps to a constant that let NaN through. Not `min` and `max`, which take about seven machine instructions on
// x64: a printer may print `select(less(p, q), p, q)` as `f32x4.pmin(q, p)`, which takes one, and the like for pmax.
const atMost = <T>(b: MathBuilder<T>, x: T, limit: number): T =>
  b.select(b.less(float(b, limit), x), float(b, limit), x);
const atLeast = <T>(b: MathBuilder<T>, x: T, limit: number): T =>
  b.select(b.less(x, float(b, limit)), float(b, limit), x);

/** y, with its sign flipped where x has its sign bit set. */
const flipSign = <T>(b: MathBuilder<T>, y: T, x: T): T =>
  fromBits(b, b.xor(bitsOf(b, y), b.and(bitsOf(b, x), int(b, -0x80000000))));

/** y, but x itself where x is ±0: an odd function keeps the sign of zero. */
const keepZero = <T>(b: MathBuilder<T>, x: T, y: T): T => b.select(b.equal(x, float(b, 0)), x, y);

// ---- exp and relatives ---------------------------------------------------------------------------------------

const log2E = Math.LOG2E;
/** ln 2 in two parts (Cody and Waite, 1980): the first has 15 bits, so that its product with an exponent is exact. */
const ln2High = 0.693145751953125;
const ln2Low = 1.4286068203094172e-6;
/** Adding 1.5·2²³ to a small number rounds it to an integer, which then stands in the lowest bits. */
const roundingShift = 12582912;

/** (eʳ − 1 − r)/r² for |r| ≤ 0.348, to 1.4e-8 of eʳ − 1. */
const expTail = [
  0.4999999701976776, 0.1666654497385025, 0.04166743531823158, 0.008366476744413376, 0.0013870985712856054,
];

/** x = n·ln 2 + r with an integer n and |r| ≤ ½ ln 2 or hardly more; `bits` holds n + bias in its lowest nine bits. */
function reduceByLn2<T>(b: MathBuilder<T>, x: T, bias: number): { r: T; bits: T } {
  const shift = float(b, roundingShift + bias);
  const shifted = b.fma(x, float(b, log2E), shift);
  const n = b.sub(shifted, shift);
  const r = b.fma(n, float(b, -ln2Low), b.fma(n, float(b, -ln2High), x));
  return { r, bits: bitsOf(b, shifted) };
}

const expReduced = <T>(b: MathBuilder<T>, r: T): T => polynomial(b, r, [1, 1, ...expTail]);
const expm1Reduced = <T>(b: MathBuilder<T>, r: T): T => b.fma(b.mul(r, r), polynomial(b, r, expTail), r);

/** 2ⁿ for −127 < n < 128, where `bits` holds n + 127. */
const powerOfTwo = <T>(b: MathBuilder<T>, bits: T): T => fromBits(b, b.shiftLeft(bits, int(b, 23)));

/** p·2ⁿ, where `bits` holds n + 254: in two factors, so that it overflows to ∞ and underflows gradually. */
function scale<T>(b: MathBuilder<T>, p: T, bits: T): T {
  const half = b.shiftRight(bits, int(b, 1));
  return b.mul(b.mul(p, powerOfTwo(b, half)), powerOfTwo(b, b.sub(bits, half)));
}

/** eˣ = 2ⁿ·eʳ, eʳ of degree 6 (Cody and Waite, 1980). 0.90 / 1.17 ulp. */
function exp<T>(b: MathBuilder<T>, x: T): T {
  const { r, bits } = reduceByLn2(b, atLeast(b, atMost(b, x, 89), -104), 254);
  return scale(b, expReduced(b, r), bits);
}

/** eˣ − 1 = 2ⁿ·(eʳ − 1) + (2ⁿ − 1) (Tang, 1992); x itself where that is the nearest float. 1.53 / 1.65 ulp. */
function expm1<T>(b: MathBuilder<T>, x: T): T {
  const { r, bits } = reduceByLn2(b, atLeast(b, atMost(b, x, 89), -18), 126);
  const half = powerOfTwo(b, bits); // 2ⁿ⁻¹, because 2ⁿ may overflow where the result does not
  const y = b.fma(half, expm1Reduced(b, r), b.sub(half, float(b, 0.5)));
  return b.select(b.less(b.abs(x), float(b, 2 ** -25)), x, b.add(y, y));
}

/** (tanh a − a)/a³ in powers of a² for a ≤ 0.55, to 3.7e-8 of tanh a. */
const tanhTail = [-0.3333294689655304, 0.1332072913646698, -0.05267200991511345, 0.01643787883222103];

/** With a = |x|: a polynomial to 0.55, else 1 − 2/(e²ᵃ + 1) (Cody and Waite, 1980). 1.56 / 1.53 ulp, never past ±1. */
function tanh<T>(b: MathBuilder<T>, x: T): T {
  const a = b.abs(x);
  const z = b.mul(a, a);
  const near = b.fma(b.mul(a, z), polynomial(b, z, tanhTail), a);
  const { r, bits } = reduceByLn2(b, atMost(b, b.add(a, a), 18.5), 127);
  const one = float(b, 1);
  const far = b.sub(one, b.div(float(b, 2), b.fma(expReduced(b, r), powerOfTwo(b, bits), one)));
  return flipSign(b, b.select(b.less(a, float(b, 0.55)), near, far), x);
}

/** (erf a − a)/a in powers of a² for a ≤ 0.92, to 1.5e-8 of erf a. */
const erfTail = [
  0.12837915122509003, -0.3761250078678131, 0.11281877011060715, -0.026768578216433525, 0.004995847120881081,
  -0.0006003747112117708,
];
/** ln(1 − erf a) for 0.92 ≤ a ≤ 4, to 1.6e-9 of erf a. */
const logErfc = [
  -0.00019567589333746582, -1.1276756525039673, -0.6371821761131287, -0.10393165796995163, 0.022226933389902115,
  -0.003043212229385972, 0.00019593544129747897,
];

/** With a = |x|: a polynomial to 0.92, else 1 − e^p(a) (a form of N. Juffa's). 1.06 / 1.35 ulp, never past ±1. */
function erf<T>(b: MathBuilder<T>, x: T): T {
  const a = atMost(b, b.abs(x), 4);
  const near = b.fma(a, polynomial(b, b.mul(a, a), erfTail), a);
  const { r, bits } = reduceByLn2(b, polynomial(b, a, logErfc), 127);
  const far = b.sub(float(b, 1), b.mul(expReduced(b, r), powerOfTwo(b, bits)));
  return flipSign(b, b.select(b.less(a, float(b, 0.92)), near, far), x);
}

// ---- Logarithms -----------------------------------------------------------------------------------------------

const twoThirdsBits = 0x3f2aaaab;

/** (ln(1+f) − f)/f² for |f| ≤ 1/3, to 2.6e-8 of ln(1+f). */
const logTail = [
  -0.49999937415122986, 0.33333200216293335, -0.250077486038208, 0.20011073350906372, -0.1641703099012375,
  0.1399713158607483, -0.15383583307266235, 0.14020611345767975,
];

/** The exponent k of 2ᵏ·m with pivot ≤ m < 2·pivot, left in its place (k·2²³), from the bits of a positive number. */
const exponentInPlace = <T>(b: MathBuilder<T>, bits: T, pivotBits: number): T =>
  b.and(b.sub(bits, int(b, pivotBits)), int(b, -0x00800000));

/** x = 2ᵏ·m with pivot ≤ m < 2·pivot, for 0 < x < ∞, denormal numbers included. */
function splitFloat<T>(b: MathBuilder<T>, x: T, pivotBits: number): { k: T; m: T } {
  const tiny = b.less(x, float(b, 2 ** -126));
  const bits = bitsOf(b, b.select(tiny, b.mul(x, float(b, 2 ** 24)), x));
  const exponent = exponentInPlace(b, bits, pivotBits);
  const k = b.fma(b.cast(exponent, "float32"), float(b, 2 ** -23), b.select(tiny, float(b, -24), float(b, 0)));
  return { k, m: fromBits(b, b.sub(bits, exponent)) };
}

/** k·ln 2 + ln(1+f), the small terms first. */
function logReduced<T>(b: MathBuilder<T>, k: T, f: T): T {
  const small = b.fma(b.mul(f, f), polynomial(b, f, logTail), b.mul(k, float(b, ln2Low)));
  return b.fma(k, float(b, ln2High), b.add(small, f));
}

/** y where pole < x < ∞; else −∞ at the pole, NaN below it, and x itself where that is ∞ or NaN. */
function logDomain<T>(b: MathBuilder<T>, x: T, pole: number, y: T): T {
  const inside = b.select(b.less(x, float(b, Infinity)), y, x);
  const outside = b.select(b.equal(x, float(b, pole)), float(b, -Infinity), float(b, NaN));
  return b.select(b.less(float(b, pole), x), inside, outside);
}

/** ln x = k·ln 2 + ln m with m in [2/3, 4/3), degree 9 (Cody and Waite, 1980). 1.12 / 1.14 ulp. */
function log<T>(b: MathBuilder<T>, x: T): T {
  const { k, m } = splitFloat(b, x, twoThirdsBits);
  return logDomain(b, x, 0, logReduced(b, k, b.sub(m, float(b, 1))));
}

/** As ln, with k from the rounded 1 + x but f = 2⁻ᵏ·x + (2⁻ᵏ − 1) from x itself (after Tang, 1990). 1.84 / 1.91 ulp. */
function log1p<T>(b: MathBuilder<T>, x: T): T {
  const exponent = exponentInPlace(b, bitsOf(b, b.add(x, float(b, 1))), twoThirdsBits);
  const k = b.mul(b.cast(exponent, "float32"), float(b, 2 ** -23));
  const fourth = fromBits(b, b.sub(int(b, 0x40800000), exponent)); // 4·2⁻ᵏ: a normal number even for k = 128
  const quarter = float(b, 0.25);
  const f = b.fma(b.mul(x, fourth), quarter, b.fma(fourth, quarter, float(b, -1)));
  return logDomain(b, x, -1, keepZero(b, x, logReduced(b, k, f)));
}

// ---- sin, cos, tan --------------------------------------------------------------------------------------------

/** π/2 in parts of 8, 7, 10 and 24 bits: the first three times n ≤ 2¹³ are exact, the first two times n ≤ 2¹⁶. */
const halfPi = [1.5703125, 0.000484466552734375, -6.398186087608337e-7, 6.077100506506192e-11] as const;
/** (sin r − r)/r³ and (cos r − 1)/r² in powers of r² for |r| ≤ π/4, to 4.2e-9 and 1.2e-10 of sin r and cos r. */
const sinTail = [-0.16666653752326965, 0.008332106284797192, -0.00019507882825564593];
const cosTail = [-0.5, 0.04166664555668831, -0.0013887308305129409, 2.4432101781712845e-5];

/**
 * sin r and cos r for r = x − n·π/2, |r| ≤ π/4 or hardly more, and n in the lowest bits of `quadrant` (Cody and
 * Waite, 1980). From |x| ≈ 1e5 on, r loses its meaning and is only clamped.
 */
function sinCosReduced<T>(b: MathBuilder<T>, x: T): { sine: T; cosine: T; quadrant: T } {
  const shift = float(b, roundingShift);
  const shifted = b.fma(x, float(b, 2 / Math.PI), shift);
  const n = b.sub(shifted, shift);
  const second = b.fma(n, float(b, -halfPi[1]), b.fma(n, float(b, -halfPi[0]), x));
  const part = b.mul(n, float(b, halfPi[2]));
  const third = b.sub(second, part);
  const lost = b.sub(b.sub(second, third), part); // what the rounding of `third` lost
  const r = atLeast(b, atMost(b, b.add(third, b.fma(n, float(b, -halfPi[3]), lost)), 0.8), -0.8);
  const z = b.mul(r, r);
  return {
    sine: b.fma(r, b.mul(z, polynomial(b, z, sinTail)), r),
    cosine: polynomial(b, z, [1, ...cosTail]),
    quadrant: bitsOf(b, shifted),
  };
}

/** True in the odd quadrants, where sin and cos change places. */
const isOdd = <T>(b: MathBuilder<T>, quadrant: T): T => b.equal(b.and(quadrant, int(b, 1)), int(b, 1));
/** y, with its sign flipped in quadrants 2 and 3. */
const flipByQuadrant = <T>(b: MathBuilder<T>, y: T, quadrant: T): T =>
  flipSign(b, y, b.shiftLeft(quadrant, int(b, 30)));

/** ±sin r or ±cos r by quadrant. 1.53 / 1.53 ulp to 1e4, within 1e-7 up to 1e5, then only some value in [−1, 1]. */
function sin<T>(b: MathBuilder<T>, x: T): T {
  const { sine, cosine, quadrant } = sinCosReduced(b, x);
  return keepZero(b, x, flipByQuadrant(b, b.select(isOdd(b, quadrant), cosine, sine), quadrant));
}

/** sin one quadrant later. 1.54 / 1.54 ulp to 1e4, within 1e-7 up to 1e5, then only some value in [−1, 1]. */
function cos<T>(b: MathBuilder<T>, x: T): T {
  const { sine, cosine, quadrant } = sinCosReduced(b, x);
  return flipByQuadrant(b, b.select(isOdd(b, quadrant), sine, cosine), b.add(quadrant, int(b, 1)));
}

/** sin r/cos r or −cos r/sin r by quadrant. 3.13 / 3.43 ulp to 1e4; beyond 1e5 nothing is promised. */
function tan<T>(b: MathBuilder<T>, x: T): T {
  const { sine, cosine, quadrant } = sinCosReduced(b, x);
  const odd = isOdd(b, quadrant);
  return keepZero(b, x, b.div(b.select(odd, b.neg(cosine), sine), b.select(odd, sine, cosine)));
}

/** (atan q − q)/q³ in powers of q² for 0 ≤ q ≤ 1, to 1.7e-8 of atan q. */
const atanTail = [
  -0.33333152532577515, 0.19993767142295837, -0.14211003482341766, 0.10665782541036606, -0.07551706582307816,
  0.043205492198467255, -0.01636379398405552, 0.002919607562944293,
];

/** The angle from the octant that |y|/|x| folds to, degree 17 (after Hastings, 1955). 1.99 / 2.13 ulp. */
function atan2<T>(b: MathBuilder<T>, y: T, x: T): T {
  const one = float(b, 1);
  const [ay, ax] = [b.abs(y), b.abs(x)];
  const steep = b.less(ax, ay);
  const small = b.select(steep, ax, ay);
  const large = b.select(steep, ay, ax);
  const divisor = b.select(b.equal(large, float(b, 0)), one, large); // 0/0 counts as 0, ∞/∞ as 1
  const q = b.select(b.equal(small, divisor), one, b.div(small, divisor));
  const z = b.mul(q, q);
  const octant = b.fma(q, b.mul(z, polynomial(b, z, atanTail)), q);
  const quadrant = b.select(steep, b.sub(float(b, Math.PI / 2), octant), octant);
  const half = b.select(b.less(bitsOf(b, x), int(b, 0)), b.sub(float(b, Math.PI), quadrant), quadrant);
  return flipSign(b, half, y);
}

// ---- pow ------------------------------------------------------------------------------------------------------

const fourthRootHalfBits = 0x3f5744fd; // 2^(−1/4)
/** 2/ln 2, and its first 12 bits. */
const log2Lead = 2.885390081777927;
const log2LeadHigh = 2.884765625;
/** (2/ln 2)·(artanh s − s)/s³ in powers of s² for |s| ≤ 0.087, to 6e-12 of (2/ln 2)·artanh s. */
const log2Tail = [0.9617967009544373, 0.5770645141601562, 0.4162624180316925];
/** A float near √2 whose binary logarithm is a 16-bit fraction to within 2⁻³⁵, found by search. */
const upperCentre = 1.414363145828247;
const log2UpperCentre = 0.500152587890625;

/** x cut to its first 12 significant bits: the product of two such numbers is exact (Dekker, 1971). */
const leading = <T>(b: MathBuilder<T>, x: T): T => fromBits(b, b.and(bitsOf(b, x), int(b, -0x1000)));

/**
 * log₂ x for 0 < x < ∞ as a sum of two floats: x = 2ᵏ·m, log₂ m = log₂ c + (2/ln 2)·artanh((m − c)/(m + c)), with
 * the nearer of two centres c; the quotient's first 12 bits are multiplied exactly, its rest joins the small terms.
 */
function log2Pair<T>(b: MathBuilder<T>, x: T): { high: T; low: T } {
  const { k, m } = splitFloat(b, x, fourthRootHalfBits);
  const upper = b.less(float(b, 2 ** 0.25), m);
  const c = b.select(upper, float(b, upperCentre), float(b, 1));
  const base = b.add(k, b.select(upper, float(b, log2UpperCentre), float(b, 0)));
  const numerator = b.sub(m, c);
  const divisor = b.add(m, c);
  const divisorHigh = leading(b, divisor);
  const divisorLow = b.sub(m, b.sub(divisorHigh, c));
  const inverse = b.div(float(b, 1), divisor);
  const s = b.mul(numerator, inverse);
  const sHigh = leading(b, s);
  const rest = b.sub(b.sub(numerator, b.mul(sHigh, divisorHigh)), b.mul(sHigh, divisorLow));
  const linear = b.fma(b.mul(rest, inverse), float(b, log2Lead), b.mul(sHigh, float(b, log2Lead - log2LeadHigh)));
  const z = b.mul(s, s);
  const small = b.fma(b.mul(z, s), polynomial(b, z, log2Tail), linear);
  const product = b.mul(sHigh, float(b, log2LeadHigh));
  const high = b.add(base, product);
  return { high, low: b.add(b.sub(product, b.sub(high, base)), small) };
}

/**
 * |x|ʸ = 2^(y·log₂|x|), the exponent carried as a sum of two floats, then the special cases as JavaScript has them:
 * as in C, but (±1)^(±∞) and 1^NaN are NaN. 1.98 / 2.12 ulp; small integer powers that are floats come out exact.
 */
function pow<T>(b: MathBuilder<T>, x: T, y: T): T {
  const [zero, infinity] = [float(b, 0), float(b, Infinity)];
  const a = b.abs(x);

  const log2 = log2Pair(b, a);
  const sum = b.add(log2.high, log2.low);
  const sumHigh = leading(b, sum);
  const sumLow = b.add(b.sub(log2.high, sumHigh), log2.low);
  const yHigh = leading(b, y);
  const high = b.mul(yHigh, sumHigh);
  const low = b.fma(b.sub(y, yHigh), sumHigh, b.mul(y, sumLow));
  const shift = float(b, roundingShift + 254);
  const shifted = b.add(b.add(high, low), shift);
  const fraction = b.add(b.sub(high, b.sub(shifted, shift)), low);
  const power = scale(b, expReduced(b, b.mul(fraction, float(b, Math.LN2))), bitsOf(b, shifted));

  const exponent = b.mul(y, sum); // ±∞ and NaN where y is infinite, while `power` is NaN there
  let result = b.select(b.less(float(b, 160), exponent), infinity, power);
  result = b.select(b.less(exponent, float(b, -160)), zero, result);

  // A negative base has powers with integers only, and those with odd ones are negative.
  const half = b.mul(y, float(b, 0.5));
  const isInteger = b.equal(b.floor(y), y);
  const isOddInteger = b.and(isInteger, b.less(b.floor(half), half));
  result = b.select(b.or(isInteger, b.lessEqual(zero, x)), result, float(b, NaN));

  const isInfinite = b.equal(a, infinity);
  const edge = b.select(b.xor(isInfinite, b.less(y, zero)), infinity, zero);
  result = b.select(b.or(isInfinite, b.equal(a, zero)), edge, result);
  result = flipSign(b, result, b.select(isOddInteger, x, zero));
  result = b.select(b.and(b.equal(x, x), b.equal(y, y)), result, float(b, NaN));
  return b.select(b.equal(y, zero), float(b, 1), result);
}

/** The expansion of every transcendental instruction; `pow` takes base and exponent, `atan2` y and x. */
export const expansions = { exp, expm1, log, log1p, sin, cos, tan, tanh, erf, pow, atan2 } satisfies Record<
  TranscendentalOp,
  <T>(b: MathBuilder<T>, x: T, y: T) => T
>;
