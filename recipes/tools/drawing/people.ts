// Drawn faces: what makes a person, and what changes from one picture to the next.
import { ElementRandom } from "nabla/data";
import { inTurns } from "../in-turns.ts";
import { blob, Canvas, clouds, ellipse, Grain, stroke } from "./canvas.ts";

/** Pictures [count, size, size, 3] in bytes, and the number of the person in each. */
export interface Faces {
  readonly count: number;
  readonly size: number;
  readonly images: Uint8Array;
  readonly people: Int32Array;
}

type Colour = readonly number[];

/** What stays the same: lengths in shares of the picture's side, and colours. */
interface Person {
  readonly width: number;
  readonly height: number;
  readonly jaw: number;
  readonly skin: Colour;
  readonly hair: Colour;
  /** How far hair reaches down: over the forehead, and beside the face. */
  readonly fringe: number;
  readonly length: number;
  readonly eyeDistance: number;
  readonly eyeSize: number;
  readonly iris: Colour;
  readonly brow: number;
  readonly browSlope: number;
  readonly nose: number;
  readonly mouth: number;
  readonly lips: number;
  readonly beard: number;
}

/** Pictures of people. `part` tells people to train on from those who are held out. */
export async function drawFaces(
  people: number,
  each: number,
  size: number,
  seed: number,
  part: number,
): Promise<Faces> {
  const count = people * each;
  const area = size * size * 3;
  const images = new Uint8Array(count * area);
  const grain = new Grain(seed, 0.03);
  await inTurns(count, (i) => {
    const person = personOf(new ElementRandom(seed, part, Math.floor(i / each)));
    const random = new ElementRandom(seed, part + 1000, i);
    const canvas = new Canvas(size, size, 3);
    drawFace(random, canvas, person);
    grain.addTo(canvas, random);
    canvas.writeTo(images, i * area);
  });
  return { count, size, images, people: Int32Array.from({ length: count }, (_, i) => Math.floor(i / each)) };
}

function personOf(random: ElementRandom): Person {
  const tone = random.uniform(0.35, 0.95);
  const dark = random.uniform(0.05, 0.75);
  return {
    width: random.uniform(0.22, 0.29),
    height: random.uniform(0.29, 0.36),
    jaw: random.uniform(-0.12, 0.12),
    skin: [tone, tone * random.uniform(0.7, 0.85), tone * random.uniform(0.5, 0.75)],
    hair: [dark, dark * random.uniform(0.5, 1), dark * random.uniform(0.2, 1)],
    fringe: random.uniform(0.02, 0.17),
    length: random.uniform(-0.2, 0.35),
    eyeDistance: random.uniform(0.09, 0.14),
    eyeSize: random.uniform(0.026, 0.045),
    iris: [random.uniform(0.1, 0.5), random.uniform(0.1, 0.6), random.uniform(0.1, 0.8)],
    brow: random.uniform(0.008, 0.022),
    browSlope: random.uniform(-0.03, 0.03),
    nose: random.uniform(0.06, 0.13),
    mouth: random.uniform(0.06, 0.12),
    lips: random.uniform(0.01, 0.025),
    beard: random.chance(0.3) ? random.uniform(0.4, 0.8) : 0,
  };
}

/** Draws a person with a pose, an expression and a light that are drawn at random. */
function drawFace(random: ElementRandom, canvas: Canvas, person: Person): void {
  const size = canvas.width;
  const ground = [0, 1, 2].map(() => random.uniform(0.1, 0.9));
  const shade = clouds(random, size / 4, size, size);
  canvas.change((_, x, y, channel) => ground[channel]! + 0.08 * shade(x, y));

  const scale = size * random.uniform(0.92, 1.08);
  const [cx, cy] = [size * random.uniform(0.45, 0.55), size * random.uniform(0.47, 0.55)];
  const tilt = random.normal(0, 0.12);
  const [turn, nod] = [random.normal(0, 0.03), random.normal(0, 0.015)];
  const [smile, open, lids, lift] = [
    random.normal(0, 0.02),
    Math.max(0, random.normal(0, 0.02)),
    random.uniform(0.5, 1),
    random.normal(0, 0.012),
  ];
  /** The place of a part of the face, in shares of the side from its middle; parts move as the head turns. */
  const at = (x: number, y: number, depth = 1): [number, number] => {
    const [u, v] = [scale * (x + depth * turn), scale * (y + depth * nod)];
    return [cx + u * Math.cos(tilt) - v * Math.sin(tilt), cy + u * Math.sin(tilt) + v * Math.cos(tilt)];
  };
  const line = (from: [number, number], to: [number, number], radius: number, paint: Colour): void =>
    canvas.fill(stroke(...from, ...to, scale * radius), paint);
  const { width, height, skin, hair } = person;

  // Hair behind the head, and beside it as far down as it reaches.
  canvas.fill(ellipse(...at(0, -0.04, 0), scale * (width + 0.05), scale * (height + 0.02), tilt), hair);
  if (person.length > 0)
    for (const side of [-1, 1]) line(at(side * width, -0.05, 0), at(side * width, person.length, 0), 0.06, hair);
  const radius = (angle: number): number => {
    const turned = angle - tilt;
    const oval = 1 / Math.hypot(Math.cos(turned) / width, Math.sin(turned) / height);
    return scale * oval * (1 + person.jaw * Math.max(0, Math.sin(turned)) * Math.abs(Math.cos(turned)) * 2);
  };
  const head = blob(...at(0, 0, 0), radius, 1.3 * scale * height);
  canvas.fill(head, skin);
  if (person.beard > 0) {
    const [, chin] = at(0, 0.12);
    canvas.fill({ ...head, distance: (x, y) => Math.max(head.distance(x, y), chin - y) }, hair, person.beard);
  }
  const [, forehead] = at(0, person.fringe - height);
  canvas.fill({ ...head, distance: (x, y) => Math.max(head.distance(x, y), y - forehead) }, hair);

  for (const side of [-1, 1]) {
    const x = side * person.eyeDistance;
    const { eyeSize } = person;
    canvas.fill(
      ellipse(...at(x, -0.05), scale * eyeSize * 1.3, scale * eyeSize * 0.8 * lids, tilt),
      [0.95, 0.95, 0.95],
    );
    canvas.fill(
      ellipse(...at(x + 0.3 * turn, -0.05), scale * eyeSize * 0.6, scale * eyeSize * 0.6 * lids),
      person.iris,
    );
    const brow = -0.05 - 1.8 * eyeSize - lift;
    const [inner, outer] = [x - side * 0.045, x + side * 0.045];
    line(at(inner, brow + person.browSlope), at(outer, brow - person.browSlope), person.brow, hair);
  }
  const shadow = skin.map((value) => 0.7 * value);
  line(at(0, -0.03, 1.3), at(0.02, person.nose - 0.02, 1.8), 0.012, shadow);
  const mouth = 0.17;
  const red = [0.7 * skin[0]! + 0.15, 0.45 * skin[1]!, 0.45 * skin[2]!];
  for (const side of [-1, 1]) {
    const corner = at(side * person.mouth, mouth - smile);
    line(at(0, mouth - open, 1.1), corner, person.lips, red);
    line(at(0, mouth + open, 1.1), corner, person.lips, red);
  }
  if (open > 0.01)
    canvas.fill(ellipse(...at(0, mouth, 1.1), scale * 0.6 * person.mouth, scale * 0.6 * open, tilt), 0.1);

  // Light from a side, of some strength and colour.
  const from = random.uniform(0, 2 * Math.PI);
  const strength = random.uniform(0, 0.35);
  const brightness = random.uniform(0.75, 1.15);
  const tint = [0, 1, 2].map(() => random.uniform(0.94, 1.06));
  canvas.change((value, x, y, channel) => {
    const along = ((x - cx) * Math.cos(from) + (y - cy) * Math.sin(from)) / size;
    return value * brightness * tint[channel]! * (1 + 2 * strength * along);
  });
}
