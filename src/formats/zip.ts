// ZIP archives: read by their directory, with every size and checksum checked, and written without compression.
import { inflateSync, zipSync } from "fflate";
import { FileError, quote } from "../errors.ts";
import { crc32 } from "../io/crc32.ts";
import { kindOf } from "../io/kind.ts";

/** A file in an archive. */
export interface ZipEntry {
  readonly name: string;
  /** Unpacks it. */
  readonly read: () => Uint8Array;
}

const maxEntries = 65_535;
/** The greatest number of bytes that all files of an archive unpack to. */
const maxUnpackedBytes = 2 ** 31;
/** Deflate turns at most 258 bytes into two bits. */
const greatestRatio = 1032;
const [endMark, entryMark, fileMark] = [0x06054b50, 0x02014b50, 0x04034b50];

/**
 * The files of a ZIP archive in the order of its directory; folders are left out. `source` names the archive in errors.
 *
 * Throws {@link FileError} for an archive that is damaged, encrypted, in ZIP64 form, compressed by anything but
 * deflate, or unpacks to more than 2 GiB. A file is checked against its checksum when it is read.
 */
export function readZip(bytes: Uint8Array, source: string): ZipEntry[] {
  const fail: Fail = (what) => {
    throw new FileError(`${quote(source, 200)} is not a ZIP archive that Nabla can read: ${what}.`);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = findEnd(view, bytes, fail);
  const count = view.getUint16(end + 10, true);
  const entries: ZipEntry[] = [];
  let unpacked = 0;
  for (let i = 0, at = view.getUint32(end + 16, true); i < count; i++) {
    if (i >= maxEntries || at + 46 > end || view.getUint32(at, true) !== entryMark) fail("its directory is damaged");
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((k) => view.getUint16(at + k, true));
    const entry = readEntry(view, bytes, at, nameLength!, fail);
    at += 46 + nameLength! + extraLength! + commentLength!;
    unpacked += entry.size;
    if (unpacked > maxUnpackedBytes) fail("it unpacks to more than 2 GiB");
    if (!entry.name.endsWith("/")) entries.push({ name: entry.name, read: () => unpack(bytes, entry, fail) });
  }
  return entries;
}

type Fail = (what: string) => never;

/** The offset of the record that ends an archive, before a comment of at most 64 KiB. */
function findEnd(view: DataView, bytes: Uint8Array, fail: Fail): number {
  for (let at = bytes.length - 22; at >= Math.max(0, bytes.length - 22 - 65_535); at--)
    if (view.getUint32(at, true) === endMark) return at;
  const kind = bytes[0] === 0x50 && bytes[1] === 0x4b ? undefined : kindOf(bytes);
  return fail(kind ? `it is ${kind}` : "it has no directory (is it cut short?)");
}

interface Entry {
  readonly name: string;
  readonly isDeflated: boolean;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** The offset of the file's own header. */
  readonly start: number;
}

function readEntry(view: DataView, bytes: Uint8Array, at: number, nameLength: number, fail: Fail): Entry {
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  const [crc, packed, size] = [16, 20, 24].map((k) => view.getUint32(at + k, true)) as [number, number, number];
  const start = view.getUint32(at + 42, true);
  const name = new TextDecoder(flags & 0x800 ? "utf-8" : "latin1").decode(
    bytes.subarray(at + 46, at + 46 + nameLength),
  );
  if (flags & 1) fail(`${quote(name)} is encrypted`);
  if (packed === 0xffffffff || size === 0xffffffff || start === 0xffffffff) fail("it is in ZIP64 form");
  if (method !== 0 && method !== 8) fail(`${quote(name)} is compressed by a method other than deflate`);
  const isPossible = method === 0 ? size === packed : size <= packed * greatestRatio;
  if (!isPossible || start + 30 > bytes.length || view.getUint32(start, true) !== fileMark)
    fail(`its entry ${quote(name)} is damaged`);
  return { name, isDeflated: method === 8, crc, packed, size, start };
}

function unpack(bytes: Uint8Array, { name, isDeflated, crc, packed, size, start }: Entry, fail: Fail): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const from = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
  if (from + packed > bytes.length) fail(`${quote(name)} is cut short`);
  const data = bytes.subarray(from, from + packed);
  const isIntact = (out: Uint8Array): boolean => out.length === size && crc32(out) === crc;
  try {
    // What does not fit into one byte more than the directory promises is dropped.
    const out = isDeflated ? inflateSync(data, { out: new Uint8Array(size + 1) }) : data;
    if (isIntact(out)) return out;
  } catch {}
  return fail(`${quote(name)} is damaged: it has another checksum`);
}

/**
 * The bytes of a ZIP archive of these files, stored without compression. The same files give the same bytes.
 *
 * @example
 * const archive = writeZip({ "a.txt": new TextEncoder().encode("hello") });
 * readZip(archive, "a.zip")[0]?.name; // "a.txt"
 */
export function writeZip(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return zipSync(files, { level: 0, mtime: new Date(1980, 0, 1) });
}
