// A page's state, kept in its address: sharing the link shares the experiment.
import { address } from "./address.svelte.ts";
import { language } from "./language.svelte.ts";
import { notices } from "./notices.svelte.ts";

/** How one value of a state is written in an address. `read` gives undefined for what it cannot read. */
export interface Field<T> {
  readonly initial: T;
  readonly write: (value: T) => string;
  readonly read: (text: string) => T | undefined;
}

type Fields = Readonly<Record<string, Field<any>>>;
export type StateOf<F extends Fields> = { [K in keyof F]: F[K]["initial"] };

const shortest = (value: number): string => String(Number(value.toPrecision(6)));

const readNumber = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));

/** A number from `min` to `max`; a number beyond them is not read. */
export const number = (initial: number, min = -1e9, max = 1e9): Field<number> => ({
  initial,
  write: shortest,
  read: (text) => {
    const value = readNumber(text);
    return value >= min && value <= max ? value : undefined;
  },
});

export const integer = (initial: number, min: number, max: number): Field<number> => ({
  initial,
  write: String,
  read: (text) => {
    const value = readNumber(text);
    return Number.isInteger(value) && value >= min && value <= max ? value : undefined;
  },
});

/** One of several words. */
export const choice = <const T extends string>(initial: T, all: readonly T[]): Field<T> => ({
  initial,
  write: (value) => value,
  read: (text) => all.find((value) => value === text),
});

export const flag = (initial: boolean): Field<boolean> => ({
  initial,
  write: (value) => (value ? "1" : "0"),
  read: (text) => (text === "1" ? true : text === "0" ? false : undefined),
});

export const line = (initial: string, maxLength = 500): Field<string> => ({
  initial,
  write: (value) => value,
  read: (text) => (text.length <= maxLength ? text : undefined),
});

/**
 * Rows of numbers, such as points: "0,1,1;2,0.5,0"; at least `minRows`, and such as `isRight` takes. An empty text is
 * an empty list.
 */
export const rows = (
  initial: readonly (readonly number[])[],
  columns: number,
  maxRows = 500,
  minRows = 0,
  isRight: (rows: readonly (readonly number[])[]) => boolean = () => true,
): Field<readonly (readonly number[])[]> => ({
  initial,
  write: (value) => value.map((row) => row.map(shortest).join(",")).join(";"),
  read: (text) => {
    if (text === "") return minRows === 0 ? [] : undefined;
    const read = text.split(";").map((row) => row.split(",").map(readNumber));
    const isTable =
      read.length >= minRows &&
      read.length <= maxRows &&
      read.every((row) => row.length === columns && row.every(Number.isFinite));
    return isTable && isRight(read) ? read : undefined;
  },
});

/** For `rows`: no number is beyond ± `most`. */
export const within =
  (most: number) =>
  (rows: readonly (readonly number[])[]): boolean =>
    rows.every((row) => row.every((value) => Math.abs(value) <= most));

/**
 * The state of a page: reactive values that start as the address says, and are written back when they change. Values at
 * their defaults are left out. What the address says and cannot be read keeps its default, and a notice says so.
 * Called while a component is set up.
 */
export function pageState<F extends Fields>(page: string, fields: F): StateOf<F> & { reset(): void } {
  const defaults = (): StateOf<F> =>
    Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, structuredClone(field.initial)]),
    ) as StateOf<F>;
  const values = $state(defaults());
  const assign = (to: StateOf<F>): void => {
    Object.assign(values as object, to);
  };
  const load = (query: URLSearchParams): void => {
    const [next, broken] = [defaults(), new Set<string>()];
    for (const [name, text] of query) {
      if (name === "lang") continue;
      // A name such as "__proto__" is no field.
      const value = Object.hasOwn(fields, name) ? fields[name]!.read(text) : undefined;
      if (value === undefined) broken.add(name);
      else (next as Record<string, unknown>)[name] = value;
    }
    assign(next);
    if (broken.size > 0) {
      const list =
        [...broken]
          .slice(0, 5)
          .map((name) => name.slice(0, 40))
          .join(", ") + (broken.size > 5 ? " …" : "");
      notices.say({
        en: `The link holds values that this page cannot read (${list}). The defaults stand in their place.`,
        ru:
          `В ссылке есть значения, которые эта страница не может прочесть (${list}). Вместо них взяты значения по ` +
          "умолчанию.",
      });
    }
  };
  load(address.query);

  let seen = address.query;
  $effect.pre(() => {
    if (address.page !== page || address.query === seen) return;
    seen = address.query;
    load(seen);
  });
  /** When the first change came that is not written yet. */
  let changedAt: number | undefined;
  $effect(() => {
    const query = new URLSearchParams();
    for (const [name, { initial, write }] of Object.entries(fields)) {
      const text = write((values as Record<string, unknown>)[name]);
      if (text !== write(initial)) query.set(name, text);
    }
    if (language.isChosen) query.set("lang", language.current);
    // Browsers refuse to write the address many times a second, as a dragged slider would; and what plays on without a
    // pause is written once a second.
    changedAt ??= performance.now();
    const rest = Math.max(0, changedAt + 1000 - performance.now());
    const timer = setTimeout(
      () => {
        changedAt = undefined;
        address.replace(page, query);
      },
      Math.min(120, rest),
    );
    return () => clearTimeout(timer);
  });
  return Object.assign(values as StateOf<F>, { reset: () => assign(defaults()) });
}
