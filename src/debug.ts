// The NABLA_DEBUG ladder: 1 programs, 2 kernels, 3 the plan, 4 the graph after each pass (verified), 5 generated code.

/** A number from the environment in Node, from a global of that name in a page, `otherwise` where there is neither. */
export function setting(name: string, otherwise = 0): number {
  const scope = globalThis as { [name: string]: unknown } & { process?: { env?: Record<string, string | undefined> } };
  return Number(scope.process?.env?.[name] ?? scope[name] ?? otherwise) || 0;
}

const level = setting("NABLA_DEBUG");
const verify = setting("NABLA_VERIFY") > 0;

/** The rung: NABLA_DEBUG. */
export const debugLevel = (): number => level;

/** Whether every pass's result is checked: from rung 4 on, and with NABLA_VERIFY=1, as in the tests. */
export const verifies = (): boolean => verify || level >= 4;

/** Prints what `text` gives, where the ladder reaches `rung`. */
export function debugPrint(rung: number, text: () => string): void {
  if (level >= rung) console.error(text());
}
