// Reads all bytes of what a user names as a file.
import { FileError, quote } from "../errors.ts";
import { type FileSource, openFile } from "./opened-file.ts";

/** The bytes of a file; gzip is unpacked. Throws FileError if they cannot be read or are more than `maxBytes`. */
export async function readWhole(source: FileSource, maxBytes: number): Promise<{ name: string; bytes: Uint8Array }> {
  const { name, bytes } = openFile(source);
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of bytes()) {
    pieces.push(piece);
    length += piece.length;
    if (length > maxBytes)
      throw new FileError(`cannot read ${quote(name, 200)}: expected at most ${maxBytes} bytes, got a larger file.`);
  }
  if (pieces.length === 1) return { name, bytes: pieces[0]! };
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return { name, bytes: whole };
}
