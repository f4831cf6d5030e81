// The WebAssembly instructions that Nabla prints: name, opcode, and kind of immediates.
// Core specification 2.0 with 128-bit SIMD; the relaxed multiply-add and atomics are from the proposals of those names
// (2022 and 2018).

/** Immediates after an opcode: none, one index, a memory argument (and a lane), a constant, 16 lanes of a shuffle … */
export type Immediate =
  | "none"
  | "index"
  | "table"
  | "memory"
  | "memoryLane"
  | "lane"
  | "i32"
  | "v128"
  | "shuffle"
  | "block"
  | "twoBytes"
  | "oneByte";

interface Instruction {
  readonly code: readonly number[];
  readonly immediate: Immediate;
}

const core = (code: number, immediate: Immediate = "none"): Instruction => ({ code: [code], immediate });
/** An access to shared memory that is indivisible; all threads see such accesses in one order. */
const atomic = (code: number): Instruction => ({ code: [0xfe, code], immediate: "memory" });
const simd = (code: number, immediate: Immediate = "none"): Instruction => ({ code: [0xfd, ...leb(code)], immediate });

/** Appends a number as unsigned LEB128, and returns the bytes. */
export function leb(value: number, bytes: number[] = []): number[] {
  do {
    const byte = value % 128;
    value = Math.floor(value / 128);
    bytes.push(value > 0 ? byte + 128 : byte);
  } while (value > 0);
  return bytes;
}

/** Appends a 32-bit number as signed LEB128. */
export function signedLeb(value: number, bytes: number[]): void {
  for (;;) {
    const byte = value & 0x7f;
    value >>= 7;
    if ((value === 0 && !(byte & 0x40)) || (value === -1 && byte & 0x40)) return void bytes.push(byte);
    bytes.push(byte | 0x80);
  }
}

export const instructions = {
  block: core(0x02, "block"),
  loop: core(0x03, "block"),
  if: core(0x04, "block"),
  else: core(0x05),
  end: core(0x0b),
  br: core(0x0c, "index"),
  br_if: core(0x0d, "index"),
  br_table: core(0x0e, "table"),
  return: core(0x0f),
  drop: core(0x1a),
  call: core(0x10, "index"),
  select: core(0x1b),
  "local.get": core(0x20, "index"),
  "local.set": core(0x21, "index"),
  "local.tee": core(0x22, "index"),
  "i32.load": core(0x28, "memory"),
  "f32.load": core(0x2a, "memory"),
  "i32.load8_u": core(0x2d, "memory"),
  "i32.load16_u": core(0x2f, "memory"),
  "i64.load": core(0x29, "memory"),
  "i64.store": core(0x37, "memory"),
  "i64.lt_u": core(0x54),
  "i32.store": core(0x36, "memory"),
  "f32.store": core(0x38, "memory"),
  "i32.const": core(0x41, "i32"),
  "i32.eqz": core(0x45),
  "i32.eq": core(0x46),
  "i32.ne": core(0x47),
  "i32.lt_s": core(0x48),
  "i32.lt_u": core(0x49),
  "i32.gt_s": core(0x4a),
  "i32.gt_u": core(0x4b),
  "i32.le_u": core(0x4d),
  "i32.ge_u": core(0x4f),
  "i32.add": core(0x6a),
  "i32.sub": core(0x6b),
  "i32.mul": core(0x6c),
  "i32.div_u": core(0x6e),
  "i32.rem_s": core(0x6f),
  "i32.rem_u": core(0x70),
  "i32.and": core(0x71),
  "i32.or": core(0x72),
  "i32.xor": core(0x73),
  "i32.shl": core(0x74),
  "i32.shr_s": core(0x75),
  "i32.shr_u": core(0x76),
  "i64.const": core(0x42, "i32"),
  "i64.eq": core(0x51),
  "i64.ne": core(0x52),
  "i64.add": core(0x7c),
  "i64.or": core(0x84),
  "i64.shl": core(0x86),
  "i64.shr_u": core(0x88),
  "i32.wrap_i64": core(0xa7),
  "i64.extend_i32_u": core(0xad),
  "f32.add": core(0x92),
  "memory.atomic.notify": atomic(0x00),
  "memory.atomic.wait64": atomic(0x02),
  "i32.atomic.load": atomic(0x10),
  "i64.atomic.load": atomic(0x11),
  "i32.atomic.store": atomic(0x17),
  "i64.atomic.store": atomic(0x18),
  "i32.atomic.rmw.add": atomic(0x1e),
  "i32.atomic.rmw.sub": atomic(0x25),
  "i64.atomic.rmw.cmpxchg": atomic(0x49),
  "memory.copy": { code: [0xfc, 0x0a], immediate: "twoBytes" } as Instruction,
  "memory.fill": { code: [0xfc, 0x0b], immediate: "oneByte" } as Instruction,

  "v128.load": simd(0, "memory"),
  "v128.load16x4_u": simd(4, "memory"),
  "v128.load32_splat": simd(9, "memory"),
  "v128.store": simd(11, "memory"),
  "v128.const": simd(12, "v128"),
  "i8x16.shuffle": simd(13, "shuffle"),
  "i32x4.splat": simd(17),
  "i32x4.extract_lane": simd(27, "lane"),
  "i32x4.replace_lane": simd(28, "lane"),
  "f32x4.extract_lane": simd(31, "lane"),
  "i32x4.eq": simd(55),
  "i32x4.ne": simd(56),
  "i32x4.lt_s": simd(57),
  "i32x4.lt_u": simd(58),
  "i32x4.le_s": simd(61),
  "i32x4.le_u": simd(62),
  "f32x4.eq": simd(65),
  "f32x4.ne": simd(66),
  "f32x4.lt": simd(67),
  "f64x2.ge": simd(76),
  "f64x2.lt": simd(73),
  "f32x4.le": simd(69),
  "v128.not": simd(77),
  "v128.and": simd(78),
  "v128.or": simd(80),
  "v128.xor": simd(81),
  "v128.bitselect": simd(82),
  "v128.any_true": simd(83),
  "f32x4.demote_f64x2_zero": simd(94),
  "f64x2.promote_low_f32x4": simd(95),
  "v128.load32_lane": simd(86, "memoryLane"),
  "v128.store8_lane": simd(88, "memoryLane"),
  "v128.store16_lane": simd(89, "memoryLane"),
  "v128.store32_lane": simd(90, "memoryLane"),
  "v128.store64_lane": simd(91, "memoryLane"),
  "v128.load32_zero": simd(92, "memory"),
  "f32x4.ceil": simd(103),
  "f32x4.floor": simd(104),
  "f32x4.trunc": simd(105),
  "f32x4.nearest": simd(106),
  "f64x2.trunc": simd(122),
  "i16x8.extend_low_i8x16_u": simd(137),
  "i32x4.abs": simd(160),
  "i32x4.neg": simd(161),
  "i32x4.extend_low_i16x8_u": simd(169),
  "i32x4.shl": simd(171),
  "i32x4.shr_s": simd(172),
  "i32x4.shr_u": simd(173),
  "i32x4.add": simd(174),
  "i32x4.sub": simd(177),
  "i32x4.mul": simd(181),
  "i32x4.min_s": simd(182),
  "i32x4.min_u": simd(183),
  "i32x4.max_s": simd(184),
  "i32x4.max_u": simd(185),
  "f32x4.abs": simd(224),
  "f32x4.neg": simd(225),
  "f32x4.sqrt": simd(227),
  "f32x4.add": simd(228),
  "f32x4.sub": simd(229),
  "f32x4.mul": simd(230),
  "f32x4.div": simd(231),
  "f32x4.min": simd(232),
  "f32x4.max": simd(233),
  "f32x4.pmin": simd(234),
  "f32x4.pmax": simd(235),
  "f64x2.abs": simd(236),
  "f64x2.add": simd(240),
  "f64x2.sub": simd(241),
  "f64x2.mul": simd(242),
  "f64x2.div": simd(243),
  "i32x4.trunc_sat_f32x4_s": simd(248),
  "i32x4.trunc_sat_f32x4_u": simd(249),
  "f32x4.convert_i32x4_s": simd(250),
  "f32x4.convert_i32x4_u": simd(251),
  "f32x4.relaxed_madd": simd(0x105),
} as const satisfies Record<string, Instruction>;

export type Opcode = keyof typeof instructions;
