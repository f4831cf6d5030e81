// Encodes messages of protocol buffers, field by field, as far as TensorBoard's files need them.

/** The bytes of a field, or of several. */
export type Encoded = Uint8Array<ArrayBuffer>;

/** Bytes one after another. */
export function joinBytes(parts: readonly Uint8Array[]): Encoded {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function varint(value: number): Encoded {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, BigInt(value));
  for (; left > 127n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  return Uint8Array.of(...bytes, Number(left));
}

/** The tag before a field: its number, and the kind of its encoding. */
const tag = (field: number, kind: 0 | 1 | 2 | 5): Encoded => varint(8 * field + kind);

/** A field of an integer: int32, int64, bool or an enumeration. */
export const integer = (field: number, value: number): Encoded => joinBytes([tag(field, 0), varint(value)]);

/** A field of type double. */
export const double = (field: number, value: number): Encoded => joinBytes([tag(field, 1), float64([value])]);

/** A field of type float. */
export function float(field: number, value: number): Encoded {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return joinBytes([tag(field, 5), bytes]);
}

/** A field of bytes, or of a message. */
export const bytes = (field: number, value: Uint8Array): Encoded =>
  joinBytes([tag(field, 2), varint(value.length), value]);

/** A field of a message, which consists of these fields. */
export const message = (field: number, ...fields: readonly Encoded[]): Encoded => bytes(field, joinBytes(fields));

/** A field of text. */
export const text = (field: number, value: string): Encoded => bytes(field, new TextEncoder().encode(value));

/** A packed field of doubles. */
export const doubles = (field: number, values: readonly number[]): Encoded => bytes(field, float64(values));

function float64(values: readonly number[]): Encoded {
  const bytes = new Uint8Array(8 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setFloat64(8 * i, value, true));
  return bytes;
}
