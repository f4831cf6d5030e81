// Files on disk: reading, writing so that a killed process loses nothing, and the folder for what can be fetched again.
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
  ERR_FS_FILE_TOO_LARGE: "it is larger than 2 GiB",
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

/**
 * The bytes of a file of up to 2 GiB. Throws {@link FileError} where it is missing, unreadable or a folder.
 *
 * @example
 * const bytes = await readFile("digits.safetensors");
 */
export async function readFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const { promises: fs } = nodeModule("node:fs", `reading "${path}"`);
  try {
    const { buffer, byteOffset, byteLength } = await fs.readFile(path);
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (error) {
    throw fileError("read", path, error);
  }
}

/**
 * Writes a file whole or not at all: to a new file beside it, forced onto the disk, then renamed over the old one.
 * Whatever happens on the way, a file that was there before stays whole; the new file is removed again, except
 * where the process is killed. A link is followed, and the old file's permissions are kept.
 *
 * Throws {@link FileError} where the folder is missing or cannot be written, the disk is full, or something that is
 * no plain file has that name.
 *
 * @example
 * await writeFileAtomic("digits.safetensors", bytes);
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array): Promise<void> {
  const { promises: fs } = nodeModule("node:fs", `writing "${path}"`);
  const { dirname, join } = nodeModule("node:path", `writing "${path}"`);
  const old = await inspectTarget(path);
  const folder = dirname(old.path);
  const temporary = join(folder, `.nabla-${process.pid}-${Math.random().toString(36).slice(2, 10)}.tmp`);
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
}

/** Where a write really goes (past a link) and the permissions that are there; throws where it must not go. */
async function inspectTarget(path: string): Promise<{ path: string; mode?: number }> {
  const { promises: fs, constants } = nodeModule("node:fs", `writing "${path}"`);
  try {
    const target = await fs.realpath(path);
    const stat = await fs.stat(target);
    if (stat.isDirectory()) throw new FileError(`cannot write "${path}": it is a folder.`);
    if (!stat.isFile()) throw new FileError(`cannot write "${path}": it is no plain file.`);
    await fs.access(target, constants.W_OK);
    return { path: target, mode: stat.mode & 0o777 };
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return { path };
    throw fileError("write", path, error);
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

/** What {@link cacheFolder} looks at; every part defaults to this machine's own. */
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
