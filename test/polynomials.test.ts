// The coefficients of math.ts are what scripts/fit-polynomials.mjs finds, or as good.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const script = fileURLToPath(new URL("../scripts/fit-polynomials.mjs", import.meta.url));

test("no polynomial of math.ts is 5 % worse than a fit, and fits reach the stated errors", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  const reached = Object.fromEntries(
    [...stdout.matchAll(/^(\w+): .*\n.*of this fit (\S+)$/gm)].map(([, name, error]) => [name, Number(error)]),
  );
  const stated = {
    expTail: 1.4e-8,
    tanhTail: 3.7e-8,
    erfTail: 1.5e-8,
    logErfc: 1.6e-9,
    logTail: 2.6e-8,
    sinTail: 4.2e-9,
    cosTail: 1.2e-10,
    atanTail: 1.7e-8,
    log2Tail: 6e-12,
  };
  expect(Object.keys(reached)).toEqual(Object.keys(stated));
  for (const [name, error] of Object.entries(stated)) expect(reached[name]! / error, name).toBeLessThan(1.05);
});
