// MNIST: 70,000 handwritten digits, from the user's folder, the cache folder or the usual mirrors.
import { FileError } from "../../errors.ts";
import type { HostArray } from "../../host-array.ts";
import { cacheFolder, makeFolder, readFile } from "../../io/files.ts";
import { decodeIdx } from "../../io/idx.ts";
import { nodeModule } from "../../io/node-modules.ts";
import { formatShape } from "../../shape.ts";
import { Dataset } from "../dataset.ts";

/** A data set of small images in four gzipped IDX files, and its mirrors. */
export interface IdxRelease {
  readonly name: string;
  /** Addresses that end in "/", to which a file's name is added. */
  readonly mirrors: readonly string[];
  /** The SHA-256 of each .gz file on the mirrors. */
  readonly sha256: Readonly<Record<IdxFile, string>>;
  readonly classNames: readonly string[];
  /** Folders in which a system's package puts the files. */
  readonly systemFolders?: readonly string[];
}

const files = ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"] as const;
type IdxFile = (typeof files)[number];

/** The largest of MNIST's files takes 47 MB unpacked. */
const maxFileBytes = 2 ** 28;

const mnistRelease: IdxRelease = {
  name: "mnist",
  mirrors: ["https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"],
  sha256: {
    "train-images-idx3": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
  },
  classNames: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
};

/** The progress of one file's download, in bytes; `total` is absent if the mirror does not send it. */
export interface MnistProgress {
  readonly file: string;
  readonly received: number;
  readonly total?: number;
}

export interface MnistOptions {
  /** A folder that holds the four IDX files, gzipped or not. Their content is checked, but no checksum. */
  readonly folder?: string;
  /** Called while a file is downloaded. */
  readonly onProgress?: (progress: MnistProgress) => void;
}

/**
 * MNIST's 60,000 digits to train on and 10,000 to test with (LeCun, Bottou, Bengio & Haffner 1998).
 *
 * Inputs: `[count, 28, 28]`, uint8 with scale 1/255, white on black. Targets: `[count]`, uint8, 0 … 9.
 * With `folder`, the files are read only from there. Without it they are read from the cache folder, and downloaded
 * first if they are missing or damaged (11 MB, resumable). The SHA-256 of a gzipped file is checked at each use.
 *
 * Throws {@link FileError} if files are missing (it names them and their folder), damaged, or hold something other than
 * 28 × 28 images with as many labels from 0 to 9.
 *
 * @example
 * const { train, test } = await mnist({ folder: "path/to/mnist" });
 * train.size; // 60000
 */
export async function mnist(options: MnistOptions = {}): Promise<{ train: Dataset; test: Dataset }> {
  return loadIdxRelease(mnistRelease, options);
}

/** {@link mnist} for any {@link IdxRelease}. */
export async function loadIdxRelease(
  release: IdxRelease,
  options: MnistOptions = {},
): Promise<{ train: Dataset; test: Dataset }> {
  const { join } = nodeModule("node:path", `data.${release.name}`);
  const isComplete = (path: string): boolean => files.every((file) => findFile(path, file) !== undefined);
  const given = options.folder ?? release.systemFolders?.find(isComplete);
  const folder = given ?? join(cacheFolder(), release.name);
  if (given !== undefined) {
    const missing = files.filter((file) => findFile(folder, file) === undefined);
    if (missing.length > 0) throw lacking(folder, missing);
  }
  const arrays = {} as Record<IdxFile, HostArray>;
  for (const file of files)
    arrays[file] = given === undefined ? await readCached(release, file, folder, options) : await read(folder, file);
  const part = (images: IdxFile, labels: IdxFile): Dataset =>
    new Dataset({
      inputs: { array: checkImages(arrays[images], images, folder), scale: 1 / 255 },
      targets: { array: checkLabels(arrays[labels], arrays[images], labels, release, folder) },
      classNames: release.classNames,
      name: release.name,
    });
  return { train: part("train-images-idx3", "train-labels-idx1"), test: part("t10k-images-idx3", "t10k-labels-idx1") };
}

function lacking(folder: string, missing: readonly IdxFile[]): FileError {
  return new FileError(
    `the folder "${folder}" does not hold ${packedNames(missing)}: put them there, gzipped or unpacked.`,
  );
}

function packedNames(list: readonly IdxFile[]): string {
  return list.map((file) => `${file}-ubyte.gz`).join(", ");
}

/** The path of a file under one of its usual names: `x-idx3-ubyte`, `x.idx3-ubyte`, each with or without `.gz`. */
function findFile(folder: string, file: IdxFile): string | undefined {
  const { join } = nodeModule("node:path", "reading IDX files");
  const { existsSync } = nodeModule("node:fs", "reading IDX files");
  const names = [`${file}-ubyte`, `${file.replace("-idx", ".idx")}-ubyte`].flatMap((name) => [`${name}.gz`, name]);
  return names.map((name) => join(folder, name)).find((path) => existsSync(path));
}

async function read(folder: string, file: IdxFile): Promise<HostArray> {
  const path = findFile(folder, file);
  if (path === undefined) throw lacking(folder, [file]);
  return decodeIdx(await readFile(path, { maxBytes: maxFileBytes }), path);
}

/** A file of the cache folder, downloaded first if it is missing or its checksum is wrong. */
async function readCached(
  release: IdxRelease,
  file: IdxFile,
  folder: string,
  { onProgress }: MnistOptions,
): Promise<HostArray> {
  const name = `${file}-ubyte.gz`;
  const { join } = nodeModule("node:path", `data.${release.name}`);
  const path = join(folder, name);
  try {
    const found = findFile(folder, file);
    // An unpacked file, which a user has put there, has no known checksum.
    return await (found?.endsWith(".gz") ? readPinned(found, release.sha256[file]) : read(folder, file));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
  }
  await makeFolder(folder);
  // Imported on demand, so that pages, which have no files, do not load it.
  const { download } = await import("../../io/download.ts");
  try {
    await download({
      urls: release.mirrors.map((mirror) => mirror + name),
      sha256: release.sha256[file],
      path,
      maxBytes: maxFileBytes,
      ...(onProgress && { onProgress: ({ url: _, ...progress }) => onProgress({ file: name, ...progress }) }),
    });
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new FileError(
      `the ${release.name} files are not on this machine and cannot be fetched: put ${packedNames(files)} ` +
        `into "${folder}", or name a folder that has them: --data, or "folder" in a program ` +
        `(${error.message.replace(/\.$/, "")}).`,
      { cause: error },
    );
  }
  return readPinned(path, release.sha256[file]);
}

/** Reads an IDX file whose bytes must have this SHA-256. */
async function readPinned(path: string, sha256: string): Promise<HostArray> {
  const bytes = await readFile(path, { maxBytes: maxFileBytes });
  const actual = nodeModule("node:crypto", `checking "${path}"`).createHash("sha256").update(bytes).digest("hex");
  if (actual !== sha256) throw new FileError(`"${path}" is damaged: expected SHA-256 ${sha256}, got ${actual}.`);
  return decodeIdx(bytes, path);
}

function checkImages(images: HostArray, file: IdxFile, folder: string): HostArray {
  const { shape, dtype } = images;
  if (dtype === "uint8" && shape.length === 3 && shape[1] === 28 && shape[2] === 28) return images;
  throw new FileError(
    `${file}-ubyte in "${folder}": expected images uint8[count,28,28], got ${dtype}${formatShape(shape)}.`,
  );
}

function checkLabels(
  labels: HostArray,
  images: HostArray,
  file: IdxFile,
  release: IdxRelease,
  folder: string,
): HostArray {
  const { data, shape, dtype } = labels;
  if (dtype !== "uint8" || shape.length !== 1 || shape[0] !== images.shape[0]) {
    throw new FileError(
      `${file}-ubyte in "${folder}": expected labels uint8[${images.shape[0]}], one for each image, ` +
        `got ${dtype}${formatShape(shape)}.`,
    );
  }
  const classes = release.classNames.length;
  const at = data.findIndex((label) => label >= classes);
  if (at < 0) return labels;
  throw new FileError(
    `${file}-ubyte in "${folder}" has label ${data[at]} at index ${at}; expected labels from 0 to ${classes - 1}.`,
  );
}
