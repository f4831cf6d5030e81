// The claims of checks that run in pages as well as in Node, where Vitest's `expect` is not at hand.

/** As JSON with sorted names; typed arrays with their type, and with all their bits. */
function written(value: unknown): string {
  const text = JSON.stringify(value, (_, part: unknown) => {
    if (ArrayBuffer.isView(part)) {
      const bytes = new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
      return { type: part.constructor.name, numbers: String(part), bits: String(bytes) };
    }
    if (typeof part === "number" && !Number.isFinite(part)) return String(part);
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  return text ?? "undefined";
}

/** Throws unless a condition holds. */
export function claim(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** Throws unless two trees of numbers, texts and typed arrays are the same, typed arrays to the bit. */
export function claimSame(got: unknown, wanted: unknown, what: string): void {
  const [a, b] = [written(got), written(wanted)];
  claim(a === b, `${what}: expected ${b}, got ${a}`);
}

/** Throws unless two numbers differ by less than half of 10^−digits. */
export function claimClose(got: number, wanted: number, digits: number, what: string): void {
  claim(Math.abs(got - wanted) < 0.5 * 10 ** -digits, `${what}: expected ${wanted}, got ${got}`);
}
