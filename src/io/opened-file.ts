// Opens what a user names as a file: a path, an address, a File of a page, or bytes. It can be read again and again.
import { ArgumentError, FileError, quote } from "../errors.ts";
import { describe } from "../options.ts";
import { fileError } from "./files.ts";
import { networkReason } from "./network.ts";
import { nodeModule } from "./node-modules.ts";

/** What can be read: a path (in a page an address), an address, a `File` or another `Blob`, or bytes. */
export type FileSource = string | URL | Blob | Uint8Array | ArrayBuffer;

/** A file that can be read from its beginning any number of times. */
export interface OpenedFile {
  /** The name in messages. */
  readonly name: string;
  /** The bytes, in pieces; gzip is unpacked. */
  bytes(): AsyncGenerator<Uint8Array>;
}

const pieceBytes = 2 ** 18;

/**
 * Opens a file; nothing is read yet. Bytes that begin as gzip does are unpacked while they are read, piece by piece.
 *
 * Reading throws {@link FileError} for a file that is missing, no regular file or damaged, for one whose name ends in
 * .gz though it is no gzip, and for an address that does not answer.
 *
 * @throws ArgumentError for what is none of a path, a URL, a Blob and bytes
 *
 * @example
 * const { value } = await openFile(new Blob(["a,b"])).bytes().next();
 * value.length; // 3
 */
export function openFile(source: FileSource): OpenedFile {
  const [name, raw] = rawBytes(source);
  return { name, bytes: () => unpacked(name, raw()) };
}

function rawBytes(source: FileSource): [name: string, bytes: () => AsyncGenerator<Uint8Array>] {
  if (source instanceof Blob) {
    const { name = "data" } = source as { name?: string };
    return [name, () => pieces(name, source.stream())];
  }
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) {
    const all = source instanceof ArrayBuffer ? new Uint8Array(source) : source;
    return ["data", () => cut(all)];
  }
  const isPage = !("process" in globalThis && globalThis.process?.versions?.node);
  if (source instanceof URL || (typeof source === "string" && (isPage || /^https?:\/\//i.test(source)))) {
    const url = String(source);
    if (!url.startsWith("file:")) return [url, () => fetched(url)];
    return rawBytes(decodeURIComponent(new URL(url).pathname.replace(/^\/([A-Za-z]:)/, "$1")));
  }
  if (typeof source === "string") return [source, () => fromDisk(source)];
  throw new ArgumentError(`expected a path, a URL, a File or bytes, got ${describe(source)}.`);
}

async function* cut(all: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < all.length; at += pieceBytes) yield all.subarray(at, at + pieceBytes);
}

async function* pieces(name: string, stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw new FileError(`cannot read ${quote(name)}: ${networkReason(error)}.`, { cause: error });
      });
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

async function* fetched(url: string): AsyncGenerator<Uint8Array> {
  const response = await fetch(url).catch((error: unknown) => {
    throw new FileError(`cannot read ${quote(url, 200)}: ${networkReason(error)}.`, { cause: error });
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new FileError(`cannot read ${quote(url, 200)}: the server answers with HTTP ${response.status}.`);
  }
  if (response.body) yield* pieces(url, response.body);
}

async function* fromDisk(path: string): AsyncGenerator<Uint8Array> {
  const { promises: fs, constants } = nodeModule("node:fs", `reading "${path}"`);
  const fail = (error: unknown): never => {
    throw fileError("read", path, error);
  };
  // Without O_NONBLOCK, opening a pipe waits for a writer. Windows has no such flag.
  const file = await fs.open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(fail);
  try {
    const stat = await file.stat();
    if (stat.isDirectory()) throw new FileError(`cannot read "${path}": it is a folder.`);
    if (!stat.isFile()) throw new FileError(`cannot read "${path}": it is no regular file.`);
    for (;;) {
      const piece = new Uint8Array(pieceBytes);
      const { bytesRead } = await file.read(piece, 0, pieceBytes).catch(fail);
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** The bytes themselves, or what they unpack to if they begin as gzip does. */
async function* unpacked(name: string, raw: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const first = await firstBytes(raw);
  if (first === null) return;
  const whole = (async function* () {
    yield first;
    yield* raw;
  })();
  if (first[0] !== 0x1f || first[1] !== 0x8b) {
    // A server may have told the browser or Node to unpack what lies at an address.
    const isAddress = /^https?:/i.test(name);
    try {
      if (/\.gz$/i.test(name) && !isAddress)
        throw new FileError(
          `${quote(name, 200)}: expected gzip data, as the name says, got other bytes; give a plain file a name ` +
            "without .gz.",
        );
      return yield* whole;
    } finally {
      await raw.return(undefined);
    }
  }
  const stream = new DecompressionStream("gzip");
  const writer = stream.writable.getWriter();
  let failure: unknown = null;
  const pump = (async () => {
    for await (const piece of whole) await writer.write(piece as Uint8Array<ArrayBuffer>);
    await writer.close();
  })().catch((error: unknown) => {
    failure = error;
    return writer.abort(error).catch(() => undefined);
  });
  const reader = stream.readable.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: Error) => {
        if (failure instanceof FileError) throw failure;
        throw new FileError(`${quote(name)} holds damaged or cut gzip data (${error.message}).`, { cause: error });
      });
      if (done) break;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
    await pump;
    await raw.return(undefined);
  }
}

/** A first piece of two bytes at least, if there are so many. */
async function firstBytes(raw: AsyncGenerator<Uint8Array>): Promise<Uint8Array | null> {
  let first = new Uint8Array(0);
  while (first.length < 4) {
    const { done, value } = await raw.next();
    if (done) break;
    const joined = new Uint8Array(first.length + value.length);
    joined.set(first);
    joined.set(value, first.length);
    first = joined;
  }
  return first.length === 0 ? null : first;
}
