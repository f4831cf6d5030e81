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
  const reason =
    path === ""
      ? "the name is empty"
      : lacksFolder
        ? `there is no folder "${nodeModule("node:path", action).dirname(path)}"`
        : (reasons[code] ?? message);
  return new FileError(`cannot ${action} "${path}": ${reason}.`, { cause: error });
}

/** The default limit of {@link readFile}. */
const mostBytes = 2 ** 31 - 1;

export interface ReadOptions {
  /** The largest file that is read, in bytes. Default: 2 GiB. */
  readonly maxBytes?: number;
}

/**
 * The bytes of a regular file. Throws {@link FileError} if it is missing, unreadable, larger than `maxBytes`, a folder,
 * or no regular file (a device, a pipe, a socket).
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
    // Without O_NONBLOCK, opening a pipe waits for a writer. Windows has no such flag.
    const file = await fs.open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stat = await file.stat();
      if (stat.isDirectory()) throw new FileError(`cannot read "${path}": it is a folder.`);
      if (!stat.isFile()) throw new FileError(`cannot read "${path}": it is no regular file.`);
      if (stat.size > maxBytes) throw tooLarge();
      // The size is a hint: the file may grow meanwhile, and files in /proc have size 0. One byte more detects the end.
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

/** The bytes of a file, or null if there is none of this name. Throws {@link FileError} as {@link readFile}. */
export async function readFileIfAny(path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const { promises: fs } = nodeModule("node:fs", `reading "${path}"`);
  try {
    await fs.access(path);
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return null;
  }
  return readFile(path);
}

const formatBytes = (bytes: number): string =>
  bytes >= 2 ** 20 ? `${Math.round(bytes / 2 ** 20)} MiB` : `${bytes} bytes`;

/**
 * Writes a file completely or not at all: to a temporary file beside it, which is synced to disk and then renamed over
 * the old one. If anything fails, the old file stays intact and the temporary one is removed; one that a killed process
 * left behind is removed by the next write into the folder. Links are followed, even if their target is missing. A new
 * file has the permissions that the umask grants, a replaced one keeps its own.
 *
 * Throws {@link FileError} if the folder is missing or cannot be written, the disk is full, or something other than a
 * regular file has that name.
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

/** The file behind the links of `path`, and its permissions if it exists. Throws if it is no regular file. */
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

/** The path at the end of a chain of links whose last target does not exist; `path` itself if it is no link. */
async function followLinks(path: string): Promise<string> {
  const { promises: fs } = nodeModule("node:fs", `writing "${path}"`);
  const { dirname, resolve } = nodeModule("node:path", `writing "${path}"`);
  let target = path;
  // This loop ends: for a circle of links `realpath` has failed with ELOOP before.
  for (;;) {
    const link = await fs.readlink(target).catch(() => undefined);
    if (link === undefined) return target;
    const folder = dirname(target);
    target = resolve(await fs.realpath(folder).catch(() => folder), link);
  }
}

/**
 * A mark for the name of a file that nobody else writes: machine, process and a random part, `a1b2c3d4-1234-k3j5h7d9`.
 */
export function ownMark(): string {
  return `${machineMark()}-${process.pid}-${Math.random().toString(36).slice(2, 10)}`;
}

/** FNV-1a of the host's name. It tells process ids apart from those of other machines that share the disk. */
function machineMark(): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(nodeModule("node:os", "a file's name").hostname()))
    hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

const aDay = 24 * 60 * 60 * 1000;

/**
 * True if nobody writes a marked file any more: its process on this machine has ended, or the mark is from another
 * machine and the file was last changed over a day ago.
 */
export function isAbandoned(mark: string, changed: number): boolean {
  const [machine, pid] = mark.split("-");
  if (machine !== machineMark() || !/^[1-9]\d*$/.test(pid ?? "")) return Date.now() - changed > aDay;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    // EPERM: the process is alive, and belongs to another user.
    return (error as { code?: string }).code === "ESRCH";
  }
}

const swept = new Set<string>();

/** Deletes temporary files of killed processes in a folder, once per process. Failures are ignored. */
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

/** Syncs a folder, so that the rename survives a power cut. Windows cannot open a folder; there it does nothing. */
async function syncFolder(folder: string): Promise<void> {
  const { promises: fs } = nodeModule("node:fs", `writing into "${folder}"`);
  const handle = await fs.open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** Makes a folder and its parents. Throws {@link FileError} if that fails. */
export async function makeFolder(path: string): Promise<void> {
  const { promises: fs } = nodeModule("node:fs", `making the folder "${path}"`);
  const { dirname } = nodeModule("node:path", `making the folder "${path}"`);
  const isFolder = async (folder: string): Promise<boolean> =>
    (await fs.stat(folder).catch(() => null))?.isDirectory() ?? false;
  // Node's recursive mkdir never returns for paths such as /proc/x.
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

/** The environment of {@link cacheFolder}; each entry defaults to that of this machine. */
export interface Surroundings {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly platform?: string;
  readonly home?: string;
}

/**
 * The folder for files that can be fetched or made again: `NABLA_CACHE`; else `XDG_CACHE_HOME/nabla`; else
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
  // The XDG specification says that a relative path must be ignored.
  if (env["XDG_CACHE_HOME"] && isAbsolute(env["XDG_CACHE_HOME"])) return join(env["XDG_CACHE_HOME"], "nabla");
  if (platform === "win32")
    return join(env["LOCALAPPDATA"] || join(homeFolder(), "AppData", "Local"), "nabla", "Cache");
  if (platform === "darwin") return join(homeFolder(), "Library", "Caches", "nabla");
  return join(homeFolder(), ".cache", "nabla");
}
