// The NABLA_DEBUG ladder: 1 programs, 2 kernels, 3 the plan, 4 the graph after each pass (verified), 5 generated code.

/** The globals that are used: the environment of Node or Deno, and Deno's permissions. */
interface Surroundings {
  readonly [name: string]: unknown;
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
  readonly Deno?: { permissions: { querySync(wanted: object): { state: string } } };
}

/** A number from the environment in Node, or from a global of that name in a page; `otherwise` if there is neither. */
export function setting(name: string, otherwise = 0): number {
  const { process, Deno, [name]: global } = globalThis as unknown as Surroundings;
  // Deno would pause to ask its user for permission, so the environment is read only if permission is granted already.
  const mayRead = !Deno || Deno.permissions.querySync({ name: "env", variable: name }).state === "granted";
  return Number((mayRead ? process?.env?.[name] : undefined) ?? global ?? otherwise) || 0;
}

let level: number | undefined;
let verify: boolean | undefined;

/** NABLA_DEBUG, read at the first use. */
export const debugLevel = (): number => (level ??= setting("NABLA_DEBUG"));

/** True if the result of every pass is verified: from level 4 on, and with NABLA_VERIFY=1, as in the tests. */
export const verifies = (): boolean => (verify ??= setting("NABLA_VERIFY") > 0 || debugLevel() >= 4);

/** Prints `text()` if NABLA_DEBUG is at least `from`. */
export function debugPrint(from: number, text: () => string): void {
  if (debugLevel() >= from) console.error(text());
}
