// Cases of integers, bools and bytes, and of casts from any dtype to any other.
import * as array from "../../src/functions/array.ts";
import * as ops from "../../src/ops/index.ts";
import {
  anyBits,
  between,
  bools,
  bytes,
  extremeInts,
  extremeUints,
  listed,
  offGrid,
  sample,
  whole,
} from "../samples.ts";
import { floorMod } from "./elementwise.ts";
import { add, elementwise, integers, lift, type Options } from "./table.ts";

for (const dtype of ["int32", "uint32"] as const) {
  const wrap = (x: number): number => (dtype === "int32" ? x | 0 : x >>> 0);
  const two = [anyBits(dtype), anyBits(dtype)];
  const small = [
    dtype === "int32" ? whole(-20, 20) : whole(0, 40, dtype),
    dtype === "int32" ? whole(-5, 5) : whole(0, 7, dtype),
  ];
  integers(
    `neg ${dtype}`,
    (x) => x.neg(),
    [anyBits(dtype)],
    (x) => wrap(-x),
  );
  integers(
    `abs ${dtype}`,
    (x) => x.abs(),
    [anyBits(dtype)],
    (x) => wrap(Math.abs(x)),
  );
  integers(`sign ${dtype}`, (x) => x.sign(), [anyBits(dtype)], Math.sign);
  integers(
    `add ${dtype}`,
    (a, b) => a.add(b),
    two,
    (a, b) => wrap(a + b),
  );
  integers(
    `sub ${dtype}`,
    (a, b) => a.sub(b),
    two,
    (a, b) => wrap(a - b),
  );
  integers(
    `mul ${dtype}`,
    (a, b) => a.mul(b),
    two,
    (a, b) => wrap(Math.imul(a, b)),
  );
  integers(
    `mod ${dtype}`,
    (a, b) => a.mod(b),
    small,
    (a, b) => (b === 0 ? 0 : floorMod(a, b)),
  );
  integers(`maximum ${dtype}`, (a, b) => a.maximum(b), two, Math.max);
  integers(`minimum ${dtype}`, (a, b) => a.minimum(b), two, Math.min);
  integers(
    `less ${dtype}`,
    (a, b) => a.less(b),
    two,
    (a, b) => Number(a < b),
  );
  integers(
    `lessEqual ${dtype}`,
    (a, b) => a.lessEqual(b),
    two,
    (a, b) => Number(a <= b),
  );
  integers(
    `equal ${dtype}`,
    (a, b) => a.equal(b),
    small,
    (a, b) => Number(a === b),
  );
  integers(`not ${dtype}`, lift(ops.not), [anyBits(dtype)], (x) => wrap(~x));
  integers(`and ${dtype}`, lift(ops.and), two, (a, b) => wrap(a & b));
  integers(`or ${dtype}`, lift(ops.or), two, (a, b) => wrap(a | b));
  integers(`xor ${dtype}`, lift(ops.xor), two, (a, b) => wrap(a ^ b));
  integers(`shiftLeft ${dtype}`, lift(ops.shiftLeft), [anyBits(dtype), whole(0, 31, dtype)], (a, b) => wrap(a << b));
  integers(`shiftRight ${dtype}`, lift(ops.shiftRight), [anyBits(dtype), whole(0, 31, dtype)], (a, b) =>
    dtype === "int32" ? a >> b : a >>> b,
  );
  integers(`select ${dtype}`, (a, b) => array.where(a.less(b), b, a), two, Math.max);
  integers(
    `add 1, mul 3 ${dtype}`,
    (x) => x.add(1).mul(3),
    [anyBits(dtype)],
    (x) => wrap(Math.imul(wrap(x + 1), 3)),
  );
}
integers("and bool", lift(ops.and), [bools, bools], (a, b) => a & b);
integers("or bool", lift(ops.or), [bools, bools], (a, b) => a | b);
integers("xor bool", lift(ops.xor), [bools, bools], (a, b) => a ^ b);
integers("not bool", lift(ops.not), [bools], (x) => 1 - x);
integers(
  "select bool",
  lift((c, a, b) => ops.select(c, a, b)),
  [bools, bools, bools],
  (c, a, b) => (c ? a : b),
);
integers(
  "select uint8",
  lift((c, a, b) => ops.select(c, a, b)),
  [bools, bytes, bytes],
  (c, a, b) => (c ? a : b),
);
elementwise("div int32", (a, b) => a.div(b), [whole(-20, 20), whole(1, 9)], { expect: (a, b) => a / b });
elementwise("sqrt uint8", (x) => x.sqrt(), [bytes], { expect: Math.sqrt });
elementwise("add bool", (a, b) => a.add(b), [bools, bools], { expect: (a, b) => a + b });
elementwise("add uint8", (a, b) => a.add(b), [bytes, bytes], { expect: (a, b) => a + b });
elementwise("add int32 to float32", (a, b) => a.add(b), [between(-3, 3), whole(-9, 9)], { expect: (a, b) => a + b });
elementwise("less of uint8", (a, b) => a.less(b), [bytes, bytes], { expect: (a, b) => Number(a < b) });
elementwise("pixels scaled", (x) => x.cast("float32").div(255).sub(0.5), [bytes], { expect: (x) => x / 255 - 0.5 });

const castValues: Record<"float32" | "int32" | "uint32" | "bool" | "uint8", readonly number[]> = {
  float32: [
    NaN,
    Infinity,
    -Infinity,
    0,
    -0,
    0.5,
    -0.5,
    0.9999,
    -0.9999,
    1.5,
    -1.5,
    127.7,
    128.2,
    255,
    255.7,
    256,
    300,
    -300,
    1e10,
    -1e10,
    2147483520,
    2147483648,
    -2147483648,
    4294967040,
    4294967296,
    1e-40,
    16777217,
  ],
  int32: [...extremeInts, 127, 128, 255, 256, 257, -129, 16777217],
  uint32: [...extremeUints, 127, 128, 255, 256, 257, 16777217],
  bool: [0, 1],
  uint8: [0, 1, 2, 127, 128, 255],
};
/** A cast, in plain JavaScript. */
function castOne(value: number, from: string, to: string): number {
  if (to === "bool") return Number(value !== 0);
  if (to === "float32") return value;
  if (from !== "float32") return { int32: value | 0, uint32: value >>> 0, uint8: value & 255 }[to]!;
  const [low, high] = { int32: [-(2 ** 31), 2 ** 31 - 1], uint32: [0, 2 ** 32 - 1], uint8: [0, 255] }[to] as [
    number,
    number,
  ];
  if (Number.isNaN(value)) return 0;
  return value <= low ? low : value >= high ? high : value < 0 ? 0 - Math.floor(-value) : Math.floor(value);
}
const castDTypes = Object.keys(castValues) as (keyof typeof castValues)[];
for (const from of castDTypes) {
  for (const to of castDTypes) {
    const domain = listed(castValues[from], from);
    const options: Options = {
      gradient: "none",
      elementwise: true,
      zeroSigns: true,
      expect: (x) => castOne(x, from, to),
    };
    for (const n of [castValues[from].length, 3, 65])
      add("cast", `${from} to ${to} [${n}]`, (x) => x.cast(to), [sample(domain, [n])], options);
    add(
      "cast",
      `${from} to ${to} and to float32`,
      (x) => x.transpose().cast(to).cast("float32").mul(0.5),
      [sample(domain, [5, 7])],
      { gradient: "none", zeroSigns: true },
    );
  }
}
add(
  "cast",
  "float32 through int32 and back",
  (x) => x.cast("int32").cast("float32").mul(x),
  [sample(offGrid(5), [9])],
  { gradient: "checked" },
);
