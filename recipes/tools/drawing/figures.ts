// Drawn people: stick figures in any pose, partly hidden behind other things, with the places of their joints.
import { ElementRandom } from "nabla/data";
import { inTurns } from "../in-turns.ts";
import { Canvas, clouds, ellipse, Grain, stroke } from "./canvas.ts";

/** The joints of a figure, as the Leeds Sports Pose data name them; left and right are those of the viewer. */
export const joints = [
  "ankle left",
  "knee left",
  "hip left",
  "hip right",
  "knee right",
  "ankle right",
  "wrist left",
  "elbow left",
  "shoulder left",
  "shoulder right",
  "elbow right",
  "wrist right",
  "neck",
  "head",
] as const;

/** The pairs of joints between which there is a bone. */
export const bones: readonly (readonly [number, number])[] = [
  [0, 1],
  [1, 2],
  [2, 3],
  [3, 4],
  [4, 5],
  [6, 7],
  [7, 8],
  [8, 9],
  [9, 10],
  [10, 11],
  [2, 8],
  [3, 9],
  [12, 13],
];

export type Point = readonly [x: number, y: number];

/** Pictures [count, size, size, 3] in bytes, and the joints of the figure in each, in pixels. */
export interface Figures {
  readonly count: number;
  readonly size: number;
  readonly images: Uint8Array;
  readonly poses: readonly (readonly Point[])[];
}

/** Figures in poses drawn at random. `part` tells pictures to train on from those held out. */
export async function drawFigures(count: number, size: number, seed: number, part: number): Promise<Figures> {
  const images = new Uint8Array(count * size * size * 3);
  const grain = new Grain(seed, 0.03);
  const poses = await inTurns(count, (i) => {
    const random = new ElementRandom(seed, part, i);
    const canvas = new Canvas(size, size, 3);
    drawGround(random, canvas);
    const { pose, height } = posed(random, size);
    drawFigure(random, canvas, pose, height);
    for (let thing = 0; thing < 2; thing++) drawThing(random, canvas, pose, height);
    grain.addTo(canvas, random);
    canvas.writeTo(images, i * size * size * 3);
    return pose;
  });
  return { count, size, images, poses };
}

/** The longer side of the box around a pose, by which its errors are measured. */
export function extent(pose: readonly Point[]): number {
  const range = (axis: 0 | 1): number => {
    const values = pose.map((point) => point[axis]);
    return Math.max(...values) - Math.min(...values);
  };
  return Math.max(range(0), range(1));
}

function drawGround(random: ElementRandom, canvas: Canvas): void {
  const { height, width } = canvas;
  const colour = [0, 1, 2].map(() => random.uniform(0.25, 0.75));
  const shade = clouds(random, 14, height, width);
  canvas.change((_, x, y, channel) => colour[channel]! + 0.09 * shade(x, y));
}

const [margin, mostTries] = [2, 100];

/** A pose within the picture: bones of a person's proportions, at angles drawn at random. */
function posed(random: ElementRandom, size: number): { pose: Point[]; height: number } {
  for (let tries = 0; ; tries++) {
    const height = size * random.uniform(0.6, 0.85) * (tries < mostTries ? 1 : 0.5);
    const pose = anyPose(random, size, height);
    if (pose.flat().every((at) => at >= margin && at <= size - margin)) return { pose, height };
  }
}

function anyPose(random: ElementRandom, size: number, height: number): Point[] {
  /** A point at a distance in a direction, an angle from straight down, positive to the right. */
  const from = ([x, y]: Point, length: number, angle: number): Point => [
    x + height * length * Math.sin(angle),
    y + height * length * Math.cos(angle),
  ];
  const lean = random.normal(0, 0.2);
  const hip: Point = [random.uniform(0.3, 0.7) * size, random.uniform(0.4, 0.65) * size];
  const neck = from(hip, 0.3, lean + Math.PI);
  const head = from(neck, 0.12, lean + Math.PI + random.normal(0, 0.2));
  /** Two bones that hang from a joint of one side: −1 is left. */
  const limb = (joint: Point, side: number, lengths: readonly [number, number], spread: number, bend: number) => {
    const upper = lean + side * spread;
    const middle = from(joint, lengths[0], upper);
    return [joint, middle, from(middle, lengths[1], upper + side * bend)] as const;
  };
  const sides = [-1, 1].map((side) => ({
    arm: limb(
      from(neck, 0.1, lean + side * (Math.PI / 2 - 0.2)),
      side,
      [0.17, 0.16],
      random.uniform(-0.2, 2.4),
      random.uniform(-1.2, 1.6),
    ),
    leg: limb(
      from(hip, 0.065, lean + side * (Math.PI / 2)),
      side,
      [0.23, 0.23],
      random.uniform(-0.15, 1),
      random.uniform(-1, 0.2),
    ),
  }));
  const [left, right] = sides as [(typeof sides)[0], (typeof sides)[0]];
  return [...left.leg.toReversed(), ...right.leg, ...left.arm.toReversed(), ...right.arm, neck, head];
}

function drawFigure(random: ElementRandom, canvas: Canvas, pose: readonly Point[], height: number): void {
  const colour = () => [0, 1, 2].map(() => random.uniform(0, 1));
  const [shirt, trousers] = [colour(), colour()];
  const skin = [random.uniform(0.5, 0.95), random.uniform(0.35, 0.75), random.uniform(0.25, 0.6)];
  const thickness = height * random.uniform(0.022, 0.034);
  const line = (a: number, b: number, paint: readonly number[], radius = thickness): void => {
    const [[x0, y0], [x1, y1]] = [pose[a]!, pose[b]!];
    canvas.fill(stroke(x0, y0, x1, y1, radius), paint);
  };
  for (const [a, b] of [
    [0, 1],
    [1, 2],
    [2, 3],
    [3, 4],
    [4, 5],
  ] as const)
    line(a, b, trousers);
  for (const [a, b] of [
    [2, 8],
    [3, 9],
    [8, 9],
    [2, 9],
    [3, 8],
  ] as const)
    line(a, b, shirt, 1.5 * thickness);
  line(12, 13, skin);
  for (const [a, b] of [
    [7, 8],
    [9, 10],
  ] as const)
    line(a, b, shirt);
  for (const [a, b] of [
    [6, 7],
    [10, 11],
  ] as const)
    line(a, b, skin);
  const [x, y] = pose[13]!;
  canvas.fill(ellipse(x, y, 0.06 * height, 0.075 * height), skin);
}

/** A thing in front of the figure, which hides a part of it. */
function drawThing(random: ElementRandom, canvas: Canvas, pose: readonly Point[], height: number): void {
  const [x, y] = pose[random.below(pose.length)]!;
  const away = (): number => random.normal(0, 0.08 * height);
  const radius = (): number => height * random.uniform(0.05, 0.1);
  const form = ellipse(x + away(), y + away(), radius(), radius(), random.uniform(0, 3));
  canvas.fill(
    form,
    [0, 1, 2].map(() => random.uniform(0.1, 0.9)),
  );
}
