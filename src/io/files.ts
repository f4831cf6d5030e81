// Files on disk: bounded reading, writing that survives a killed process, and the cache folder.
import { FileError, NablaError } from "../errors.ts";
import { nodeModule } from "./node-modules.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "you lack the permission",
  EPERM: "the system does not permit it",
  EROFS: "the disk is read-only",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is a file, not a folder",
  ENOSPC: "the disk is full",
  EDQUOT: "your disk quota is used up",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "its links lead in a circle",
  EMFILE: "too many files are open",
  EBUSY: "another program is using it",
  EEXIST: "a file of that name is in the way",
  EFBIG: "the file is larger than the disk allows",
  ENXIO: "it is no regular file",
};

/** A {@link FileError} of one sentence: `cannot read "x.safetensors": there is no such file.` */
export function fileError(action: string, path: string, error: unknown): FileError {
  if (error instanceof NablaError) return error;
  const { code = "", message = String(error) } = error as { code?: string; message?: string };
  const lacksFolder = action === "write" && code === "ENOENT";
  const reason = lacksFolder
    ? `there is no folder "${nodeModule("node:path", action).dirname(path)}"`
    : (reasons[code] ?? message);
  return new FileError(`cannot ${action} "${path}": ${reason}.`, { cause: error });
}

/** The most that {@link readFile} reads where it is told nothing else. */
const mostBytes = 2 ** 31 - 1;

export interface ReadOptions {
  /** The largest file that is read, in bytes. Default: 2 GiB. */
  readonly maxBytes?: number;
}

/**
 * The bytes of a regular file. Throws {@link FileError} where it is missing, unreadable, larger than `maxBytes`, a
 * folder, or something without an end (a device, a pipe, a socket).
 *
 * @example
 * const bytes = await readFile("digits.safetensors");
 */
export async function readFile(path: string, options: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const { maxBytes = mostBytes } = options;
  const { promises: fs, constants } = nodeModule("node:fs", `reading "${path}"`);
  const tooLarge = (): FileError =>
    new FileError(`cannot read "${path}": expected at most ${formatBytes(maxBytes)}, got a larger file.`);
  try {
    // Opening a pipe waits for whoever writes into it, unless it is told not to. Windows knows no such flag.
    const file = await fs.open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stat = await file.stat();
      if (stat.isDirectory()) throw new FileError(`cannot read "${path}": it is a folder.`);
      if (!stat.isFile()) throw new FileError(`cannot read "${path}": it is no regular file.`);
      if (stat.size > maxBytes) throw tooLarge();
      // The size is a hint: the file may grow meanwhile, and the system's own files say 0. One byte more shows the end.
      let bytes = new Uint8Array(stat.size + 1);
      for (let length = 0; ; ) {
        const { bytesRead } = await file.read(bytes, length, Math.min(bytes.length - length, 2 ** 30));
        if (bytesRead === 0) return bytes.subarray(0, length);
        length += bytesRead;
        if (length > maxBytes) throw tooLarge();
        if (length < bytes.length) continue;
        const larger = new Uint8Array(Math.min(2 * length + 4096, maxBytes + 1));
        larger.set(bytes);
        bytes = larger;
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError("read", path, error);
  }
}

const formatBytes = (bytes: number): string =>
  bytes >= 2 ** 20 ? `${Math.round(bytes / 2 ** 20)} MiB` : `${bytes} bytes`;

/**
 * Writes a file whole or not at all: to a new file beside it, forced onto the disk, then renamed over the old one.
 * Whatever happens on the way, a file that was there before stays whole. The new file is removed again; one that a
 * killed process left behind is removed by the next write into the folder. A link is followed, even one whose target
 * is missing. A new file has the permissions that the umask grants, a replaced one keeps its own.
 *
 * Throws {@link FileError} where the folder is missing or cannot be written, the disk is full, or something other
 * than a regular file has that name.
 *
 * @example
 * await writeFileAtomic("digits.safetensors", bytes);
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array): Promise<void> {
  const { promises: fs } = nodeModule("node:fs", `writing "${path}"`);
  const { dirname, join } = nodeModule("node:path", `writing "${path}"`);
  const old = await inspectTarget(path);
  const folder = dirname(old.path);
  const temporary = join(folder, `.nabla-${ownMark()}.tmp`);
  try {
    const file = await fs.open(temporary, "wx", old.mode ?? 0o666);
    try {
      if (old.mode !== undefined) await file.chmod(old.mode);
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await fs.rename(temporary, old.path);
  } catch (error) {
    await fs.rm(temporary, { force: true }).catch(() => undefined);
    throw fileError("write", path, error);
  }
  await syncFolder(folder);
  await sweepTemporaries(folder);
}

/** The file that a write to `path` goes to, past links, and its permissions if it exists. Throws unless it is regular. */
async function inspectTarget(path: string): Promise<{ path: string; mode?: number }> {
  const { promises: fs, constants } = nodeModule("node:fs", `writing "${path}"`);
  try {
    const target = await fs.realpath(path);
    const stat = await fs.stat(target);
    if (stat.isDirectory()) throw new FileError(`cannot write "${path}": it is a folder.`);
    if (!stat.isFile()) throw new FileError(`cannot write "${path}": it is no regular file.`);
    await fs.access(target, constants.W_OK);
    return { path: target, mode: stat.mode & 0o777 };
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") throw fileError("write", path, error);
    return { path: await followLinks(path) };
  }
}

/** The path at the end of a chain of links whose last target does not exist; `path` itself where it is no link. */
async function followLinks(path: string): Promise<string> {
  const { promises: fs } = nodeModule("node:fs", `writing "${path}"`);
  const { dirname, resolve } = nodeModule("node:path", `writing "${path}"`);
  let target = path;
  // A circle of links cannot come here: the system refuses it before.
  for (;;) {
    const link = await fs.readlink(target).catch(() => undefined);
    if (link === undefined) return target;
    const folder = dirname(target);
    target = resolve(await fs.realpath(folder).catch(() => folder), link);
  }
}

/** `a1b2c3d4-1234-k3j5h7d9`: this machine, this process, and a random part. It names a file that nobody else writes. */
export function ownMark(): string {
  return `${machineMark()}-${process.pid}-${Math.random().toString(36).slice(2, 10)}`;
}

/** FNV-1a of the host's name: process numbers of other machines, on a shared disk, say nothing here. */
function machineMark(): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(nodeModule("node:os", "a file's name").hostname()))
    hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

const aDay = 24 * 60 * 60 * 1000;

/**
 * Whether nobody writes a marked file any more: its process on this machine has ended, or the mark is another machine's
 * and the file was last changed over a day ago.
 */
export function isAbandoned(mark: string, changed: number): boolean {
  const [machine, pid] = mark.split("-");
  if (machine !== machineMark() || !/^[1-9]\d*$/.test(pid ?? "")) return Date.now() - changed > aDay;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    // EPERM: the process is alive, and another user's.
    return (error as { code?: string }).code === "ESRCH";
  }
}

const swept = new Set<string>();

/** Deletes what killed processes left in a folder; once per process, and without a word where that fails. */
async function sweepTemporaries(folder: string): Promise<void> {
  const { promises: fs } = nodeModule("node:fs", `writing into "${folder}"`);
  const { join, resolve } = nodeModule("node:path", `writing into "${folder}"`);
  if (swept.has(resolve(folder))) return;
  swept.add(resolve(folder));
  for (const name of await fs.readdir(folder).catch(() => [])) {
    const mark = /^\.nabla-(.+)\.tmp$/.exec(name)?.[1];
    if (mark === undefined) continue;
    const stat = await fs.lstat(join(folder, name)).catch(() => undefined);
    if (stat?.isFile() && isAbandoned(mark, stat.mtimeMs)) await fs.rm(join(folder, name)).catch(() => undefined);
  }
}

/** Makes the rename itself last through a power cut. Windows cannot open a folder, and does without. */
async function syncFolder(folder: string): Promise<void> {
  const { promises: fs } = nodeModule("node:fs", `writing into "${folder}"`);
  const handle = await fs.open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** Makes a folder and those above it. Throws {@link FileError} where that cannot be. */
export async function makeFolder(path: string): Promise<void> {
  const { promises: fs } = nodeModule("node:fs", `making the folder "${path}"`);
  const { dirname } = nodeModule("node:path", `making the folder "${path}"`);
  const isFolder = async (folder: string): Promise<boolean> =>
    (await fs.stat(folder).catch(() => null))?.isDirectory() ?? false;
  // Node's own recursive mkdir never comes back from places such as /proc/x.
  const make = async (folder: string): Promise<void> => {
    if (await isFolder(folder)) return;
    const above = dirname(folder);
    if (above !== folder) await make(above);
    await fs.mkdir(folder).catch(async (error: unknown) => {
      if (!(await isFolder(folder))) throw error;
    });
  };
  try {
    await make(path);
  } catch (error) {
    throw fileError("make the folder", path, error);
  }
}

/** The surroundings of {@link cacheFolder}; each defaults to this machine's own. */
export interface Surroundings {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly platform?: string;
  readonly home?: string;
}

/**
 * The folder for what can be fetched or made again: `NABLA_CACHE`; else `XDG_CACHE_HOME/nabla`; else
 * `~/.cache/nabla`, on macOS `~/Library/Caches/nabla`, on Windows `%LOCALAPPDATA%\nabla\Cache`.
 * The folder need not exist yet. Throws {@link FileError} in a browser.
 *
 * @example
 * const digits = `${cacheFolder()}/digits.safetensors`;
 */
export function cacheFolder(surroundings: Surroundings = {}): string {
  const path = nodeModule("node:path", "a cache folder");
  const { env = process.env, platform = process.platform, home } = surroundings;
  const { isAbsolute, join } = platform === "win32" ? path.win32 : path.posix;
  const homeFolder = (): string => home ?? nodeModule("node:os", "a cache folder").homedir();
  if (env["NABLA_CACHE"]) return path.resolve(env["NABLA_CACHE"]);
  // The XDG rule: a path that is not absolute is to be ignored.
  if (env["XDG_CACHE_HOME"] && isAbsolute(env["XDG_CACHE_HOME"])) return join(env["XDG_CACHE_HOME"], "nabla");
  if (platform === "win32")
    return join(env["LOCALAPPDATA"] || join(homeFolder(), "AppData", "Local"), "nabla", "Cache");
  if (platform === "darwin") return join(homeFolder(), "Library", "Caches", "nabla");
  return join(homeFolder(), ".cache", "nabla");
}
