// Reads files as a page has them, and computes with them: Node and pages must give the same.
import {
  bytePairTokenizer,
  imageFolder,
  logMel,
  readNpz,
  readTable,
  soundFolder,
  streamTable,
  TableEncoder,
} from "nabla/data";

/** A file's path within the folder that was chosen, and its bytes. */
export interface GivenFile {
  readonly path: string;
  readonly base64: string;
}

export async function readAll(given: readonly GivenFile[]): Promise<Record<string, unknown>> {
  const files = given.map(({ path, base64 }) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const file = new File([bytes], path.slice(path.lastIndexOf("/") + 1));
    Object.defineProperty(file, "webkitRelativePath", { value: `chosen/${path}` });
    return file;
  });
  const ending = (end: string) => files.filter(({ name }) => name.endsWith(end));
  const images = await imageFolder(files, { size: [9, 12], onError: "skip" });
  const { inputs } = await images.load();
  const features = (x: Parameters<typeof logMel>[0]) => logMel(x, { sampleRate: 8000, fftLength: 128, melBins: 8 });
  const sounds = await soundFolder(files, { sampleRate: 8000, seconds: 0.05, features });
  const spectra = (await sounds.load()).inputs.array;
  const arrays = await readNpz(ending(".npz")[0]!);
  const tokenizer = bytePairTokenizer({ vocabularySize: 270 }).fit("low lower lowest");
  const file = ending(".csv.gz")[0]!;
  const table = await readTable(file);
  const encoder = await TableEncoder.fit(await streamTable(file), { target: "kind" });
  const batches = encoder.examples(table).shuffle({ seed: 1 }).batch(4);
  return {
    table: [table.schema, [...encoder.inputs(table).array.data], JSON.stringify(encoder), await batches.toArray(3)],
    classNames: images.classNames,
    paths: images.paths,
    images: [...inputs.array.data],
    skipped: images.skipped,
    spectra: [spectra.shape, ...spectra.data],
    arrays: Object.entries(arrays).map(([name, { data }]) => [name, ...data]),
    tokens: [...tokenizer.encode("the lowest ∇ \ud800")],
  };
}
