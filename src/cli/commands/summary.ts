// `nabla summary <model>`: shows what a model's file holds.
import type { Command } from "commander";
import { printable } from "../../errors.ts";
import { writeFileAtomic } from "../../io/files.ts";
import { loadModel } from "../../models/load-model.ts";
import { measureName } from "../../train/setup.ts";
import { type AnswerOptions, path, withAnswerOptions, withExamples } from "../arguments.ts";
import { say, sayJson, wrap } from "../terminal.ts";

export function addSummary(program: Command): void {
  const command = program
    .command("summary")
    .summary("show the layers of a saved model")
    .description("Shows a saved model's layers, shapes and numbers of parameters, and what it was trained with.")
    .argument("<model>", "a model's file, as train saves it", path)
    .option("--svg <file>", "draws the model into a file", path);
  withAnswerOptions(command).action(summary);
  withExamples(command, [
    ["nabla summary nabla-models/digits-mlp.safetensors", ""],
    ["nabla summary nabla-models/digits-mlp.safetensors --svg digits.svg", ""],
  ]);
}

async function summary(file: string, { json, svg }: AnswerOptions & { readonly svg?: string }): Promise<void> {
  const model = await loadModel(file);
  if (svg !== undefined) await writeFileAtomic(svg, new TextEncoder().encode(await model.toSVG()));
  const { name, inputShape, outputShape, training, classNames, dataInfo } = model;
  const optimizer = training && { name: training.optimizer.name, ...((await training.optimizer.config()) as object) };
  const trained = training && {
    optimizer,
    loss: training.objectives.map(({ loss }) => loss.name).join(" + "),
    metrics: training.objectives.flatMap((objective) =>
      [...objective.metrics, ...objective.weightedMetrics].map(({ name }) => measureName(objective, name)),
    ),
  };
  if (json) {
    const layers = model.rows().map(({ layer, path, trainable }) => ({
      name: path,
      class: layer.className,
      parameters: layer.parameters.map((parameter) => ({
        name: parameter.name,
        shape: parameter.shape,
        trainable: trainable && parameter.trainable,
      })),
    }));
    sayJson({ file, name, inputShape, outputShape, layers, training: trained, data: dataInfo });
    return;
  }
  say(model.summary());
  if (trained && optimizer) {
    const { name: optimizerName, ...config } = optimizer;
    const settings = Object.entries(config).map(([key, value]) => `${key} ${setting(value)}`);
    const measured = trained.metrics.length > 0 ? `, metrics ${trained.metrics.join(", ")}` : "";
    say(wrap(`Trained with ${optimizerName} (${settings.join(", ")}), loss ${trained.loss}${measured}`));
  }
  if (dataInfo.inputs) {
    const { dtype, scale, offset } = dataInfo.inputs;
    say(
      `Inputs: ${dtype} · ${Number(scale.toPrecision(6))}${offset === 0 ? "" : ` + ${Number(offset.toPrecision(6))}`}`,
    );
  }
  if (svg !== undefined) say(`The drawing is in ${printable(svg)}.`);
  if (classNames) say(wrap(`Classes: ${classNames.map((name) => printable(name)).join(", ")}`));
}

/** An option of an optimizer as text; of a schedule its name. */
function setting(value: unknown): string {
  if (typeof value === "number") return String(Number(value.toPrecision(6)));
  if (typeof value !== "object" || value === null) return String(value);
  return "name" in value ? printable(String(value.name)) : printable(JSON.stringify(value));
}
