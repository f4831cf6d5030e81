// Parts that `compile` and model files name: their names are known at once, and they are loaded when one is asked for.
import { ArgumentError, didYouMean, quote } from "./errors.ts";

/** A function that makes a part from the options in a file, or from {}. Typed loosely: the part checks them. */
type Make<T> = (options: any) => T;

/** Losses, say, by name. */
export interface NamedParts<Name extends string, T> {
  readonly names: readonly Name[];
  /** The name itself, or what an alias stands for. Throws {@link ArgumentError} that suggests the nearest name. */
  nameOf(given: string): Name;
  /** Loads the part of a name, and makes it. Throws {@link ArgumentError} for unknown names and options. */
  make(given: string, options: object): Promise<T>;
}

/** Loads a file that exports the part of a name, alone or with others. */
type Load<Name extends string, T> = () => Promise<Readonly<Partial<Record<Name, Make<T>>>>>;

/**
 * Makes {@link NamedParts} of the files of all names. The compiler checks that each name is there once. A bundle for
 * the browser keeps files that are loaded so apart from what a page loads at first.
 */
export function namedParts<Name extends string, T>(
  kind: string,
  files: Readonly<Record<Name, Load<Name, T>>>,
  aliases: Readonly<Record<string, Name>> = {},
): NamedParts<Name, T> {
  const names = Object.keys(files) as Name[];
  const nameOf = (given: string): Name => {
    if (Object.hasOwn(aliases, given)) return aliases[given]!;
    if (Object.hasOwn(files, given)) return given as Name;
    const hint = didYouMean(given, [...names, ...Object.keys(aliases)]);
    throw new ArgumentError(`unknown ${kind} ${quote(given)}.${hint} Known: ${names.join(", ")}.`);
  };
  return {
    names,
    nameOf,
    async make(given, options) {
      const name = nameOf(given);
      const parts = await files[name]();
      return parts[name]!(options);
    },
  };
}
