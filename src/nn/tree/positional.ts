// What factories of layers take by position.

/** The arguments of a factory whose first option may be given by position, as in Keras. */
export type First<Options, Key extends keyof Options> =
  | [options?: Options]
  | [value: NonNullable<Options[Key]>, options?: Omit<Options, Key>];

/** The options of `maxPooling2d(2)`, which is `maxPooling2d({ poolSize: 2 })`. */
export function named<Options extends object, Key extends keyof Options>(
  key: Key,
  given: First<Options, Key>,
): Options {
  const [first, options] = given as [unknown, object?];
  const byPosition = typeof first === "number" || Array.isArray(first);
  return (byPosition ? { ...options, [key]: first } : first) as Options;
}
