// Lists files with their classes: a folder a class, or a prefix of the file's name.
import { ArgumentError, FileError, quote } from "../../errors.ts";
import { fileError } from "../../io/files.ts";
import { nodeModule } from "../../io/node-modules.ts";
import type { FileSource } from "../../io/opened-file.ts";
import { checkFunction, describe } from "../../options.ts";

/**
 * Where files are found: the path of a folder; the `File`s that a page gets of `<input type="file" webkitdirectory>` or
 * of a drop; or for each class a list of paths, addresses, Files or bytes.
 */
export type FolderSource = string | Iterable<Blob> | ArrayLike<Blob> | Readonly<Record<string, readonly FileSource[]>>;

/**
 * What a file's class is: the "folder" that it lies in, the "prefix" of its name before the first "_", "-", "." or
 * blank, or what a function makes of its path within the folder.
 */
export type ClassOf = "folder" | "prefix" | ((path: string) => string);

/** A file with its class. */
export interface ClassFile {
  readonly source: FileSource;
  /** The path within the folder, with slashes. */
  readonly path: string;
  readonly className: string;
  /** The part that the file lies in, where the topmost folders are parts such as "train" and "test". */
  readonly part: Part | undefined;
}

/** The parts into which a folder may be split. */
export type Part = "train" | "validation" | "test";
/** The names of folders that are parts. */
const partOf: Readonly<Record<string, Part>> = {
  ...{ train: "train", training: "train", test: "test", testing: "test" },
  ...{ validation: "validation", valid: "validation", val: "validation" },
};

const mostFiles = 2 ** 20;
const mostLevels = 16;

/** A file before its class is known. */
interface Found {
  readonly source: FileSource;
  readonly path: string;
}

/**
 * The files whose names end in one of `extensions`, in the order of their paths. Hidden files, whose names begin with a
 * dot, are left out. `kind` names them in errors, in the plural.
 *
 * @throws FileError for a folder that is missing or has none of them, and for a class without any; ArgumentError for
 *   other sources
 */
export async function classFiles(
  where: string,
  source: FolderSource,
  { kind, extensions, classOf }: { kind: string; extensions: readonly string[]; classOf: ClassOf | undefined },
): Promise<ClassFile[]> {
  if (typeof classOf === "function") checkFunction(`${where}: class`, classOf);
  if (isRecord(source)) return fromRecord(where, source);
  if (typeof source === "string" && (source === "" || /^https?:/.test(source)))
    throw new ArgumentError(
      `${where}: expected the path of a folder, or a list of addresses for each class, got ${describe(source)}.`,
    );
  const folder = typeof source === "string" ? source : "the given files";
  const all = typeof source === "string" ? await listFolder(where, source) : listFiles(where, source);
  const found = wanted(all.files, folder, { kind, extensions });
  const hasParts = found.every(({ path }) => path.includes("/") && Object.hasOwn(partOf, topOf(path).toLowerCase()));
  const inFolder = (path: string): string => (hasParts ? path.slice(path.indexOf("/") + 1) : path);
  const chosen = classOf ?? (found.some(({ path }) => inFolder(path).includes("/")) ? "folder" : "prefix");
  const classed = found.map(({ source, path }): ClassFile => {
    const part = hasParts ? partOf[topOf(path).toLowerCase()] : undefined;
    return { source, path, className: nameClass(where, inFolder(path), chosen), part };
  });
  // A class folder without a file would be a class of which nothing can be learnt.
  const prefixes = new Set(found.flatMap(({ path }) => [topOf(path), path.split("/", 2).join("/")]));
  const empty = chosen === "folder" ? all.folders.find((path) => !prefixes.has(path)) : undefined;
  if (empty !== undefined)
    throw new FileError(
      `${quote(folder, 200)}: expected ${kind} in each class folder, got none in ${quote(empty, 200)}.`,
    );
  return classed;
}

/** What files are looked for: their kind in the plural, and how their names end. */
interface Wanted {
  readonly kind: string;
  readonly extensions: readonly string[];
}

/** The files whose names end so, in the order of their paths, without hidden ones. */
function wanted(files: readonly Found[], folder: string, { kind, extensions }: Wanted): Found[] {
  const isWanted = (path: string): boolean => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    return !name.startsWith(".") && extensions.includes(name.slice(name.lastIndexOf(".") + 1).toLowerCase());
  };
  const found = files.filter(({ path }) => isWanted(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
  if (found.length > 0) return found;
  throw new FileError(`${quote(folder, 200)}: expected ${kind} (${extensions.join(", ")}), got none.`);
}

/**
 * The paths of the files in a folder and below it, whatever their class, each with the folder before it.
 *
 * @throws FileError for a folder that is missing or has none of them
 */
export async function filesIn(folder: string, what: Wanted): Promise<string[]> {
  const { files } = await listFolder("filesIn", folder);
  return wanted(files, folder, what).map(({ source }) => source as string);
}

const topOf = (path: string): string => path.slice(0, Math.max(0, path.indexOf("/")));

function nameClass(where: string, path: string, classOf: ClassOf): string {
  if (typeof classOf === "function") {
    const name: unknown = classOf(path);
    if (typeof name === "string" && name !== "") return name;
    throw new ArgumentError(`${where}: expected class to give a name for ${quote(path, 200)}, got ${describe(name)}.`);
  }
  const name = classOf === "folder" ? topOf(path) : /^[^_\-. ]*/.exec(path.slice(path.lastIndexOf("/") + 1))![0];
  if (name !== "") return name;
  const reason =
    classOf === "folder"
      ? "it lies beside the folders of classes, expected it in one of them"
      : "its name has no prefix before a _, -, . or blank";
  throw new FileError(`the class of ${quote(path, 200)} is not known: ${reason}.`);
}

const isRecord = (source: FolderSource): source is Readonly<Record<string, readonly FileSource[]>> =>
  typeof source === "object" && source !== null && Object.getPrototypeOf(source) === Object.prototype;

function fromRecord(where: string, source: Readonly<Record<string, readonly FileSource[]>>): ClassFile[] {
  const files = Object.entries(source).flatMap(([className, list]) => {
    if (!Array.isArray(list) || list.length === 0)
      throw new ArgumentError(
        `${where}: expected a list of files for class ${quote(className)}, got ${describe(list)}.`,
      );
    return list.map((file: FileSource, i): ClassFile => {
      const name = typeof file === "string" || file instanceof URL ? String(file) : (file as { name?: string }).name;
      return { source: file, path: name ?? `${className}/${i}`, className, part: undefined };
    });
  });
  if (files.length > 0) return files;
  throw new ArgumentError(`${where}: expected files for at least one class, got none.`);
}

interface Listing {
  readonly files: Found[];
  /** The folders at the top, or below the parts, that are not hidden. */
  readonly folders: readonly string[];
}

/** The `File`s of a page. A folder that was chosen is the first part of each path. */
function listFiles(where: string, source: Iterable<Blob> | ArrayLike<Blob>): Listing {
  const isList = typeof source === "object" && source !== null && (Symbol.iterator in source || "length" in source);
  if (!isList)
    throw new ArgumentError(
      `${where}: expected a folder's path, a list of Files or lists by class, got ${describe(source)}.`,
    );
  const files = Array.from(source as ArrayLike<Blob>).map((file, i): Found => {
    if (!(file instanceof Blob))
      throw new ArgumentError(`${where}: expected a list of Files, got ${describe(file)} at ${i}.`);
    const { name = `${i}`, webkitRelativePath = "" } = file as Partial<File>;
    return { source: file, path: webkitRelativePath.slice(webkitRelativePath.indexOf("/") + 1) || name };
  });
  return { files, folders: [] };
}

async function listFolder(where: string, folder: string): Promise<Listing> {
  const { promises: fs } = nodeModule("node:fs", `${where} of a folder`);
  const { join } = nodeModule("node:path", `${where} of a folder`);
  const files: Found[] = [];
  const folders: string[] = [];
  const walk = async (path: string, level: number): Promise<void> => {
    const at = path === "" ? folder : join(folder, path);
    const entries = await fs.readdir(at, { withFileTypes: true }).catch((error: unknown) => {
      throw fileError("read the folder", at, error);
    });
    for (const entry of entries) {
      if (entry.name.startsWith(".")) continue;
      const below = path === "" ? entry.name : `${path}/${entry.name}`;
      // A link may lead to a file or to a folder; one that leads nowhere is named when it is read.
      const stat = entry.isSymbolicLink() ? await fs.stat(join(folder, below)).catch(() => entry) : entry;
      if (stat.isDirectory()) {
        if (level === mostLevels)
          throw new FileError(
            `expected at most ${mostLevels} folders in one another, got more at ${quote(at, 200)}; ` +
              "does a link lead back to a folder above it?",
          );
        const isPart = level === 0 && Object.hasOwn(partOf, entry.name.toLowerCase());
        if ((level === 0 && !isPart) || (level === 1 && Object.hasOwn(partOf, path.toLowerCase()))) folders.push(below);
        await walk(below, level + 1);
      } else files.push({ source: join(folder, below), path: below });
      if (files.length > mostFiles)
        throw new FileError(`expected at most ${mostFiles} files in ${quote(folder, 200)}, got more.`);
    }
  };
  await walk("", 0);
  return { files, folders };
}

/** Different names in order: numbers by their value, if all are numbers, else by the codes of their letters. */
export function namesInOrder(given: readonly string[]): string[] {
  const names = [...new Set(given)];
  const areNumbers = names.every((name) => /^\d{1,9}$/.test(name));
  return names.sort(areNumbers ? (a, b) => Number(a) - Number(b) : undefined);
}
