// What an encoder has learnt, as JSON, and the check of such JSON: it may come from a file that anybody wrote.
import { ArgumentError } from "../../errors.ts";
import { dateOrders } from "../../formats/dates.ts";
import { describe } from "../../options.ts";
import { columnTypes } from "../table/cells.ts";
import type { ColumnCode } from "./column-encoder.ts";
import type { TargetCode } from "./encode-target.ts";

/** All that an encoder has learnt. */
export interface EncoderCode {
  readonly version: 1;
  readonly features: readonly ColumnCode[];
  readonly target: TargetCode | null;
  readonly skipped: readonly string[];
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string" && value.length <= 10_000;
const isTexts: Check = (value) => Array.isArray(value) && value.length <= 2 ** 16 && value.every(isText);
const isFlag: Check = (value) => typeof value === "boolean";
const isNumber: Check = (value) => typeof value === "number" && Number.isFinite(value);
const isScale: Check = (value) => isNumber(value) && (value as number) > 0;
const oneOf =
  (...known: readonly unknown[]): Check =>
  (value) =>
    known.includes(value);

const category = { name: isText, categories: isTexts, hasMissing: isFlag };

/** The fields of each kind. */
const fields: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  number: {
    name: isText,
    type: oneOf("number", "integer", "boolean"),
    mean: isNumber,
    offset: isNumber,
    scale: isScale,
    hasMissing: isFlag,
  },
  oneHot: category,
  index: category,
  date: {
    name: isText,
    type: oneOf("date"),
    dates: oneOf(...dateOrders),
    mean: isNumber,
    scale: isScale,
    hasHours: isFlag,
    hasMissing: isFlag,
  },
};

const targetFields: typeof fields = {
  classes: { name: isText, type: oneOf(...columnTypes), classes: isTexts },
  values: { name: isText, type: oneOf(...columnTypes), offset: isNumber, scale: isScale },
};

/**
 * Checks JSON that an encoder is to be made of.
 *
 * @throws ArgumentError for anything that no encoder has written
 */
export function checkEncoderCode(json: unknown): EncoderCode {
  const code = (typeof json === "object" && json !== null ? json : {}) as Partial<EncoderCode>;
  const { version, features, target, skipped } = code;
  if (version !== 1 || !Array.isArray(features) || features.length > 2 ** 16 || !isTexts(skipped))
    throw new ArgumentError(`TableEncoder.fromJSON: expected what an encoder wrote, got ${describe(json)}.`);
  features.forEach((feature, i) => checkPart(`features[${i}]`, feature, fields));
  if (target !== null) checkPart("target", target, targetFields);
  const picked = features.map((feature) => pick(feature, fields) as ColumnCode);
  return {
    version,
    features: picked,
    target: target ? (pick(target, targetFields) as TargetCode) : null,
    skipped: skipped as string[],
  };
}

function checkPart(where: string, part: unknown, known: typeof fields): void {
  const own = (typeof part === "object" && part !== null ? part : {}) as Record<string, unknown>;
  const kind = String(own["kind"]);
  const checks = Object.hasOwn(known, kind) ? known[kind]! : null;
  const wrong = checks ? Object.keys(checks).find((name) => !checks[name]!(own[name])) : "kind";
  if (wrong !== undefined)
    throw new ArgumentError(
      `TableEncoder.fromJSON: ${where}: expected another value of ${wrong}, got ${describe(own[wrong])}.`,
    );
}

/** The known fields, and no others. */
function pick(part: object, known: typeof fields): unknown {
  const own = part as Record<string, unknown>;
  const names = ["kind", ...Object.keys(known[String(own["kind"])]!)];
  return Object.fromEntries(names.map((name) => [name, own[name]]));
}
