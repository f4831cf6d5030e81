// Pictures of digits beside what a network makes of them.
import { concatenate, type Model, stack, type Tensor } from "nabla";
import { readEach, throwFailures } from "./each-file.ts";
import type { Part, Text } from "./part.ts";
import { sheet } from "./pictures.ts";
import { readLightOnDark } from "./read-picture.ts";

/** Shows the pictures in files, 28 × 28, and the model's answers below them; the files that cannot be read last. */
export async function* reconstructions(model: Model, files: readonly string[], title: Text): AsyncIterable<Part> {
  const { read, failures } = await readEach(files, async (file) => (await readLightOnDark([file], 28)).at(0));
  const images = stack(read);
  const again = (await model.predict(images)) as Tensor;
  yield await sheet(title, concatenate([images, again]), read.length);
  throwFailures(failures);
}
