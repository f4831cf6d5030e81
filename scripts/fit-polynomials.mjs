// Fits the polynomials of src/backends/wasm/print/math.ts and compares them with the coefficients that stand there.
//
//   node scripts/fit-polynomials.mjs              all of them
//   node scripts/fit-polynomials.mjs expTail      one of them
//
// Each polynomial minimises the greatest error, relative to the function that it is part of. Lawson's algorithm (1961)
// finds it: weighted least squares, repeated with each point's weight multiplied by its error. The coefficients are
// then rounded to float32 one by one, lowest order first, and the later ones are fitted anew after each.
//
// To add a polynomial, add an entry to `fits` and paste what is printed into math.ts; its error bound and the test of
// all floats are in test/wasm-math.test.ts.
import { readFileSync } from "node:fs";

/**
 * `target` is what the polynomial in `variable` approximates over x in `domain`; an error of the polynomial times
 * `weight` is the relative error of the result. `fixed` are leading coefficients that are given.
 */
const fits = {
  expTail: {
    domain: [-0.348, 0.348],
    variable: (r) => r,
    target: (r) => tail(r, (n) => 1 / factorial(n + 2)),
    weight: (r) => (r * r) / Math.expm1(r),
    count: 5,
  },
  tanhTail: {
    domain: [1e-3, 0.55],
    variable: (a) => a * a,
    target: (a) => (Math.tanh(a) - a) / a ** 3,
    weight: (a) => a ** 3 / Math.tanh(a),
    count: 4,
  },
  erfTail: {
    domain: [1e-4, 0.92],
    variable: (a) => a * a,
    target: (a) => (erf(a) - a) / a,
    weight: (a) => a / erf(a),
    count: 6,
  },
  logErfc: {
    domain: [0.92, 4],
    variable: (a) => a,
    target: (a) => Math.log(erfc(a)),
    weight: (a) => erfc(a) / erf(a),
    count: 7,
  },
  logTail: {
    domain: [-1 / 3, 1 / 3],
    variable: (f) => f,
    target: (f) => (Math.abs(f) < 0.02 ? tail(f, (n) => (-1) ** (n + 1) / (n + 2)) : (Math.log1p(f) - f) / (f * f)),
    weight: (f) => (f * f) / Math.log1p(f),
    count: 8,
  },
  sinTail: {
    domain: [0, Math.PI / 4],
    variable: (r) => r * r,
    target: (r) => tail(r * r, (n) => (-1) ** (n + 1) / factorial(2 * n + 3)),
    weight: (r) => r ** 3 / Math.sin(r),
    count: 3,
  },
  cosTail: {
    domain: [0, Math.PI / 4],
    variable: (r) => r * r,
    target: (r) => tail(r * r, (n) => (-1) ** (n + 1) / factorial(2 * n + 2)),
    weight: (r) => (r * r) / Math.cos(r),
    count: 4,
    fixed: [-0.5],
  },
  atanTail: {
    domain: [1e-3, 1],
    variable: (q) => q * q,
    target: (q) => (Math.atan(q) - q) / q ** 3,
    weight: (q) => q ** 3 / Math.atan(q),
    count: 8,
  },
  log2Tail: {
    domain: [0, 0.087],
    variable: (s) => s * s,
    target: (s) => (2 / Math.LN2) * tail(s * s, (n) => 1 / (2 * n + 3)),
    weight: (s) => s ** 3 / ((2 / Math.LN2) * Math.atanh(s)),
    count: 3,
  },
};

function factorial(n) {
  return n < 2 ? 1 : n * factorial(n - 1);
}

/** Σ term(n)·xⁿ, for series that converge fast. */
function tail(x, term) {
  let sum = 0;
  for (let n = 24; n >= 0; n--) sum = sum * x + term(n);
  return sum;
}

/** The error function by its power series, and from 2 on by the continued fraction of its complement. */
function erf(x) {
  if (x > 2) return 1 - erfc(x);
  let term = x;
  let sum = x;
  for (let n = 1; n < 80; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** 1 − erf x; from 2 on by e^(−x²)/√π · 1/(x + ½/(x + 1/(x + 3⁄2/(x + …)))). */
function erfc(x) {
  if (x <= 2) return 1 - erf(x);
  let fraction = x;
  for (let n = 120; n >= 1; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}

/** Points of a domain, denser towards its ends, without 0, where the quotients above are not defined. */
function points([low, high], count) {
  return Array.from(
    { length: count },
    (_, i) => (low + high) / 2 - ((high - low) / 2) * Math.cos((Math.PI * (i + 0.5)) / count),
  ).filter((x) => Math.abs(x) > 1e-6);
}

const horner = (coefficients, x) => coefficients.reduceRight((sum, c) => sum * x + c, 0);

/** The greatest relative error of a polynomial of a fit. */
function errorOf({ domain, variable, target, weight }, coefficients) {
  const errors = points(domain, 20001).map((x) =>
    Math.abs((horner(coefficients, variable(x)) - target(x)) * weight(x)),
  );
  return Math.max(...errors);
}

/** The coefficients c of the least Σ w(A·c − b)², by Householder's reflections. */
function leastSquares(rows, right, weights) {
  const n = rows[0].length;
  const a = rows.map((row, i) => [...row.map((v) => v * Math.sqrt(weights[i])), right[i] * Math.sqrt(weights[i])]);
  for (let k = 0; k < n; k++) {
    const norm = Math.hypot(...a.slice(k).map((row) => row[k]));
    const v = a.map((row, i) => (i < k ? 0 : row[k]));
    v[k] += Math.sign(v[k] || 1) * norm;
    const squared = v.reduce((sum, x) => sum + x * x, 0);
    if (squared === 0) continue;
    for (let j = k; j <= n; j++) {
      const share = (2 * v.reduce((sum, x, i) => sum + x * a[i][j], 0)) / squared;
      a.forEach((row, i) => {
        row[j] -= share * v[i];
      });
    }
  }
  const c = new Array(n).fill(0);
  for (let k = n - 1; k >= 0; k--) {
    const known = c.reduce((sum, x, j) => (j > k ? sum + x * a[k][j] : sum), 0);
    c[k] = (a[k][n] - known) / a[k][k];
  }
  return c;
}

/** The minimax polynomial that goes on from the coefficients `fixed`; the coefficients after them. */
function lawson(fit, fixed) {
  const xs = points(fit.domain, 240);
  const scale = xs.map((x) => Math.abs(fit.weight(x)));
  // The highest power is scaled to 1, so that the columns of the system have similar lengths.
  const reach = Math.max(...xs.map((x) => Math.abs(fit.variable(x))));
  const powers = Array.from({ length: fit.count - fixed.length }, (_, i) => fixed.length + i);
  const rows = xs.map((x, i) => powers.map((p) => (fit.variable(x) / reach) ** p * scale[i]));
  const right = xs.map((x, i) => (fit.target(x) - horner(fixed, fit.variable(x))) * scale[i]);
  let weights = xs.map(() => 1 / xs.length);
  let best = null;
  for (let round = 0; round < 200; round++) {
    const c = leastSquares(rows, right, weights);
    const errors = rows.map((row, i) => Math.abs(row.reduce((sum, v, j) => sum + v * c[j], 0) - right[i]));
    const greatest = Math.max(...errors);
    if (!best || greatest < best.greatest) best = { c, greatest };
    const next = weights.map((w, i) => w * errors[i]);
    const total = next.reduce((sum, w) => sum + w, 0);
    weights = next.map((w) => w / total);
  }
  return best.c.map((v, i) => v / reach ** powers[i]);
}

/** The coefficients in float32. */
function fitted(fit) {
  const coefficients = [...(fit.fixed ?? [])];
  while (coefficients.length < fit.count) coefficients.push(Math.fround(lawson(fit, coefficients)[0]));
  return coefficients;
}

const source = readFileSync(new URL("../src/backends/wasm/print/math.ts", import.meta.url), "utf8");

/** The coefficients of a name in math.ts. */
function present(name) {
  const [, list] = new RegExp(`const ${name} = \\[([^\\]]*)\\]`).exec(source) ?? [];
  if (!list) throw new Error(`math.ts has no list of coefficients "${name}".`);
  return list
    .split(",")
    .map((text) => text.trim())
    .filter(Boolean)
    .map(Number);
}

const wanted = process.argv.slice(2).filter((name) => !name.startsWith("--"));
let worse = 0;
for (const [name, fit] of Object.entries(fits)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const [now, found] = [present(name), fitted(fit)];
  const [errorNow, errorFound] = [errorOf(fit, now), errorOf(fit, found)];
  const same = now.filter((c, i) => c === found[i]).length;
  console.log(`${name}: ${same} of ${now.length} coefficients are those of math.ts`);
  console.log(`  greatest error in math.ts ${errorNow.toExponential(3)}, of this fit ${errorFound.toExponential(3)}`);
  if (same < now.length) console.log(`  [${found.join(", ")}]`);
  if (now.length !== found.length || errorNow > 1.05 * errorFound) worse++;
}
if (worse > 0) {
  console.log(`${worse} of math.ts could be better by more than 5 %.`);
  process.exitCode = 1;
}
