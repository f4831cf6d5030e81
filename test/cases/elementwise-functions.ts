// Cases of NumPy's elementwise functions, such as clip and isnan.
import * as elementary from "../../src/functions/elementwise.ts";
import { anyBits, awayFromZero, between, offGrid, onGrid, sample, unit } from "../samples.ts";
import { add, elementwise, integers, smooth } from "./table.ts";

elementwise("clip", (x) => elementary.clip(x, -1, 1), [onGrid(0.25)], { expect: (x) => Math.min(1, Math.max(-1, x)) });
elementwise("clip by tensors", (x, low) => elementary.clip(x, low, null), [onGrid(0), onGrid(0.5)], {
  expect: (x, low) => (x < low ? low : x),
});
elementwise("clip from above only", (x, high) => elementary.clip(x, null, high), [onGrid(0.5), onGrid(0)], {
  expect: (x, high) => (x > high ? high : x),
});
integers(
  "clip int32",
  (x) => elementary.clip(x, -5, 100),
  [anyBits("int32")],
  (x) => Math.min(100, Math.max(-5, x)),
);
elementwise("isnan", (x) => elementary.isnan(x), [unit], { expect: (x) => Number(Number.isNaN(x)), gradient: "none" });
elementwise("isfinite", (x) => elementary.isfinite(x), [unit], {
  expect: (x) => Number(Number.isFinite(x)),
  gradient: "none",
});
elementwise("isinf", (x) => elementary.isinf(x), [unit], {
  expect: (x) => Number(Math.abs(x) === Infinity),
  gradient: "none",
});
add(
  "isnan",
  "integers",
  (x) => [elementary.isnan(x), elementary.isfinite(x), elementary.isinf(x)],
  [sample(anyBits("int32"), [5])],
  { gradient: "none" },
);
elementwise("rsqrt", (x) => elementary.rsqrt(x), [between(0.3, 4)], { expect: (x) => 1 / Math.sqrt(x), ...smooth });
elementwise("arctan2", (y, x) => elementary.arctan2(y, x), [awayFromZero(0.3, 2), between(-2, 2)], {
  expect: Math.atan2,
  specials: null,
});
add(
  "functions that are methods",
  "arithmetic",
  (a, b) => [
    elementary.add(a, b),
    elementary.subtract(a, b),
    elementary.multiply(a, b),
    elementary.divide(a, b),
    elementary.power(a, 2),
    elementary.arctan2(1, b),
  ],
  [sample(between(0.5, 2), [4]), sample(between(0.5, 2), [4])],
  smooth,
);
add(
  "functions that are methods",
  "more of one operand",
  (x) => [elementary.square(x), elementary.expm1(x), elementary.log1p(x), elementary.tan(x)],
  [sample(between(0.2, 1.2), [5])],
  smooth,
);
add(
  "functions that are methods",
  "rounding",
  (x) => [elementary.floor(x), elementary.ceil(x), elementary.round(x)],
  [sample(offGrid(5), [7])],
  { gradient: "zero" },
);
