// Three loops in WebAssembly, assembled by hand: nothing of Nabla's own printer measures what Nabla is measured
// against.
// Opcodes: WebAssembly 2.0 with 128-bit vectors, and the relaxed SIMD proposal (2022).

/** Unsigned integers as LEB128. */
const leb = (/** @type {number} */ n) => (n < 128 ? [n] : [(n & 127) | 128, ...leb(n >>> 7)]);
const vector = (/** @type {number} */ opcode) => [0xfd, ...leb(opcode)];
const get = (/** @type {number} */ local) => [0x20, ...leb(local)];
const set = (/** @type {number} */ local) => [0x21, ...leb(local)];
const tee = (/** @type {number} */ local) => [0x22, ...leb(local)];

/** The immediate of i32.const has a sign: one bit less in each group's last byte. */
const i32 = (/** @type {number} */ n) => [0x41, ...(n < 64 ? [n] : [(n & 127) | 128, ...i32(n >>> 7).slice(1)])];
const f32x4 = (/** @type {number} */ value) => {
  const four = new Uint8Array(new Float32Array(4).fill(value).buffer);
  return [...vector(0x0c), ...four];
};
const loadVector = (/** @type {number} */ offset) => [...vector(0x00), 4, ...leb(offset)];
const loadSplat = (/** @type {number} */ offset) => [...vector(0x09), 2, ...leb(offset)];
const storeVector = [...vector(0x0b), 4, 0];
const addVectors = vector(0xe4);
const multiplyAdd = vector(0x105);
const [i32Add, i32Sub, i32LessThan] = [0x6a, 0x6b, 0x49];
const [loop, end, branchIf] = [[0x03, 0x40], 0x0b, 0x0d];

const lanes = 4;
/** The value of every operand: small, so that sums stay finite, and a power of two, so that they are exact. */
export const factor = 2 ** -10;
const range = (/** @type {number} */ n) => Array.from({ length: n }, (_, i) => i);

/**
 * @typedef {object} Code a function of one argument, how many turns to make
 * @property {number} integers its locals of type i32, after the argument
 * @property {number} vectors its locals of type v128, after those
 * @property {number[]} body
 */

/** Ends the loop: local 0 counts the iterations left; the locals from `first` on hold the sums, which are stored. */
function turnsAndResult(/** @type {number[]} */ turn, /** @type {number} */ first, /** @type {number} */ sums) {
  return [
    ...loop,
    ...turn,
    ...get(0),
    ...i32(1),
    i32Sub,
    ...tee(0),
    branchIf,
    0,
    end,
    ...i32(0),
    ...range(sums).flatMap((i) => (i ? [...get(first + i), ...addVectors] : get(first))),
    ...storeVector,
  ];
}

/** `sums` chains of multiply-adds in registers, four of each in an iteration. */
export function registerLoop(/** @type {number} */ sums) {
  const [x, y, links] = [1 + sums, 2 + sums, 4];
  const link = range(sums).flatMap((i) => [...get(x), ...get(y), ...get(1 + i), ...multiplyAdd, ...set(1 + i)]);
  const turn = range(links).flatMap(() => link);
  const body = [...f32x4(factor), ...set(x), ...f32x4(factor), ...set(y), ...turnsAndResult(turn, 1, sums)];
  return { code: { integers: 0, vectors: sums + 2, body }, operationsPerTurn: links * sums * lanes * 2 };
}

/**
 * A tile of `rows` × `columns` sums over two packed panels of depth 256, one step of the depth an iteration: if several
 * are written out, V8 11 hoists their loads and runs out of registers. It unrolls the loop itself.
 */
export function tileLoop(/** @type {number} */ rows, /** @type {number} */ columns) {
  const [depth, vectors] = [256, columns / lanes];
  const [a, b, left, right] = [1, 2, 3, 4];
  const first = right + vectors;
  const panelA = 64; // the result is stored below
  const panelB = panelA + depth * rows * 4;

  const turn = [
    ...i32(panelA),
    ...set(a),
    ...i32(panelB),
    ...set(b),
    ...loop,
    ...range(vectors).flatMap((i) => [...get(b), ...loadVector(16 * i), ...set(right + i)]),
    ...range(rows).flatMap((row) => [
      ...get(a),
      ...loadSplat(4 * row),
      ...set(left),
      ...range(vectors).flatMap((i) => {
        const sum = first + row * vectors + i;
        return [...get(left), ...get(right + i), ...get(sum), ...multiplyAdd, ...set(sum)];
      }),
    ]),
    ...get(b),
    ...i32(columns * 4),
    i32Add,
    ...set(b),
    ...get(a),
    ...i32(rows * 4),
    i32Add,
    ...tee(a),
    ...i32(panelB),
    i32LessThan,
    branchIf,
    0,
    end,
  ];
  const sums = rows * vectors;
  return {
    code: { integers: 2, vectors: 1 + vectors + sums, body: turnsAndResult(turn, first, sums) },
    operationsPerTurn: depth * sums * lanes * 2,
  };
}

/**
 * The loop as a function, and its memory, of whose first four numbers each is the sum of all that was multiplied in its
 * lane. Throws where the engine has no relaxed SIMD.
 */
export function compileLoop(/** @type {Code} */ { integers, vectors, body }) {
  const section = (/** @type {number} */ id, /** @type {number[]} */ content) => [
    id,
    ...leb(content.length),
    ...content,
  ];
  const name = (/** @type {string} */ text) => [text.length, ...Buffer.from(text)];
  const locals = [
    [integers, 0x7f],
    [vectors, 0x7b],
  ].filter(([count]) => count > 0);
  const code = [locals.length, ...locals.flatMap(([count, type]) => [...leb(count), type]), ...body, end];
  const bytes = Uint8Array.from([
    0,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...section(1, [1, 0x60, 1, 0x7f, 0]), // one type: of an i32, to nothing
    ...section(3, [1, 0]), // one function, of that type
    ...section(5, [1, 0, 1]), // one memory, of one page
    ...section(7, [2, ...name("run"), 0, 0, ...name("memory"), 2, 0]),
    ...section(10, [1, ...leb(code.length), ...code]),
  ]);
  if (!WebAssembly.validate(bytes)) throw new Error(`Node ${process.versions.node} has no relaxed SIMD`);
  const { run, memory } = /** @type {any} */ (new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports);
  const numbers = new Float32Array(memory.buffer).fill(factor);
  return { run: /** @type {(turns: number) => void} */ (run), numbers };
}
