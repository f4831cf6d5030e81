// The errors of thresholds on distances, on values computed by hand.
import { expect, test } from "vitest";
import { equalErrorRate, pairsOf, ratesOf } from "../recipes/tools/verification.ts";

test("pairs of vectors, by their owners", () => {
  expect(
    pairsOf(
      [
        [0, 0],
        [3, 4],
        [0, 4],
      ],
      [7, 7, 8],
    ),
  ).toEqual({ same: [5], different: [4, 3] });
});

test("the equal error rate", () => {
  // At the threshold 3 one same pair of four (9) is refused, and one different pair of four (2) is let in.
  expect(equalErrorRate({ same: [1, 2, 3, 9], different: [2, 4, 5, 10] })).toEqual({ threshold: 3, rate: 0.25 });
  expect(equalErrorRate({ same: [1, 2], different: [3, 4] }).rate).toBe(0);
  expect(equalErrorRate({ same: [3, 4], different: [1, 2] }).rate).toBeGreaterThanOrEqual(0.5);
});

test("the errors of each threshold", () => {
  expect(ratesOf({ same: [1, 3], different: [2, 4] }, 3)).toEqual([
    { threshold: 1, accepted: 0, refused: 0.5 },
    { threshold: 3, accepted: 0.5, refused: 0 },
    { threshold: 3, accepted: 0.5, refused: 0 },
  ]);
});
