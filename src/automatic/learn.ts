// The procedure: split, learn the encoder, train members, average them, measure, compare with baselines.
import type { Column } from "../data/dataset.ts";
import type { SkippedFile } from "../data/folder/folder-examples.ts";
import { ArgumentError } from "../errors.ts";
import { sparseCategoricalCrossentropy } from "../losses/factories.ts";
import { type Functional, functional } from "../models/functional.ts";
import { input } from "../models/input.ts";
import type { Model } from "../models/model.ts";
import { average, rescaling, softmax } from "../nn/index.ts";
import type { Json } from "../nn/tree/layer.ts";
import { checkCount, checkRange } from "../options.ts";
import { type Baseline, baselinesOf } from "./baselines.ts";
import type { ColumnUse } from "./column-use.ts";
import { type Figures, figuresOf, greatest, mainOf, mistake, type Predictions, softmaxRows } from "./figures.ts";
import { type Importance, importanceOf } from "./importance.ts";
import { type Encoder, takeRows } from "./inputs.ts";
import { choosePenalty, learnLinear } from "./linear.ts";
import { type Curve, type MemberProgress, type Trained, trainMembers } from "./members.ts";
import { convolutionalNetwork, denseNetwork, type Moves, type Settings, type Start, settingsFor } from "./networks.ts";
import { type HeldOut, type Split, type SplitRule, splitParts } from "./split.ts";
import { type Answers, rowsOf, type Target, type TargetInfo, targetInfo, targetsOf, truthsOf } from "./target.ts";

/** Examples of one kind: rows of a table, windows of a series, pictures, sounds. */
export interface Examples<Source> {
  readonly size: number;
  readonly answers: Answers;
  /** Learns from these rows alone how examples become inputs. */
  learnEncoder(rows: Int32Array): Encoder<Source>;
  take(rows: Int32Array): Source;
  /** The group of each row, or null. */
  readonly groups: Int32Array | null;
  /** True for rows in the order of time. */
  readonly inTime: boolean;
  /** The rows that the data themselves hold out, or null. */
  readonly heldOut: HeldOut | null;
  /** The last known value before each row, for a series. */
  readonly lastValues: Float64Array | null;
  /** How far pictures may be moved in training; null for examples that are no pictures. */
  readonly moves: Moves | null;
  /** An example in a few words, for mistakes that are shown. */
  describe(row: number): string;
  /** The files that could not be read and are left out. */
  readonly skipped: readonly SkippedFile[];
  /** What else the model's file says of the examples. */
  readonly json: { readonly [key: string]: Json };
}

/** The options of {@link learn}. */
export interface LearnOptions {
  /** The share of the rows that are held out to test, between 0 and 1. Default: 0.2. */
  readonly split?: number;
  /** For split, weights and order: same seed, same model. Default: 1. */
  readonly seed?: number;
  /** The number of networks whose answers are averaged, from 2 up. Default: 5; 3 for pictures and sounds. */
  readonly members?: number | undefined;
  /** Replaces the number of epochs that follows from the data. */
  readonly epochs?: number | undefined;
  /** Replaces the learning rate that follows from the data. */
  readonly learningRate?: number | undefined;
  /** Replaces the number of examples of a step. */
  readonly batchSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: MemberProgress) => void) | undefined;
  /** Called once before the training, with how the columns of a table were read. */
  readonly onColumns?: ((columns: readonly ColumnUse[]) => void) | undefined;
}

export const learnOptionNames = [
  "split",
  "seed",
  "epochs",
  "learningRate",
  "batchSize",
  "members",
  "signal",
  "onProgress",
  "onColumns",
] as const;

/** Throws {@link ArgumentError} for options that no data can have. */
export function checkLearnOptions(where: string, { split = 0.2, members }: LearnOptions): void {
  checkRange(where, "split", split, 0, 1);
  if (split === 0) throw new ArgumentError(`${where}: split: expected a share above 0 to test on, got 0.`);
  if (members !== undefined) checkCount(where, "members", members, 2);
}

/** An example that was predicted badly. */
export interface Mistake {
  /** Its index in the test part. */
  readonly index: number;
  /** The example in a few words. */
  readonly text: string;
  /** What a convolutional network saw of it; null for rows of a table. */
  readonly picture: Column | null;
}

/** What was learnt, and how good it is. */
export interface Learnt {
  readonly model: Model;
  readonly info: TargetInfo;
  readonly split: Split;
  readonly rule: SplitRule;
  readonly settings: Settings;
  /** How the columns of a table were read, also those that were left out; empty for pictures and sounds. */
  readonly columns: readonly ColumnUse[];
  readonly curves: readonly Curve[];
  /** The epoch at which the members are taken. */
  readonly epoch: number;
  readonly stopped: boolean;
  /** The figures on the test part. */
  readonly figures: Figures;
  readonly baselines: readonly Baseline[];
  /** The main figure of each member on the rows that it did not see. */
  readonly foldFigures: readonly number[];
  readonly importance: readonly Importance[];
  /** Predictions and truths of the test part. */
  readonly predictions: Predictions;
  /** The worst mistakes on the test part, the worst first. */
  readonly worst: readonly Mistake[];
  /** True where examples are recordings, whose inputs are spectra. */
  readonly isSound: boolean;
  /** The files that could not be read and were left out: at most a tenth of all. */
  readonly skipped: readonly SkippedFile[];
  readonly truths: Target;
  readonly seconds: number;
}

/**
 * Learns from examples: holds a part out, learns the encoder from the rest, trains an ensemble on it, and measures both
 * it and the baselines on the part that was held out, which nothing before has touched.
 */
export async function learn<Source>(examples: Examples<Source>, options: LearnOptions = {}): Promise<Learnt> {
  const begin = performance.now();
  const { split: share = 0.2, seed = 1, signal, onProgress, onColumns } = options;
  const { answers } = examples;
  const known = Int32Array.from({ length: examples.size }, (_, row) => row).filter(
    (row) => !Number.isNaN(answers.values[row]),
  );
  const rule: SplitRule = { share, seed, groups: examples.groups, inTime: examples.inTime, heldOut: examples.heldOut };
  const split = splitParts(known, answers, options.members ?? (examples.moves ? 3 : 5), rule);
  const encoder = examples.learnEncoder(split.train);
  onColumns?.(encoder.uses);
  const inputs = await encoder.encode(examples.take(split.train));
  const info = targetInfo(answers, split.train);
  const targets = targetsOf(answers, info, split.train);
  const settings = { ...settingsOf(encoder, split.train.length), ...given(options) };
  const folds = split.folds;
  const width = Math.max(1, targets.classes);
  const penalty = examples.moves ? 1 : choosePenalty(inputs, targets, folds);
  const start = async (seen: Column, own: Target, memberSeed: number): Promise<Start> =>
    examples.moves
      ? convolutionalNetwork(encoder.shape, width, examples.moves, settings, memberSeed)
      : denseNetwork(seen, width, learnLinear(seen, own, penalty), encoder, settings, memberSeed);
  const trained = await trainMembers({ inputs, targets, folds }, settings, start, { seed, signal, onProgress });
  const model = combine(trained, encoder, info);
  model.dataInfo = {
    ...(targets.classes > 0 && { classNames: info.classNames }),
    preparation: preparationOf(examples, info, encoder),
  };
  const test = await encoder.encode(examples.take(split.test));
  const changes = truthsOf(answers, split.test);
  const predict = (column: Column): Promise<Predictions> => predictRows(model, column);
  // What is learnt of a series is the change from the value before.
  const lastValues = examples.lastValues && Float64Array.from(split.test, (row) => examples.lastValues![row]!);
  const truths = lastValues ? { ...changes, values: lastValues.map((last, i) => last + changes.values[i]!) } : changes;
  const outputs = await predict(test);
  const predictions = lastValues ? outputs.map(([change = 0], i) => [lastValues[i]! + change]) : outputs;
  const flat = [flatten(inputs), flatten(test)] as const;
  const linear = learnLinear(flat[0], targets);
  return {
    model,
    info,
    split,
    rule,
    settings,
    columns: encoder.uses,
    curves: trained.curves,
    epoch: trained.epoch,
    stopped: trained.stopped,
    figures: figuresOf(predictions, truths),
    baselines: baselinesOf(
      { train: flat[0], targets, info, test: flat[1], truths, words: encoder.words, lastValues },
      linear,
    ),
    foldFigures: await foldFigures(trained, inputs, targets, info, folds),
    importance: await importanceOf(test, changes, encoder.parts, predict, seed),
    predictions,
    worst: worstOf(predictions, truths, split, examples, test),
    isSound: examples.json["kind"] === "sound",
    skipped: examples.skipped,
    truths,
    seconds: (performance.now() - begin) / 1000,
  };
}

/** The number of mistakes that are shown. */
const mostMistakes = 12;

/** The worst mistakes: of classes, those whose true class has the least probability, if another has more. */
function worstOf(
  predictions: Predictions,
  truths: Target,
  { test }: Split,
  examples: Examples<any>,
  inputs: Column,
): Mistake[] {
  const { classes, values } = truths;
  const sizes = predictions.map((row, i) => mistake(row, values[i]!, classes));
  const wrong = Array.from(test.keys()).filter((i) => classes === 0 || greatest(predictions[i]!) !== values[i]);
  wrong.sort((a, b) => sizes[b]! - sizes[a]! || a - b);
  return wrong.slice(0, mostMistakes).map((index) => ({
    index,
    text: examples.describe(test[index]!),
    picture: examples.moves && takeRows(inputs, [index]),
  }));
}

const settingsOf = (encoder: Encoder<any>, rows: number): Settings => {
  const [width = 0] = encoder.shape;
  let numbers = 0;
  if (encoder.shape.length === 1) for (let j = 0; j < width; j++) if (encoder.isNumber(j)) numbers++;
  return settingsFor(rows, encoder.shape, numbers);
};

/** The settings that a user has given. */
function given({ epochs, learningRate, batchSize, members }: LearnOptions): Partial<Settings> {
  return {
    ...(members !== undefined && { members }),
    ...(epochs !== undefined && { epochs, patience: epochs }),
    ...(learningRate !== undefined && { learningRate }),
    ...(batchSize !== undefined && { batchSize }),
  };
}

/** What the model's file says of its inputs and answers. */
const preparationOf = (examples: Examples<any>, target: TargetInfo, encoder: Encoder<any>): Json =>
  ({ ...examples.json, target, inputs: encoder.json }) as unknown as Json;

/** One model of all members: the mean of their probabilities, or of their numbers in the unit of the target. */
function combine(
  { members }: Trained,
  { shape }: Encoder<any>,
  { task, mean, deviation, name }: TargetInfo,
): Functional {
  const isClasses = task === "classification";
  const x = input(shape);
  const outputs = members.map((member) => (isClasses ? softmax().apply(member.apply(x)) : member.apply(x)));
  const joined = outputs.length > 1 ? average().apply(outputs) : outputs[0]!;
  const y = isClasses ? joined : rescaling(deviation, mean).apply(joined);
  const model = functional({ inputs: x, outputs: y, name: modelName(name) });
  if (isClasses) model.compile({ optimizer: "adamW", loss: sparseCategoricalCrossentropy(), metrics: ["accuracy"] });
  else model.compile({ optimizer: "adamW", loss: "mse", metrics: ["rootMeanSquaredError"] });
  return model;
}

/** A name that layers and files may have. */
export const modelName = (text: string): string =>
  text
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 60) || "model";

/** The outputs of a model as numbers, `[rows][outputs]`. */
export async function predictRows(model: Model, inputs: Column): Promise<number[][]> {
  const outputs = await model.predict(inputs);
  const [rows = 0, width = 1] = outputs.shape;
  const data: ArrayLike<number> = await outputs.data();
  return Array.from({ length: rows }, (_, row) => Array.from({ length: width }, (_, k) => data[row * width + k]!));
}

/** Inputs `[rows, …]` as `[rows, numbers]`, with their scale applied. */
function flatten({ array: { data, shape, dtype }, scale = 1, offset = 0 }: Column): Column {
  if (shape.length === 2 && dtype === "float32" && scale === 1 && offset === 0)
    return { array: { data, shape, dtype } };
  const [rows = 0, ...rest] = shape;
  const flat = Float32Array.from(data, (raw) => raw * scale + offset);
  return { array: { data: flat, shape: [rows, rest.reduce((a, b) => a * b, 1)], dtype: "float32" } };
}

/** The main figure of each member on the rows that it did not see. */
async function foldFigures(
  { members }: Trained,
  inputs: Column,
  targets: Target,
  { mean, deviation }: TargetInfo,
  folds: readonly Int32Array[],
): Promise<number[]> {
  const figures: number[] = [];
  for (const [k, member] of members.entries()) {
    const own = rowsOf(targets, folds[k]!);
    const outputs = await predictRows(member, takeRows(inputs, folds[k]!));
    if (targets.classes > 0) figures.push(mainOf(softmaxRows(outputs.map((row) => Float64Array.from(row))), own));
    else {
      const raw = (y: number): number => y * deviation + mean;
      const truths = { classes: 0, values: Float64Array.from(own.values, raw) };
      figures.push(
        mainOf(
          outputs.map(([y = 0]) => [raw(y)]),
          truths,
        ),
      );
    }
  }
  return figures;
}
