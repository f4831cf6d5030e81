// The NABLA_DEBUG ladder: 1 programs, 2 kernels, 3 the plan, 4 the graph after each pass (verified), 5 generated code.

/** What of the surroundings is looked at: Node's or Deno's environment, and Deno's answer on whether it may be read. */
interface Surroundings {
  readonly [name: string]: unknown;
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
  readonly Deno?: { permissions: { querySync(wanted: object): { state: string } } };
}

/** A number from the environment in Node, from a global of that name in a page, `otherwise` where there is neither. */
export function setting(name: string, otherwise = 0): number {
  const { process, Deno, [name]: global } = globalThis as unknown as Surroundings;
  // Deno would stop the program to ask its user for permission, so the environment is read only where it is granted.
  const mayRead = !Deno || Deno.permissions.querySync({ name: "env", variable: name }).state === "granted";
  return Number((mayRead ? process?.env?.[name] : undefined) ?? global ?? otherwise) || 0;
}

let level: number | undefined;
let verify: boolean | undefined;

/** The rung: NABLA_DEBUG, read at the first use. */
export const debugLevel = (): number => (level ??= setting("NABLA_DEBUG"));

/** True where every pass's result is checked: from rung 4 on, and with NABLA_VERIFY=1, as in the tests. */
export const verifies = (): boolean => (verify ??= setting("NABLA_VERIFY") > 0 || debugLevel() >= 4);

/** Prints what `text` gives, where the ladder reaches `rung`. */
export function debugPrint(rung: number, text: () => string): void {
  if (debugLevel() >= rung) console.error(text());
}
