// The error function in float64, which JavaScript's Math lacks.

/**
 * erf x = 2/√π ∫₀ˣ e^(−t²) dt, to about 1e-15: its power series for |x| < 3, else 1 − erfc by Lentz's evaluation of the
 * continued fraction (Abramowitz and Stegun 7.1.5 and 7.1.14, 1964).
 */
export function erf(x: number): number {
  if (Number.isNaN(x)) return NaN;
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 3) {
    // Σ 2ⁿ x²ⁿ⁺¹ e^(−x²) / (1·3·…·(2n+1)): all terms of one sign, so nothing cancels.
    let term = x;
    let total = x;
    for (let n = 1; n < 200 && Math.abs(term) > Math.abs(total) * 1e-17; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      total += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
  }
  let fraction = 0;
  for (let n = 60; n >= 1; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
}
