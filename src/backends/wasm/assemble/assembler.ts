// A small WebAssembly assembler: functions are lists of instructions, encoded to bytes or printed as text.
import { type Immediate, instructions, leb, type Opcode, signedLeb } from "./instructions.ts";

export type ValueType = "i32" | "i64" | "v128";

const valueTypes: Record<ValueType, number> = { i32: 0x7f, i64: 0x7e, v128: 0x7b };

/** A local variable of a function; parameters come first. */
export type Local = number;

interface Emitted {
  readonly op: Opcode;
  readonly args: readonly number[];
}

/** Appends the immediates of an instruction. */
const encoders: Record<Immediate, (args: readonly number[], bytes: number[]) => void> = {
  none: () => undefined,
  block: (_, bytes) => void bytes.push(0x40),
  index: (args, bytes) => void leb(args[0]!, bytes),
  table: (targets, bytes) => {
    leb(targets.length - 1, bytes);
    for (const target of targets) leb(target, bytes);
  },
  lane: (args, bytes) => void bytes.push(args[0]!),
  memory: (args, bytes) => {
    bytes.push(args[1] ?? 0);
    leb(args[0]!, bytes);
  },
  memoryLane: (args, bytes) => {
    bytes.push(0);
    leb(args[0]!, bytes);
    bytes.push(args[1]!);
  },
  i32: (args, bytes) => signedLeb(args[0]! | 0, bytes),
  v128: (words, bytes) => {
    for (const word of words) bytes.push(word & 255, (word >>> 8) & 255, (word >>> 16) & 255, word >>> 24);
  },
  shuffle: (lanes, bytes) => void bytes.push(...lanes),
  twoBytes: (_, bytes) => void bytes.push(0, 0),
  oneByte: (_, bytes) => void bytes.push(0),
};

/** One function under construction. */
export class FunctionBuilder {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly result: ValueType | null;
  readonly #locals: ValueType[] = [];
  readonly #body: Emitted[] = [];
  readonly #free: Record<ValueType, Local[]> = { i32: [], i64: [], v128: [] };

  constructor(name: string, parameters: readonly ValueType[], result: ValueType | null = null) {
    this.name = name;
    this.parameters = parameters;
    this.result = result;
  }

  /** Appends an instruction with its immediates. */
  emit(op: Opcode, ...args: number[]): this {
    this.#body.push({ op, args });
    return this;
  }
  local(type: ValueType): Local {
    const free = this.#free[type].pop();
    if (free !== undefined) return free;
    this.#locals.push(type);
    return this.parameters.length + this.#locals.length - 1;
  }
  /** Several locals of one type, by name. */
  locals<Name extends string>(type: ValueType, ...names: readonly Name[]): Record<Name, Local> {
    return Object.fromEntries(names.map((name) => [name, this.local(type)])) as Record<Name, Local>;
  }
  /** Makes a local available to a later {@link local} of the same type. */
  release(local: Local, type: ValueType): void {
    this.#free[type].push(local);
  }
  releaseAll(locals: Readonly<Record<string, Local>> | readonly Local[], type: ValueType): void {
    for (const local of Object.values(locals)) this.release(local, type);
  }
  get(local: Local): this {
    return this.emit("local.get", local);
  }
  set(local: Local): this {
    return this.emit("local.set", local);
  }
  tee(local: Local): this {
    return this.emit("local.tee", local);
  }
  /** Pushes a signed or unsigned integer of 32 bits. Throws for any other number, which would wrap unnoticed. */
  i32(value: number): this {
    if (value !== (value | 0) && value !== value >>> 0) throw new Error(`not an i32: ${value}`);
    return this.emit("i32.const", value);
  }
  /** Four equal 32-bit lanes, given as a number of the lane's type. */
  splat(value: number, type: "f32" | "i32"): this {
    const word = type === "f32" ? new Uint32Array(new Float32Array([value]).buffer)[0]! : value >>> 0;
    return this.emit("v128.const", word, word, word, word);
  }
  /** Adds a constant to the i32 on the stack. */
  plus(value: number): this {
    return value === 0 ? this : this.i32(value).emit("i32.add");
  }
  /** Multiplies the i32 on the stack by a constant. */
  times(value: number): this {
    return value === 1 ? this : this.i32(value).emit("i32.mul");
  }

  /** for (counter = start; counter < stop; counter += step) body. Requires `start` < `stop`: runs at least once. */
  countedLoop(counter: Local, start: number, stop: number, step: number, body: () => void): void {
    this.i32(start).set(counter);
    this.emit("loop");
    body();
    this.get(counter).i32(step).emit("i32.add").tee(counter);
    this.i32(stop).emit("i32.lt_u").emit("br_if", 0).emit("end");
  }

  /** for (counter = start; counter < stop; counter += step) body, with bounds that are pushed. Runs at least once. */
  rangedLoop(counter: Local, start: () => void, stop: Local, step: number, body: () => void): void {
    start();
    this.set(counter).emit("loop");
    body();
    this.get(counter).i32(step).emit("i32.add").tee(counter);
    this.get(stop).emit("i32.lt_u").emit("br_if", 0).emit("end");
  }

  /** Pushes the lesser of two unsigned integers; `a` and `b` push one each, and are called twice. */
  least(a: () => void, b: () => void): this {
    a();
    b();
    a();
    b();
    return this.emit("i32.lt_u").emit("select");
  }

  /** The bytes of the function's locals and body. */
  encode(): Uint8Array {
    const bytes: number[] = [];
    const runs: { type: ValueType; count: number }[] = [];
    for (const type of this.#locals) {
      const last = runs[runs.length - 1];
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    leb(runs.length, bytes);
    for (const { type, count } of runs) leb(count, bytes).push(valueTypes[type]);
    for (const { op, args } of this.#body) {
      const { code, immediate } = instructions[op];
      for (const byte of code) bytes.push(byte);
      encoders[immediate](args, bytes);
    }
    bytes.push(0x0b);
    return Uint8Array.from(bytes);
  }

  /** The function in the manner of WebAssembly's text format. */
  print(): string {
    const lines = [`func ${this.name}(${this.parameters.join(", ")})`];
    let depth = 1;
    for (const { op, args } of this.#body) {
      if (op === "end" || op === "else") depth--;
      const immediates = op === "v128.const" ? args.map((word) => `0x${word.toString(16)}`) : args;
      lines.push("  ".repeat(depth) + [op, ...immediates].join(" "));
      if (op === "loop" || op === "block" || op === "if" || op === "else") depth++;
    }
    return lines.join("\n");
  }
}

/** Makes text of bytes, a character of each. */
const oneCharacterEach = new TextDecoder("latin1");

/** A module of functions over one imported memory, or none. Functions with equal types and bodies are encoded once. */
export class ModuleBuilder {
  readonly #functions: { readonly body: Uint8Array; readonly builder: FunctionBuilder }[] = [];
  readonly #indices = new Map<string, number>();
  readonly #exports = new Map<string, number>();

  /** Adds a finished function and returns its index. */
  add(builder: FunctionBuilder): number {
    const body = builder.encode();
    const key = `${builder.parameters} ${builder.result} ${oneCharacterEach.decode(body)}`;
    let index = this.#indices.get(key);
    if (index === undefined) {
      index = this.#functions.length;
      this.#functions.push({ body, builder });
      this.#indices.set(key, index);
    }
    return index;
  }

  export(name: string, index: number): void {
    this.#exports.set(name, index);
  }

  /** The bytes of the module. `shared`: true if threads share its memory; null if it has none. */
  encode(shared: boolean | null): Uint8Array<ArrayBuffer> {
    const types: string[] = [];
    const typeOf = ({ parameters, result }: FunctionBuilder): number => {
      const key = [
        0x60,
        ...vector(parameters.map((p) => [valueTypes[p]])),
        ...vector(result ? [[valueTypes[result]]] : []),
      ].join();
      const known = types.indexOf(key);
      return known >= 0 ? known : types.push(key) - 1;
    };
    const typeIndices = this.#functions.map(({ builder }) => typeOf(builder));
    const typeSection = vector(types.map((t) => t.split(",").map(Number)));
    const importSection = vector(
      shared === null ? [] : [[...text("nabla"), ...text("memory"), 2, shared ? 3 : 1, 0, ...leb(65536)]],
    );
    const exportSection = vector([...this.#exports].map(([name, index]) => [...text(name), 0, ...leb(index)]));
    const parts: Uint8Array[] = [
      Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]),
      section(1, typeSection),
      section(2, importSection),
      section(3, vector(typeIndices.map((t) => leb(t)))),
      section(7, exportSection),
      codeSection(this.#functions.map((f) => f.body)),
    ];
    return join(parts);
  }

  print(): string {
    return this.#functions.map(({ builder }) => builder.print()).join("\n\n");
  }
}

const text = (s: string): number[] => [...leb(s.length), ...new TextEncoder().encode(s)];
const vector = (entries: readonly (readonly number[])[]): number[] => [...leb(entries.length), ...entries.flat()];
const section = (id: number, content: readonly number[]): Uint8Array =>
  Uint8Array.from([id, ...leb(content.length), ...content]);

function codeSection(bodies: readonly Uint8Array[]): Uint8Array {
  const entries = bodies.flatMap((body) => [Uint8Array.from(leb(body.length)), body]);
  const count = Uint8Array.from(leb(bodies.length));
  const length = entries.reduce((n, e) => n + e.length, count.length);
  return join([Uint8Array.from([10, ...leb(length)]), count, ...entries]);
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
