// The measure of detectors on values computed by hand.
import { expect, test } from "vitest";
import { type Found, intersectionOverUnion, meanAveragePrecision } from "../recipes/tools/drawing/boxes.ts";
import type { Box } from "../recipes/tools/drawing/canvas.ts";

const square: Box = [0, 0, 10, 10];
const moved: Box = [5, 0, 15, 10];
const away: Box = [20, 20, 30, 30];

test("the overlap of two boxes", () => {
  expect(intersectionOverUnion(square, square)).toBe(1);
  expect(intersectionOverUnion(square, moved)).toBeCloseTo(50 / 150, 12);
  expect(intersectionOverUnion(square, [2, 2, 7, 6])).toBeCloseTo(20 / 100, 12);
  expect(intersectionOverUnion(square, away)).toBe(0);
  expect(intersectionOverUnion(square, [10, 0, 20, 10])).toBe(0);
});

const object = (label: number, box: Box) => ({ label, box });
const found = (label: number, box: Box, score: number): Found => ({ label, box, score });

test("average precision: a mistake between two right answers", () => {
  // In order of the score: right (precision 1, recall 1/2), wrong, right (precision 2/3, recall 1): 1/2 + 2/3 · 1/2.
  const truth = [[object(0, square), object(0, away)]];
  const answers = [[found(0, away, 0.5), found(0, [40, 40, 50, 50], 0.7), found(0, square, 0.9)]];
  expect(meanAveragePrecision(answers, truth)).toBeCloseTo(5 / 6, 12);
});

test("average precision: precision is the greatest at the same or a greater recall", () => {
  // Wrong, right, right: precisions 0, 1/2, 2/3, of which the second is raised to 2/3: 2/3 · 1/2 + 2/3 · 1/2.
  const truth = [[object(0, square)], [object(0, away)]];
  const answers = [[found(0, away, 0.9), found(0, square, 0.8)], [found(0, away, 0.7)]];
  expect(meanAveragePrecision(answers, truth)).toBeCloseTo(2 / 3, 12);
});

test("an object is found once; a second box on it is a mistake", () => {
  const truth = [[object(0, square), object(0, away)]];
  const answers = [[found(0, square, 0.9), found(0, [0, 0, 10, 9], 0.8), found(0, away, 0.7)]];
  expect(meanAveragePrecision(answers, truth)).toBeCloseTo(5 / 6, 12);
});

test("too small an overlap, another class and another picture are mistakes; the classes count equally", () => {
  const truth = [[object(0, square)], [object(1, square), object(1, away)]];
  const only = (...answers: Found[]): number => meanAveragePrecision([answers, []], truth);
  expect(only(found(0, moved, 0.9))).toBe(0);
  expect(meanAveragePrecision([[found(0, moved, 0.9)], []], truth, 0.3)).toBe(0.5);
  expect(only(found(1, square, 0.9))).toBe(0);
  expect(only(found(0, square, 0.9))).toBe(0.5);
  expect(only()).toBe(0);
  // Class 0 is found, and of class 1 one object of two: (1 + 1/2) / 2.
  expect(meanAveragePrecision([[found(0, square, 0.9)], [found(1, away, 0.1)]], truth)).toBe(0.75);
  // A class that no object has does not count.
  expect(meanAveragePrecision([[found(7, square, 1), found(0, square, 0.9)], []], truth)).toBe(0.5);
});
