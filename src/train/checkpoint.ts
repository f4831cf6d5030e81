// Checkpoints of a run: everything that the rest of the run depends on, so that it ends with the same bits.
import { FileError, quote } from "../errors.ts";
import type { HostArray } from "../host-array.ts";
import { readFileIfAny, writeFileAtomic } from "../io/files.ts";
import { parseJson } from "../io/json.ts";
import { decodeSafetensors, encodeSafetensors } from "../io/safetensors.ts";
import type { WeightValues } from "../nn/tree/weights.ts";
import { describe } from "../options.ts";
import { formatShape, sameShape } from "../shape.ts";
import { tensor } from "../tensor.ts";
import type { Variable } from "../variable.ts";
import type { CallbackState, EpochRecord } from "./callback.ts";
import type { Evaluation } from "./evaluate.ts";

/** The layout of the file. Files of other versions are refused. */
const version = "1";

/** What must be the same in both halves of a run. */
export interface RunSettings {
  readonly seed: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly accumulate: number | "epoch";
  /** The number of examples; null for a generator. */
  readonly size: number | null;
  /** The names of the losses, one for each output. */
  readonly loss: string;
  /** The names of the callbacks that remember something, sorted. */
  readonly callbacks: string;
}

/** A place in a run, and what was found on the way. */
export interface Place {
  /** The index of the epoch that goes on, and the number of its steps that are done. */
  readonly epoch: number;
  readonly step: number;
  /** The number of examples of the epoch that were seen. */
  readonly seen: number;
  /** The figures of the epoch so far; null before its first step. */
  readonly figures: Evaluation | null;
  readonly records: readonly EpochRecord[];
  /** The reason why the run ended early; null while it goes on. */
  readonly stopped: string | null;
}

/** What a checkpoint remembers of a callback, with its name. */
export interface NamedState extends CallbackState {
  readonly name: string;
}

/** A checkpoint that was read. */
export interface Checkpoint {
  readonly source: string;
  readonly place: Place;
  readonly settings: RunSettings;
  readonly callbacks: readonly NamedState[];
  readonly weights: WeightValues;
  /** The numbers of all other variables, in order. */
  readonly variables: readonly { readonly name: string; readonly value: HostArray }[];
}

/**
 * The bytes of a checkpoint. `weights` are those of the model by name; `variables` are all others that a run changes.
 */
export async function encodeCheckpoint(
  settings: RunSettings,
  place: Place,
  callbacks: readonly NamedState[],
  weights: WeightValues,
  variables: readonly Variable[],
): Promise<Uint8Array> {
  const tensors: Record<string, HostArray> = {};
  for (const [name, value] of Object.entries(weights)) tensors[`weights/${name}`] = value;
  const numbers = await Promise.all(variables.map((variable) => variable.data()));
  variables.forEach(({ name, shape, dtype }, i) => {
    tensors[`state/${i}/${name}`] = { data: (numbers[i] as HostArray["data"]).slice(), shape, dtype };
  });
  const states = callbacks.map((state, i) => {
    for (const [name, value] of Object.entries(state.tensors)) tensors[`callbacks/${i}/${name}`] = value;
    return { name: state.name, values: state.values };
  });
  const metadata = { format: "nabla-checkpoint", version, run: JSON.stringify({ settings, place, callbacks: states }) };
  return encodeSafetensors(tensors, metadata);
}

/** Writes a checkpoint in one piece: whenever the process dies, the file is this one or the one before. */
export const writeCheckpoint = (path: string, bytes: Uint8Array): Promise<void> => writeFileAtomic(path, bytes);

/** Reads a checkpoint; null if there is no file. Throws {@link FileError} for any other file. */
export async function readCheckpoint(path: string): Promise<Checkpoint | null> {
  const bytes = await readFileIfAny(path);
  if (!bytes) return null;
  const { tensors, metadata } = decodeSafetensors(bytes, path);
  const fail = (what: string): never => {
    throw new FileError(`"${path}" ${what}.`);
  };
  if (metadata["format"] !== "nabla-checkpoint") fail("is not a checkpoint of a run; models are read by loadModel");
  if (metadata["version"] !== version)
    fail(`has version ${describe(metadata["version"])} of the checkpoint format, but this Nabla reads ${version}`);
  const run = parseJson(metadata["run"] ?? "null") as {
    settings?: RunSettings;
    place?: Place;
    callbacks?: NamedState[];
  } | null;
  const { settings, place, callbacks = [] } = run ?? {};
  const isPlace =
    Number.isSafeInteger(place?.epoch) && Number.isSafeInteger(place?.step) && Array.isArray(place?.records);
  if (!settings || !place || !isPlace || !Array.isArray(callbacks)) return fail("is damaged: it does not tell the run");
  const under = (prefix: string): [name: string, value: HostArray][] =>
    [...tensors].flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : []));
  const variables = under("state/").map(([name, value]) => {
    const [, index = "", own = ""] = /^(\d+)\/(.*)$/.exec(name) ?? [];
    return { index: Number(index), name: own, value };
  });
  variables.sort((a, b) => a.index - b.index);
  return {
    source: path,
    place,
    settings,
    callbacks: callbacks.map((state, i) => ({ ...state, tensors: Object.fromEntries(under(`callbacks/${i}/`)) })),
    weights: Object.fromEntries(under("weights/")),
    variables,
  };
}

/** Throws {@link FileError} unless a checkpoint is one of a run with these settings. */
export function checkSettings({ source, settings }: Checkpoint, own: RunSettings): void {
  for (const name of Object.keys(own) as (keyof RunSettings)[]) {
    if (settings[name] === own[name]) continue;
    const what = { size: "number of examples", callbacks: "list of callbacks with a state" }[name as "size"] ?? name;
    const [its, ours] = [settings[name], own[name]].map((value) => (value === "" ? "empty" : value));
    throw new FileError(
      `"${source}" is the checkpoint of another run: its ${what} is ${its}, that of this one ${ours}.`,
    );
  }
}

/** Throws {@link FileError} unless the weights of a checkpoint are those of a model. */
export function checkWeights({ source, weights }: Checkpoint, own: Readonly<Record<string, readonly number[]>>): void {
  const differing = [
    ...Object.entries(own).flatMap(([name, shape]) => {
      const saved = weights[name];
      if (!saved) return [`it lacks ${quote(name)}`];
      return sameShape(saved.shape, shape)
        ? []
        : [`${quote(name)} is ${formatShape(saved.shape)} in it and ${formatShape(shape)} here`];
    }),
    ...Object.keys(weights).flatMap((name) => (Object.hasOwn(own, name) ? [] : [`it has ${quote(name)}`])),
  ];
  if (differing.length === 0) return;
  const shown = differing.slice(0, 3).join("; ");
  const more = differing.length > 3 ? `; and ${differing.length - 3} more` : "";
  throw new FileError(`"${source}" is the checkpoint of another model: ${shown}${more}.`);
}

/** True if a saved variable is this one. */
const isOf = (saved: Checkpoint["variables"][number] | undefined, { name, shape, dtype }: Variable): boolean =>
  saved?.name === name && saved.value.dtype === dtype && sameShape(saved.value.shape, shape);

/** Gives variables the numbers of the first ones of a checkpoint, as far as they are the same. */
export function restoreFirst({ variables: saved }: Checkpoint, variables: readonly Variable[]): void {
  for (const [i, variable] of variables.entries()) {
    const own = saved[i];
    if (!own || !isOf(own, variable)) return;
    variable.assign(tensor(own.value));
  }
}

/**
 * Gives the variables of a run, the weights apart, the numbers of a checkpoint. The first `kept` stay as they are.
 *
 * @throws FileError if the checkpoint has others
 */
export function restoreVariables(
  { source, variables: saved }: Checkpoint,
  variables: readonly Variable[],
  kept: number,
): void {
  const wrong = variables.findIndex((variable, i) => !isOf(saved[i], variable));
  if (wrong >= 0 || saved.length !== variables.length) {
    const expected = variables[wrong]?.name ?? "nothing more";
    const got = saved[wrong < 0 ? variables.length : wrong]?.name ?? "nothing";
    throw new FileError(
      `"${source}" is the checkpoint of a run that was compiled otherwise: expected ${quote(expected)}, ` +
        `got ${quote(got)}.`,
    );
  }
  variables.forEach((variable, i) => {
    if (i >= kept) variable.assign(tensor(saved[i]?.value as HostArray));
  });
}
