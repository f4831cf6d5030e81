// Turns the rows of a table into the numbers that a network takes, by what it has learnt from the training part.
import { ArgumentError, quote } from "../../errors.ts";
import { checkChoice, checkCount, checkFlag, checkOptions, describe } from "../../options.ts";
import { type Column, Dataset } from "../dataset.ts";
import { Pipeline } from "../pipeline/pipeline.ts";
import { indexed, streamed } from "../pipeline/stage.ts";
import type { ColumnInfo, TableColumn } from "../table/column.ts";
import { retyped } from "../table/retype-column.ts";
import { Table } from "../table/table.ts";
import type { ColumnCode, ColumnEncoder, ColumnLearner } from "./column-encoder.ts";
import { CategoryLearner, categoryEncoder } from "./encode-category.ts";
import { DateLearner, dateEncoder } from "./encode-date.ts";
import { NumberLearner, numberEncoder } from "./encode-number.ts";
import { ClassLearner, encodeTargets, type TargetCode, ValueLearner } from "./encode-target.ts";
import { checkEncoderCode, type EncoderCode } from "./encoder-code.ts";

/** How a column becomes numbers. */
export type Encoding = "standardize" | "raw" | "oneHot" | "index" | "date" | "skip";

const encodings: readonly Encoding[] = ["standardize", "raw", "oneHot", "index", "date", "skip"];

/** The options of {@link TableEncoder.fit}. */
export interface EncoderOptions {
  /** The column to predict. Default: none. */
  readonly target?: string;
  /** Default: classification for a target of categories, texts or booleans, regression for numbers and dates. */
  readonly task?: "classification" | "regression";
  /** Standardises the target of a regression; {@link TableEncoder.decode} leads back. Default: true. */
  readonly scaleTarget?: boolean;
  /** The columns to predict from. Default: all but the target. */
  readonly features?: readonly string[];
  /**
   * How columns become numbers, by their names. Default: "standardize" for numbers and booleans, "oneHot" for
   * categories, "date" for dates, "skip" for texts.
   */
  readonly encodings?: Readonly<Record<string, Encoding>>;
  /** The most categories of a column that have a place of their own; the rarer ones share one. Default: 100. */
  readonly maxCategories?: number;
}

/** A table that comes in parts, such as a {@link TableStream}. */
export interface TableParts extends AsyncIterable<Table> {
  readonly schema: readonly ColumnInfo[];
  /** The number of rows, where it is known. */
  readonly size?: number | null;
}

/** The numbers of a row: its inputs, and its class number or standardised value. */
export interface EncodedRow {
  readonly x: Float32Array;
  readonly y: number | Float32Array;
}

/**
 * Encodes tables: learnt once from the training part, used for every other.
 *
 * - Numbers and booleans: (x − mean) / deviation; a missing one is 0, and a second number beside it tells so, if some
 *   were missing in the training part.
 * - Categories: a 1 in the place of the category; one that the training part does not have goes to a place of its own.
 * - Dates: the year, standardised, and month, weekday and hour as points on circles.
 * - Texts are left out (see `skipped`): a tokeniser takes them.
 *
 * All statistics are of the table given to `fit`, and of nothing else. They are JSON (`JSON.stringify(encoder)`,
 * {@link TableEncoder.fromJSON}), so that a page encodes as the training did.
 *
 * @example
 * const table = await parseTable("city,rooms,price\nBonn,3,310\nKiel,2,180\nBonn,,250\nKiel,4,390\n");
 * const encoder = await TableEncoder.fit(table, { target: "price" });
 * encoder.names; // ["city=Bonn", "city=Kiel", "city is another", "rooms", "rooms is missing"]
 * encoder.inputs(Table.from([{ city: "Ulm", rooms: 3 }])).array.data; // [0, 0, 1, 0, 0]
 * encoder.dataset(table).inputShape; // [5]
 */
export class TableEncoder {
  /** A name for each of the numbers of a row. */
  readonly names: readonly string[];
  /** The columns that are not encoded. */
  readonly skipped: readonly string[];
  readonly target: TargetCode | null;
  readonly #encoders: readonly ColumnEncoder[];

  private constructor({ features, target, skipped }: EncoderCode) {
    this.#encoders = features.map(encoderOf);
    this.names = this.#encoders.flatMap(({ names }) => names);
    this.skipped = skipped;
    this.target = target;
  }

  /**
   * Learns from the training part: a {@link Table}, or a {@link TableStream}, which is read once.
   *
   * @throws ArgumentError for columns that are not there, and if no column is left to predict from
   */
  static async fit(train: Table | TableParts, options: EncoderOptions = {}): Promise<TableEncoder> {
    checkOptions("TableEncoder.fit", options, [
      ...["target", "task", "scaleTarget", "features", "encodings", "maxCategories"],
    ]);
    const plan = planOf(train.schema, options);
    const learners = plan.features.map(({ info, encoding }) => learnerOf(info, encoding, options.maxCategories ?? 100));
    const target = plan.target && targetLearner(plan.target, options);
    let rows = 0;
    for await (const part of train instanceof Table ? [train] : train) {
      rows += part.size;
      plan.features.forEach(({ info }, i) => learners[i]!.see(readAs(part, info)));
      if (target && plan.target) target.see(part.column(plan.target.name));
    }
    if (rows === 0) throw new ArgumentError("TableEncoder.fit: expected at least one row to learn from, got none.");
    const features = learners.map((learner) => learner.finish());
    return new TableEncoder({ version: 1, features, target: target?.finish() ?? null, skipped: plan.skipped });
  }

  /**
   * The encoder that `JSON.stringify` wrote.
   *
   * @throws ArgumentError for JSON that no encoder wrote
   */
  static fromJSON(json: unknown): TableEncoder {
    return new TableEncoder(checkEncoderCode(json));
  }

  /** What was learnt. */
  toJSON(): EncoderCode {
    const features = this.#encoders.map(({ code }) => code);
    return { version: 1, features, target: this.target, skipped: this.skipped };
  }

  /** The number of inputs of a row. */
  get width(): number {
    return this.names.length;
  }

  /** The names of the classes, by class number; undefined unless the target is one of classes. */
  get classNames(): readonly string[] | undefined {
    return this.target?.kind === "classes" ? this.target.classes : undefined;
  }

  /** The columns that are read, the target last: the `schema` with which {@link readTable} reads another table. */
  get schema(): ColumnInfo[] {
    const features = this.#encoders.map(({ code }) => infoOf(code));
    return this.target ? [...features, { name: this.target.name, type: this.target.type }] : features;
  }

  /**
   * The inputs of a network: float32 [rows, width].
   *
   * @throws ArgumentError for a table that lacks a column, or has a value of another type in it
   */
  inputs(table: Table): Column {
    const { width } = this;
    const data = new Float32Array(table.size * width);
    let at = 0;
    for (const encoder of this.#encoders) {
      encoder.write(readAs(table, infoOf(encoder.code)), data, at, width);
      at += encoder.names.length;
    }
    return { array: { data, shape: [table.size, width], dtype: "float32" } };
  }

  /**
   * The targets: class numbers, int32 [rows], or standardised values, float32 [rows, 1].
   *
   * @throws ArgumentError for a missing value, for a class that was not learnt, and for an encoder without a target
   */
  targets(table: Table): Column {
    const { target } = this;
    if (!target)
      throw new ArgumentError("TableEncoder: expected an encoder with a target: TableEncoder.fit(train, { target }).");
    return { array: encodeTargets(target, table.column(target.name)) };
  }

  /** Inputs and targets, for `fit` and `evaluate`. Throws {@link ArgumentError} as `inputs` and `targets` do. */
  dataset(table: Table, name = "table"): Dataset {
    const { classNames } = this;
    return new Dataset({ inputs: this.inputs(table), targets: this.targets(table), classNames, name });
  }

  /**
   * Training examples: `x` float32 [width], and `y` a class number or the standardised value, [1]. Those of a stream
   * are encoded while they are read.
   *
   * Throws {@link ArgumentError} as `inputs` and `targets` do.
   */
  examples(source: Table | TableParts): Pipeline<EncodedRow> {
    if (source instanceof Table) {
      const rows = this.#encode(source);
      return new Pipeline(indexed(rows.length, (i) => rows[i]!));
    }
    const encode = (table: Table): EncodedRow[] => this.#encode(table);
    return new Pipeline(
      streamed(source.size ?? null, async function* () {
        for await (const table of source) yield encode(table);
      }),
    );
  }

  #encode(table: Table): EncodedRow[] {
    const { width } = this;
    const x = this.inputs(table).array.data as Float32Array;
    const y = this.targets(table).array;
    const isNumber = y.shape.length === 1;
    return Array.from({ length: table.size }, (_, i) => ({
      x: x.subarray(i * width, (i + 1) * width),
      y: isNumber ? y.data[i]! : (y.data.subarray(i, i + 1) as Float32Array),
    }));
  }

  /** The values of a regression from standardised ones: y · scale + offset. */
  decode(targets: ArrayLike<number>): Float64Array {
    if (this.target?.kind !== "values")
      throw new ArgumentError("decode: expected an encoder of a regression; class numbers are indices of classNames.");
    const { offset, scale } = this.target;
    return Float64Array.from(targets, (y) => y * scale + offset);
  }
}

interface Plan {
  readonly features: readonly { readonly info: ColumnInfo; readonly encoding: Encoding }[];
  readonly target: ColumnInfo | null;
  readonly skipped: readonly string[];
}

/** Which columns are read, and how. */
function planOf(schema: readonly ColumnInfo[], options: EncoderOptions): Plan {
  const where = "TableEncoder.fit";
  const { target: targetName, features, encodings: given = {}, maxCategories } = options;
  if (maxCategories !== undefined) checkCount(where, "maxCategories", maxCategories);
  if (options.scaleTarget !== undefined) checkFlag(where, "scaleTarget", options.scaleTarget);
  const find = (name: unknown): ColumnInfo => {
    const found = schema.find((info) => info.name === name);
    if (found) return found;
    const known = schema.slice(0, 20).map((info) => info.name);
    throw new ArgumentError(`${where}: expected one of the columns ${known.join(", ")}, got ${describe(name)}.`);
  };
  if (features !== undefined && !Array.isArray(features))
    throw new ArgumentError(`${where}: features: expected a list of names, got ${describe(features)}.`);
  const target = targetName === undefined ? null : find(targetName);
  const chosen = (features?.map(find) ?? schema).filter(({ name }) => name !== targetName);
  for (const [name, encoding] of Object.entries(given)) {
    find(name);
    checkChoice(where, `the encoding of ${quote(name)}`, encoding, encodings);
  }
  const all = chosen.map((info) => {
    const encoding = Object.hasOwn(given, info.name) ? given[info.name]! : usual[info.type];
    return { info: readInfo(info, encoding), encoding };
  });
  const used = all.filter(({ encoding }) => encoding !== "skip");
  const skipped = all.filter(({ encoding }) => encoding === "skip").map(({ info }) => info.name);
  if (used.length === 0)
    throw new ArgumentError(
      `${where}: expected at least one column of numbers, categories or dates to predict from, got ` +
        `${skipped.length > 0 ? `only texts: ${skipped.slice(0, 10).join(", ")}` : "none"}.`,
    );
  return { features: used, target, skipped };
}

const usual = {
  number: "standardize",
  integer: "standardize",
  boolean: "standardize",
  category: "oneHot",
  date: "date",
  text: "skip",
} as const;

/** The type with which a column is read for an encoding. */
function readInfo(info: ColumnInfo, encoding: Encoding): ColumnInfo {
  const { name, type } = info;
  if (encoding === "oneHot" || encoding === "index") return { name, type: "category" };
  if (encoding === "date") return { name, type: "date", dates: info.dates ?? "ymd" };
  if (encoding === "skip" || type === "boolean" || type === "integer") return info;
  return { name, type: "number" };
}

const readAs = (table: Table, info: ColumnInfo): TableColumn => retyped(table.column(info.name), info);

function learnerOf({ name, type, dates = "ymd" }: ColumnInfo, encoding: Encoding, most: number): ColumnLearner {
  if (encoding === "date") return new DateLearner(name, dates);
  if (encoding === "oneHot" || encoding === "index") return new CategoryLearner({ kind: encoding, name }, most);
  return new NumberLearner(name, type as "number", encoding === "standardize");
}

function targetLearner({ name, type }: ColumnInfo, { task, scaleTarget = true }: EncoderOptions) {
  const isNumbers = type === "number" || type === "integer" || type === "date";
  const chosen =
    task === undefined
      ? isNumbers
        ? "regression"
        : "classification"
      : checkChoice("TableEncoder.fit", "task", task, ["classification", "regression"]);
  return chosen === "regression" ? new ValueLearner(name, type, scaleTarget) : new ClassLearner(name, type);
}

function encoderOf(code: ColumnCode): ColumnEncoder {
  if (code.kind === "number") return numberEncoder(code);
  return code.kind === "date" ? dateEncoder(code) : categoryEncoder(code);
}

function infoOf(code: ColumnCode): ColumnInfo {
  if (code.kind === "number") return { name: code.name, type: code.type };
  if (code.kind === "date") return { name: code.name, type: "date", dates: code.dates };
  return { name: code.name, type: "category" };
}
