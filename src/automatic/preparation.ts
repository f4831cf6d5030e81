// What a model's file says of the records that it takes and of its answers. Files are not trusted: all is checked.
import { columnTypes } from "../data/table/cells.ts";
import { ArgumentError } from "../errors.ts";
import type { Model } from "../models/model.ts";
import type { Encoding } from "./column-encoding.ts";
import type { ImageForm, SoundForm } from "./file-forms.ts";
import { type EncodedColumn, RowEncoder } from "./row-encoder.ts";
import type { SeriesForm } from "./series.ts";
import type { TargetInfo } from "./target.ts";

/** How the records of a model become inputs. */
export type Preparation = { readonly target: TargetInfo } & (
  | { readonly kind: "table"; readonly encoder: RowEncoder }
  | { readonly kind: "series"; readonly encoder: RowEncoder; readonly form: SeriesForm }
  | { readonly kind: "image"; readonly form: ImageForm }
  | { readonly kind: "sound"; readonly form: SoundForm }
);

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);

/**
 * The preparation in a model that was learnt from data of a person's own.
 *
 * @throws ArgumentError for a model that has none, or one that does not fit it
 */
export function preparationOf(model: Model): Preparation {
  const given: unknown = model.dataInfo.preparation;
  if (given === undefined)
    throw new ArgumentError(
      `model ${model.name} says nothing of the records that it takes: ` +
        'expected one that "nabla train --data" or learnTable made.',
    );
  const fail = (): never => {
    throw new ArgumentError(`model ${model.name}: the description of its records is damaged.`);
  };
  if (!isFields(given)) return fail();
  const { kind, inputs, form } = given;
  const target = targetIn(given["target"]) ?? fail();
  const { inputShape, outputShape } = model;
  const outputs = target.task === "classification" ? target.classNames.length : 1;
  if (String(outputShape) !== String(outputs)) return fail();
  const isShape = (...shape: readonly number[]): boolean => String(inputShape) === String(shape);
  if (kind === "image") {
    const image = imageFormIn(form) ?? fail();
    return isShape(...image.size, image.channels) ? { kind, target, form: image } : fail();
  }
  if (kind === "sound") {
    const sound = soundFormIn(form) ?? fail();
    return String(inputShape).endsWith(`,${sound.melBins},1`) ? { kind, target, form: sound } : fail();
  }
  const encoder = new RowEncoder(columnsIn(inputs) ?? fail());
  if (!isShape(...encoder.shape)) return fail();
  if (kind === "table") return { kind, target, encoder };
  return kind === "series" ? { kind, target, encoder, form: formIn(form) ?? fail() } : fail();
}

function targetIn(given: unknown): TargetInfo | null {
  if (!isFields(given)) return null;
  const { name, task, classNames, mean, deviation } = given;
  const isTask = task === "classification" || task === "regression";
  if (!isText(name) || !isTask || !isTexts(classNames) || !isNumber(mean) || !isNumber(deviation)) return null;
  return { name, task, classNames, mean, deviation };
}

function columnsIn(given: unknown): EncodedColumn[] | null {
  if (!Array.isArray(given)) return null;
  const columns: EncodedColumn[] = [];
  for (const column of given as unknown[]) {
    if (!isFields(column) || !isFields(column["info"])) return null;
    const { name, type } = column["info"];
    const encoding = encodingIn(column["encoding"]);
    const known = columnTypes.find((one) => one === type);
    if (!isText(name) || !known || !encoding) return null;
    columns.push({ info: { name, type: known }, encoding });
  }
  return columns;
}

function encodingIn(given: unknown): Encoding | null {
  if (!isFields(given)) return null;
  const { kind, mean, deviation, flag, categories, terms } = given;
  if (kind === "category") return isTexts(categories) ? { kind, categories } : null;
  if (kind === "text") return isTexts(terms) ? { kind, terms } : null;
  if (kind !== "number" && kind !== "date") return null;
  return isNumber(mean) && isNumber(deviation) && typeof flag === "boolean" ? { kind, mean, deviation, flag } : null;
}

function imageFormIn(given: unknown): ImageForm | null {
  if (!isFields(given) || !Array.isArray(given["size"])) return null;
  const { size, channels, resize, paper } = given;
  const [height, width] = size as unknown[];
  const areSides = isNumber(height) && isNumber(width);
  if (!areSides || (channels !== 1 && channels !== 3) || resize !== "fit" || !isNumber(paper)) return null;
  return { size: [height, width], channels, resize, paper };
}

function soundFormIn(given: unknown): SoundForm | null {
  if (!isFields(given)) return null;
  const { sampleRate, seconds, stride, melBins } = given;
  const areNumbers = isNumber(sampleRate) && isNumber(seconds) && isNumber(stride) && isNumber(melBins);
  return areNumbers ? { sampleRate, seconds, stride, melBins } : null;
}

function formIn(given: unknown): SeriesForm | null {
  if (!isFields(given)) return null;
  const { time, target, lags, others } = given;
  const isCount = isNumber(lags) && Number.isInteger(lags) && lags > 0 && lags < 1000;
  return isText(time) && isText(target) && isCount && isTexts(others) ? { time, target, lags, others } : null;
}
