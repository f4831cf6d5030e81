// Makes a model from its file.
import { ArgumentError, quote } from "../errors.ts";
import type { StorageOptions } from "../io/narrow.ts";
import { lossFromConfig } from "../losses/index.ts";
import { type MetricName, resolveMetric } from "../metrics/index.ts";
import { addFactory, layerFromJson } from "../nn/tree/registry.ts";
import { optimizerFromConfig } from "../optimizers/index.ts";
import { checkRange } from "../options.ts";
import type { Objective } from "../train/setup.ts";
import { functionalFromConfig } from "./functional.ts";
import { Hebbian } from "./hebbian.ts";
import { Model } from "./model.ts";
import type { ModelContent, ModelSource, ObjectiveJson } from "./model-file.ts";
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
  const { registerLayers } = await import("../nn/register.ts");
  const { checkStorage } = await import("../io/narrow.ts");
  const dtype = checkStorage("loadModel", options);
  registerLayers();
  addFactory("Sequential", sequentialFromConfig);
  addFactory("Functional", functionalFromConfig);
  addFactory("Perceptron", (config) => new Perceptron(config));
  addFactory("Hebbian", (config) => new Hebbian(config));
  const content = await readModel(source, dtype !== "float32");
  return asFileError(content.source, () => {
    const { className, config, inputShape } = content.architecture;
    const model = layerFromJson({ className, config });
    if (!(model instanceof Model))
      throw new ArgumentError(`expected a model, got a layer of class ${quote(className)}.`);
    model.declare(checkShapes(inputShape));
    model.adoptWeights(weightsFor(model, content, dtype));
    model.dataInfo = content.dataInfo;
    if (content.training) {
      useTraining(model, content.training);
      restoreOptimizer(model, content);
    }
    return model;
  });
}

function useTraining(model: Model, { optimizer, objectives }: NonNullable<ModelContent["training"]>): void {
  const isNamed = (part: unknown): boolean => typeof (part as { name?: unknown } | null)?.name === "string";
  const isList = (part: unknown): boolean => Array.isArray(part) && part.every(isNamed);
  const isObjective = (part: ObjectiveJson | null): boolean =>
    typeof part?.output === "string" &&
    (part.loss === null || isNamed(part.loss)) &&
    isList(part.metrics) &&
    isList(part.weightedMetrics);
  if (!isNamed(optimizer) || !Array.isArray(objectives) || !objectives.every(isObjective))
    throw new ArgumentError(
      "expected a training configuration with an optimizer, a loss and metrics, each with a name.",
    );
  // No file can hold a loss or an optimizer of the user's own: the user calls compile with it.
  if (optimizer.own) return;
  const made: Objective[] = [];
  for (const { output, weight, loss, metrics, weightedMetrics } of objectives) {
    if (loss === null) return;
    const resolved = lossFromConfig(loss.name, loss.config ?? {});
    const resolve = (list: ObjectiveJson["metrics"]) =>
      list.map(({ name, config }) => resolveMetric(name as MetricName, resolved, config ?? {}));
    made.push({
      output,
      loss: resolved,
      weight: checkRange("compile", "lossWeights", weight, 0),
      metrics: resolve(metrics),
      weightedMetrics: resolve(weightedMetrics),
    });
  }
  model.useTraining({ optimizer: optimizerFromConfig(optimizer.name, optimizer.config ?? {}), objectives: made });
}
