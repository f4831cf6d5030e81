// Downloads a file with a known SHA-256 from the first mirror that has it, and resumes interrupted downloads.
import { FileError } from "../errors.ts";
import { fileError, isAbandoned, ownMark } from "./files.ts";
import { networkReason } from "./network.ts";
import { nodeModule } from "./node-modules.ts";

/** The progress of a download, in bytes; `total` is absent if the mirror does not send it. */
export interface DownloadProgress {
  readonly url: string;
  readonly received: number;
  readonly total?: number;
}

export interface DownloadOptions {
  /** The mirrors, in the order in which they are tried. */
  readonly urls: readonly string[];
  /** The SHA-256 of the whole file, in hexadecimal. */
  readonly sha256: string;
  /** The file to write; its folder must exist. An unfinished download leaves `path` + ".part" beside it. */
  readonly path: string;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** The longest silence of a mirror before it is given up, in milliseconds. Default 20 000. */
  readonly timeout?: number;
  /** The largest file that is accepted, in bytes. Default 1 GiB. */
  readonly maxBytes?: number;
}

/** A failure of a mirror, after which others are tried. `resumable` if another request to it may succeed. */
class MirrorError extends Error {
  readonly resumable: boolean;
  constructor(message: string, resumable: boolean) {
    super(message);
    this.resumable = resumable;
  }
}

const attemptsPerMirror = 3;

/**
 * Downloads a file, and writes it to `path` only if its SHA-256 is the expected one.
 *
 * The bytes go to a part file of this call alone, so that several processes may download one file at once. The part of
 * a failed or killed download is kept: the next one takes it over and requests the rest with an HTTP Range. A mirror
 * that breaks off is tried up to three times as long as each try brings new bytes; if it refuses, stays silent or sends
 * something else, the next mirror is tried. A part whose hash is wrong is deleted.
 *
 * Throws {@link FileError} that lists the attempts; an error of the disk is thrown at once.
 *
 * @example
 * await download({ urls: ["https://example.org/a.gz"], sha256: "f7ae60…4204aec6", path: "data/a.gz" });
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { path } = options;
  const { promises: fs } = nodeModule("node:fs", `downloading to "${path}"`);
  const part = `${path}.${ownMark()}.part`;
  await takeOverPart(path, part);
  try {
    await fetchFromMirrors(part, options);
    await fs.rename(part, path).catch((error: unknown) => Promise.reject(fileError("write", path, error)));
  } catch (error) {
    await fs.rename(part, `${path}.part`).catch(() => undefined);
    throw error;
  }
}

async function fetchFromMirrors(part: string, options: DownloadOptions): Promise<void> {
  const tried: string[] = [];
  for (const url of options.urls) {
    for (let attempt = 1; attempt <= attemptsPerMirror; attempt++) {
      const before = await sizeOfFile(part);
      try {
        const start = await fetchInto(part, url, before, options);
        return await acceptPart(part, options, start > 0);
      } catch (error) {
        if (!(error instanceof MirrorError)) throw error;
        tried.push(`${url} (${error.message})`);
        if (!error.resumable) break;
      }
    }
  }
  throw new FileError(`could not download "${options.path}"; tried: ${tried.join("; ")}.`);
}

/**
 * Renames the largest part that an earlier download left to `part`, and deletes the others. A rename succeeds for one
 * process only, so no two of them write into one file.
 */
async function takeOverPart(path: string, part: string): Promise<void> {
  const { promises: fs } = nodeModule("node:fs", `downloading to "${path}"`);
  const { basename, dirname, join } = nodeModule("node:path", `downloading to "${path}"`);
  const [folder, own] = [dirname(path), basename(path)];
  const left: { file: string; size: number }[] = [];
  for (const name of await fs.readdir(folder).catch(() => [])) {
    if (!name.startsWith(`${own}.`) || !name.endsWith(".part")) continue;
    const file = join(folder, name);
    const mark = name.slice(own.length + 1, -".part".length);
    const stat = await fs.lstat(file).catch(() => undefined);
    if (stat?.isFile() && (name === `${own}.part` || (mark !== "" && isAbandoned(mark, stat.mtimeMs))))
      left.push({ file, size: stat.size });
  }
  left.sort((a, b) => a.size - b.size);
  // A smaller part is overwritten by a larger one.
  for (const { file } of left) await fs.rename(file, part).catch(() => undefined);
}

/** Fetches the bytes after the first `have`, or all if the mirror sends no ranges. Returns the offset of the first. */
async function fetchInto(part: string, url: string, have: number, options: DownloadOptions): Promise<number> {
  const { path, timeout = 20_000, maxBytes = 2 ** 30, onProgress } = options;
  const patience = new AbortController();
  let timer = setTimeout(() => patience.abort(), timeout);
  const waitAgain = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => patience.abort(), timeout);
  };
  const blame = (error: unknown, resumable: boolean): MirrorError =>
    new MirrorError(patience.signal.aborted ? `no answer for ${timeout / 1000} s` : networkReason(error), resumable);
  try {
    const headers: Record<string, string> = { "accept-encoding": "identity" };
    if (have > 0) headers["range"] = `bytes=${have}-`;
    // A server may close a kept-alive connection just when it is used again: that is no refusal.
    const response = await fetch(url, { headers, signal: patience.signal }).catch((error: unknown) =>
      Promise.reject(blame(error, networkReason(error) === "UND_ERR_SOCKET")),
    );
    waitAgain();
    const start = await startOf(response, have, part);
    const length = Number(response.headers.get("content-length") ?? NaN);
    const total = Number.isNaN(length) ? undefined : start + length;
    let received = start;
    const file = await openPart(part, start, path);
    try {
      const body = response.status === 416 ? undefined : response.body?.getReader();
      while (body) {
        // An interruption after new bytes is worth another try; an immediate one is not.
        const { done, value } = await body
          .read()
          .catch((error: unknown) => Promise.reject(blame(error, received > start)));
        if (done) break;
        waitAgain();
        received += value.length;
        if (received > maxBytes) {
          await file.truncate(0).catch((error: unknown) => Promise.reject(fileError("write", path, error)));
          throw new MirrorError(`it sends more than ${maxBytes} bytes`, false);
        }
        await file.writeFile(value).catch((error: unknown) => Promise.reject(fileError("write", path, error)));
        onProgress?.({ url, received, ...(total === undefined ? {} : { total }) });
      }
      await file.sync().catch((error: unknown) => Promise.reject(fileError("write", path, error)));
      return start;
    } finally {
      await file.close();
    }
  } finally {
    clearTimeout(timer);
    patience.abort();
  }
}

/** The offset in the file of the first byte of this response. */
async function startOf(response: Response, have: number, part: string): Promise<number> {
  if (response.status === 200) return 0;
  if (
    response.status === 206 &&
    Number(/^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1]) === have
  )
    return have;
  await response.body?.cancel();
  // 416: the part is as long as the file, or longer. The hash shows which.
  if (response.status === 416 && have > 0) return have;
  if (response.status === 206) await removePart(part);
  throw new MirrorError(`HTTP ${response.status}`, response.status === 206);
}

/** Opens the part for appending after its first `start` bytes. */
async function openPart(part: string, start: number, path: string): Promise<import("node:fs/promises").FileHandle> {
  const { promises: fs } = nodeModule("node:fs", `downloading to "${part}"`);
  try {
    return await fs.open(part, start > 0 ? "a" : "w");
  } catch (error) {
    throw fileError("write", path, error);
  }
}

/**
 * Deletes the part and throws if its hash is wrong. After a resumed download the mirror is tried again, since the older
 * bytes may be wrong.
 */
async function acceptPart(part: string, { path, sha256 }: DownloadOptions, resumed: boolean): Promise<void> {
  const { createReadStream } = nodeModule("node:fs", `checking "${part}"`);
  const hash = nodeModule("node:crypto", `checking "${part}"`).createHash("sha256");
  try {
    for await (const chunk of createReadStream(part)) hash.update(chunk as Uint8Array);
  } catch (error) {
    throw fileError("read", path, error);
  }
  const actual = hash.digest("hex");
  if (actual === sha256.toLowerCase()) return;
  await removePart(part);
  throw new MirrorError(`wrong SHA-256 ${actual}`, resumed);
}

async function removePart(part: string): Promise<void> {
  const { promises: fs } = nodeModule("node:fs", `deleting "${part}"`);
  await fs.rm(part, { force: true }).catch((error: unknown) => Promise.reject(fileError("delete", part, error)));
}

async function sizeOfFile(path: string): Promise<number> {
  const { promises: fs } = nodeModule("node:fs", `looking for "${path}"`);
  return fs.stat(path).then(
    (stat) => stat.size,
    () => 0,
  );
}
