// Ctrl-C while recipes prepare, train and measure: it is heard, and what is left becomes short.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { recipe as vanilla } from "../recipes/rnn.ts";
import { inTurns } from "../recipes/tools/in-turns.ts";
import { lossCurves } from "../recipes/tools/pictures.ts";
import { isShort, type Stage } from "../recipes/tools/recipe.ts";
import { learnPieces, piecesOf } from "../recipes/tools/translation/pairs.ts";
import { looksPicture } from "../recipes/tools/translation/translation-recipe.ts";
import { Interruption } from "../src/cli/interrupt.ts";
import { ownWords } from "../src/cli/own-words.ts";
import { showParts } from "../src/cli/show-parts.ts";
import { compile, tensor } from "../src/index.ts";

let said: string[] = [];
let interruption: Interruption;
beforeEach(() => {
  said = [];
  vi.spyOn(process, "exit").mockImplementation((code) => {
    throw new Error(`exit ${code}`);
  });
  interruption = new Interruption({ words: ownWords.en, announce: (text) => said.push(text), quit: () => undefined });
});
afterEach(() => {
  interruption.end();
  vi.restoreAllMocks();
});

test("before there is anything to save, the first signal quits and says so", () => {
  expect(() => process.emit("SIGINT")).toThrow("exit 130");
  expect(said).toEqual([ownWords.en.nothingToSave]);
});

test("later the first signal asks for the end, and the second quits without a word", () => {
  interruption.armed = true;
  // Two key presses, a second apart.
  vi.spyOn(performance, "now").mockReturnValueOnce(0).mockReturnValueOnce(1000);
  process.emit("SIGINT");
  expect([interruption.signal.aborted, isShort({ signal: interruption.signal })]).toEqual([true, true]);
  expect(() => process.emit("SIGINT")).toThrow("exit 130");
  expect(said).toEqual([ownWords.en.stopping]);
});

test("only a tiny run and one that was asked to stop are short", () => {
  expect([isShort({}), isShort({ signal: interruption.signal }), isShort({ tiny: true })]).toEqual([
    false,
    false,
    true,
  ]);
});

/** Counts the turns of the event loop while something goes on. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let [turns, isOver] = [0, false];
  const count = (): void => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await work();
  isOver = true;
  return turns;
}

test("the event loop turns while numbers are awaited one after the other", async () => {
  const step = compile((x: ReturnType<typeof tensor>) => x.mul(0.5));
  let x = tensor([1]);
  await step(x);
  const turns = await turnsDuring(async () => {
    for (const end = performance.now() + 100; performance.now() < end; ) x = await step(x);
  });
  expect(turns).toBeGreaterThan(1);
});

test("the event loop turns while data are drawn", async () => {
  const busy = (index: number): number => {
    for (const end = performance.now() + 30; performance.now() < end; );
    return 2 * index;
  };
  let made: number[] = [];
  const turns = await turnsDuring(async () => void (made = await inTurns(5, busy)));
  expect(made).toEqual([0, 2, 4, 6, 8]);
  expect(turns).toBeGreaterThan(1);
});

test("a stage is preliminary if the model that is saved learns nothing in it", async () => {
  const stages: (Stage | undefined)[] = [];
  await vanilla.run({ tiny: true, verbose: 0, onStage: (_, stage) => void stages.push(stage) });
  expect(stages).toEqual([{ isPreliminary: true }, undefined]);
});

test("a translation of no pieces has a sentence in the place of its picture of attention", () => {
  const tokenizer = learnPieces([["one two", "ein zwei"]], 270);
  const looks = [[0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]];
  expect(looksPicture(tokenizer, "one", { pieces: [2], looks }).kind).toBe("text");
  const [first = 0] = piecesOf(tokenizer, "ein");
  expect(looksPicture(tokenizer, "one", { pieces: [first, 2], looks }).kind).toBe("image");
});

test("a curve has a sentence in its place while no epoch is over, and no file", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nabla-interrupt-"));
  async function* ending() {
    yield lossCurves({ epochs: [] });
  }
  const [shown] = await showParts(ending(), { stem: join(folder, "gpt"), language: "en", stream: null });
  expect(shown).toMatchObject({
    kind: "text",
    text: { en: "The loss while training: there is no point to plot yet." },
  });
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});
