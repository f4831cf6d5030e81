// Makes a model from its file.
import { ArgumentError } from "../errors.ts";
import { lossFromConfig } from "../losses/index.ts";
import { type MetricName, resolveMetric } from "../metrics/index.ts";
import { checkExampleShape } from "../nn/input.ts";
import { type LayerJson, layerFromJson } from "../nn/registry.ts";
import { optimizerFromConfig } from "../optimizers/index.ts";
import { describe } from "../options.ts";
import type { ModelContent, ModelSource } from "./model-file.ts";
import { Sequential } from "./sequential.ts";

/**
 * Reads a model that `model.save` wrote: layers, weights and, if the file has them, the training configuration and
 * the optimizer's state, so that training goes on as if it had never stopped. A model that was saved with a loss or
 * optimizer of the user's own comes back uncompiled.
 *
 * @param source a path, an address that begins with http (in a browser any address), or the bytes
 * @throws FileError if the file is missing, damaged, inconsistent or not a model
 * @example
 * const model = await loadModel("digits.safetensors");
 * const probabilities = softmax(await model.predict(images));
 */
export async function loadModel(source: ModelSource): Promise<Sequential> {
  // The code for files is loaded when it is first needed, as in Model.
  const { asFileError, readModel, restoreOptimizer, weightsFor } = await import("./model-file.ts");
  const content = await readModel(source);
  return asFileError(content.source, () => {
    const model = makeModel(content);
    model.adoptWeights(weightsFor(model.layers, content));
    model.dataInfo = content.dataInfo;
    if (content.training) {
      useTraining(model, content.training);
      restoreOptimizer(model, content);
    }
    return model;
  });
}

function makeModel({ architecture: { className, name, inputShape, layers } }: ModelContent): Sequential {
  if (className !== "Sequential")
    throw new ArgumentError(`unknown model class ${describe(className)}; known: Sequential.`);
  if (typeof name !== "string" || !Array.isArray(layers))
    throw new ArgumentError("expected a model with a name and a list of layers.");
  return new Sequential((layers as LayerJson[]).map(layerFromJson), {
    name,
    inputShape: checkExampleShape("model", inputShape),
  });
}

function useTraining(model: Sequential, { optimizer, loss, metrics }: NonNullable<ModelContent["training"]>): void {
  const isNamed = (part: unknown): boolean => typeof (part as { name?: unknown } | null)?.name === "string";
  if (!isNamed(optimizer) || (loss !== null && !isNamed(loss)) || !Array.isArray(metrics) || !metrics.every(isNamed))
    throw new ArgumentError(
      "expected a training configuration with an optimizer, a loss and metrics, each with a name.",
    );
  // No file can hold a loss or an optimizer of the user's own: the user calls compile with it.
  if (loss === null || optimizer.own) return;
  const resolved = lossFromConfig(loss.name, loss.config ?? {});
  model.useTraining({
    optimizer: optimizerFromConfig(optimizer.name, optimizer.config ?? {}),
    loss: resolved,
    metrics: metrics.map((metric) => resolveMetric(metric.name as MetricName, resolved, metric.config ?? {})),
  });
}
