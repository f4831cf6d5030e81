// What each layer of a network answers to one image, and which of its inputs weigh most in that answer.
import { type Compiled, compile, type Layer, type Model, Sequential, softmax, type Tensor } from "nabla";

/** A layer that the picture shows. */
export interface LayerView {
  readonly name: string;
  readonly kind: "units" | "maps";
  /** The name of its function, such as "relu"; "" without one. */
  readonly activation: string;
  /** Units: [count]. Maps: [height, width, count]. */
  readonly shape: readonly number[];
  /** The number of numbers that each unit, or each number of a map, weighs. */
  readonly inputs: number;
}

/** The weights of one unit or filter as a picture, where they are one: over the pixels of the image. */
export interface Weights {
  readonly values: Float32Array;
  readonly width: number;
}

/** A product of an input and its weight: what the input `from` adds to the sum of the unit `to`. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly value: number;
}

export interface Answer {
  readonly logits: readonly number[];
  readonly probabilities: readonly number[];
  /** The outputs of each layer of the view. */
  readonly layers: readonly Float32Array[];
  /** For each layer of the view the products that are greatest in size; none for maps. */
  readonly edges: readonly (readonly Edge[])[];
}

export interface Inside {
  readonly view: readonly LayerView[];
  answer(image: Tensor): Promise<Answer>;
  weights(layer: number, unit: number): Promise<Weights | undefined>;
}

const [edgeCount, mostProducts] = [36, 400_000];

/** Layers that only move or blur numbers are not shown. */
const isShown = (layer: Layer, shape: readonly number[]): boolean =>
  (shape.length === 1 || shape.length === 3) &&
  !["Flatten", "Reshape", "Input", "Dropout", "RandomRotation", "RandomTranslation"].includes(layer.className) &&
  !layer.className.includes("Pooling");

const activationOf = (layer: Layer): string => {
  const { activation } = layer.config() as { readonly activation?: unknown };
  return typeof activation === "string" && activation !== "linear" ? activation : "";
};

/** The inside of a model for images [1, 28, 28]. Of one that is not a sequence of layers only the answer is known. */
export function lookInside(model: Model): Inside {
  const givesProbabilities = model.lastActivations === "softmax";
  const view: LayerView[] = [];
  const hasProducts: boolean[] = [];
  const owners: Layer[] = [];
  const program = compile((image: Tensor) => {
    const found: Record<string, Tensor> = {};
    let x: Tensor = image;
    if (!(model instanceof Sequential)) x = model.apply(image) as Tensor;
    else
      for (const [name, layer] of model.children() as Iterable<[string, Layer<Tensor, Tensor>]>) {
        const input = x;
        x = layer.apply(x);
        const shape = x.shape.slice(1);
        if (!isShown(layer, shape)) continue;
        const at = view.length;
        const kernel = layer.trainableVariables.find(({ path }) => path === "kernel")?.value;
        const isDense = layer.className === "Dense" && input.ndim === 2;
        const products =
          kernel && isDense && kernel.size <= mostProducts ? input.reshape([-1, 1]).mul(kernel) : undefined;
        const kind = shape.length === 1 ? "units" : "maps";
        const inputs = kernel ? kernel.size / kernel.shape.at(-1)! : 0;
        view.push({ name, kind, activation: activationOf(layer), shape, inputs });
        owners.push(layer);
        hasProducts.push(products !== undefined);
        found[`layer${at}`] = x.reshape([-1]);
        if (products) found[`products${at}`] = products.reshape([-1]);
      }
    const outputs = x.reshape([-1]);
    found["logits"] = givesProbabilities ? outputs.log() : outputs;
    found["probabilities"] = givesProbabilities ? outputs : softmax(outputs);
    return found;
  }) as Compiled<[Tensor], Record<string, Tensor>>;

  return {
    view,
    async answer(image) {
      const found = await program(image);
      const numbers = async (name: string): Promise<Float32Array> =>
        (await found[name]!.data()).slice() as Float32Array;
      const layers = await Promise.all(view.map((_, i) => numbers(`layer${i}`)));
      const edges = await Promise.all(
        view.map(async ({ shape }, i) =>
          hasProducts[i] ? strongest((await found[`products${i}`]!.data()) as Float32Array, shape[0]!) : [],
        ),
      );
      const [logits, probabilities] = await Promise.all([numbers("logits"), numbers("probabilities")]);
      return { logits: [...logits], probabilities: [...probabilities], layers, edges };
    },
    async weights(layer, unit) {
      const kernel = owners[layer]?.trainableVariables.find(({ path }) => path === "kernel")?.value;
      const shape = kernel?.shape ?? [];
      const width = shape.length === 2 && shape[0] === 784 ? 28 : shape.length === 4 && shape[2] === 1 ? shape[1]! : 0;
      if (!kernel || width === 0 || unit >= shape.at(-1)!) return undefined;
      const one = kernel.reshape([-1, shape.at(-1)!]).at([], unit);
      return { values: (await one.data()).slice() as Float32Array, width };
    },
  };
}

/** The products that are greatest in size, of a matrix with `columns` columns; the greatest last. */
function strongest(products: Float32Array, columns: number): Edge[] {
  const kept: number[] = [];
  let least = 0;
  for (let i = 0; i < products.length; i++) {
    const size = Math.abs(products[i]!);
    if (!(size > least)) continue;
    let at = kept.length;
    while (at > 0 && Math.abs(products[kept[at - 1]!]!) > size) at--;
    kept.splice(at, 0, i);
    if (kept.length > edgeCount) kept.shift();
    if (kept.length === edgeCount) least = Math.abs(products[kept[0]!]!);
  }
  return kept.map((i) => ({ from: Math.floor(i / columns), to: i % columns, value: products[i]! }));
}
