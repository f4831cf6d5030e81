// "nabla/data" as the lab's pages have it: the course's files ask it for digits, which come from the file beside the
// page instead of a package on a disk.
import { Dataset } from "nabla";
import { digitsFile, type Examples, unpackDigits } from "../pages/digits/packed.ts";

export * from "../../../src/data/index.ts";

const asDataset = ({ pixels, labels }: Examples): Dataset =>
  Dataset.from({
    inputs: { data: pixels, shape: [labels.length, 28, 28], dtype: "uint8", scale: 1 / 255 },
    targets: { data: labels, shape: [labels.length], dtype: "uint8" },
    classNames: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    name: "digits",
  });

/** The digits to train on and those that are held out, as Nabla's `digits` gives them in Node. */
export async function digits(): Promise<{ train: Dataset; test: Dataset }> {
  // The worker stands in a folder beside the file.
  const response = await fetch(new URL(`../${digitsFile}`, self.location.href));
  if (!response.ok) throw new Error(`${digitsFile}: ${response.status} ${response.statusText}`);
  const { train, test } = await unpackDigits(await response.arrayBuffer());
  return { train: asDataset(train), test: asDataset(test) };
}
