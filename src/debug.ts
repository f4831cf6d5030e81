// The NABLA_DEBUG ladder: 1 programs, 2 kernels, 3 the plan, 4 the graph after each pass (verified), 5 generated code.

let level: number | undefined;

/** The rung: the environment's NABLA_DEBUG in Node, `globalThis.NABLA_DEBUG` in a page, 0 where there is neither. */
export function debugLevel(): number {
  if (level === undefined) {
    const scope = globalThis as { NABLA_DEBUG?: unknown; process?: { env?: Record<string, string | undefined> } };
    const given = Number(scope.process?.env?.["NABLA_DEBUG"] ?? scope.NABLA_DEBUG ?? 0);
    level = Number.isFinite(given) ? given : 0;
  }
  return level;
}

/** Prints what `text` gives, where the ladder reaches `rung`. */
export function debugPrint(rung: number, text: () => string): void {
  if (debugLevel() >= rung) console.error(text());
}
