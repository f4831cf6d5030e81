// Makes a model from its file.
import { ArgumentError, quote } from "../errors.ts";
import type { StorageOptions } from "../io/narrow.ts";
import { addFactory, layerFromJson } from "../nn/tree/registry.ts";
import { functionalFromConfig } from "./functional.ts";
import { Hebbian } from "./hebbian.ts";
import { Model } from "./model.ts";
import type { ModelSource } from "./model-file.ts";
import { Perceptron } from "./perceptron.ts";
import { sequentialFromConfig } from "./sequential.ts";

/**
 * Reads a model that `model.save` wrote: layers, weights and, if the file has them, the training configuration and
 * the optimizer's state, so that training goes on as if it had never stopped. A model that was saved with a loss or
 * optimizer of the user's own comes back uncompiled.
 *
 * With `dtype: "float16"` or `"bfloat16"` the weights that training moves rest in 16 bits, in half the memory, for
 * `predict` and `evaluate`; each is converted to float32 where it is read. What layers themselves change, such as
 * running means, is float32, and so is everything that is computed. Such a model cannot be trained.
 *
 * @param source a path, an address that begins with http (in a browser any address), or the bytes
 * @param options.dtype the dtype in which the weights rest, whatever that of the file. Default: "float32"
 * @throws FileError if the file is missing, damaged, inconsistent or not a model
 * @example
 * const model = await loadModel("digits.safetensors");
 * const probabilities = softmax(await model.predict(images));
 */
export async function loadModel(source: ModelSource, options: StorageOptions = {}): Promise<Model> {
  // The code for files is loaded when it is first needed, as in Model.
  const { asFileError, checkShapes, readModel, restoreOptimizer, weightsFor } = await import("./model-file.ts");
  const { layersAt, trainingOf } = await import("./training-json.ts");
  const { registerLayers } = await import("../nn/register.ts");
  const { checkStorage } = await import("../io/narrow.ts");
  const dtype = checkStorage("loadModel", options);
  registerLayers();
  addFactory("Sequential", sequentialFromConfig);
  addFactory("Functional", functionalFromConfig);
  addFactory("Perceptron", (config) => new Perceptron(config));
  addFactory("Hebbian", (config) => new Hebbian(config));
  const content = await readModel(source, dtype !== "float32");
  return asFileError(content.source, async () => {
    const { className, config, inputShape } = content.architecture;
    const model = layerFromJson({ className, config });
    if (!(model instanceof Model))
      throw new ArgumentError(`expected a model, got a layer of class ${quote(className)}.`);
    model.declare(checkShapes(inputShape));
    model.adoptWeights(weightsFor(model, content, dtype));
    model.dataInfo = content.dataInfo;
    if (content.training) {
      const training = await trainingOf(content.training);
      const { frozen } = content.training;
      if (training) restoreOptimizer(model, model.useTraining(training, frozen && layersAt(model, frozen)), content);
    }
    return model;
  });
}
