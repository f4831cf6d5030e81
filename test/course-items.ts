// The items of the course as the tests see them: run once in the tiny form, and checked for what holds for all of them.
import { readdirSync, readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { course, parts } from "../recipes/course/index.ts";
import type { Language, Part, Text } from "../recipes/course/item.ts";
import { partText } from "../src/cli/course/part-text.ts";
import { plotSvg } from "../src/cli/course/plot-svg.ts";

const languages: readonly Language[] = ["en", "ru"];
const shownBefore = new Map<string, Promise<Part[]>>();

/** The parts of an item in its tiny form. Each item is run once. */
export function shown(id: string): Promise<Part[]> {
  const entry = course.find((known) => known.id === id)!;
  const run = async (): Promise<Part[]> => {
    const all: Part[] = [];
    for await (const part of parts(entry, { tiny: true, seed: 1 })) all.push(part);
    return all;
  };
  if (!shownBefore.has(id)) shownBefore.set(id, run());
  return shownBefore.get(id)!;
}

export async function partsOf<Kind extends Part["kind"]>(
  id: string,
  kind: Kind,
): Promise<Extract<Part, { kind: Kind }>[]> {
  return (await shown(id)).filter((part) => part.kind === kind) as Extract<Part, { kind: Kind }>[];
}

/** The computed value that an item shows under a name. */
export async function value(id: string, name: string): Promise<unknown> {
  const found = (await partsOf(id, "values")).flatMap(({ values }) => values).find((known) => known.name === name);
  return found?.value;
}

/** Every text in both languages within a part, however deep. */
function texts(at: unknown): Text[] {
  if (at === null || typeof at !== "object") return [];
  if ("en" in at && "ru" in at) return [at as Text];
  return Object.values(at).flatMap(texts);
}

/** A part as the command prints it. */
export function render(part: Part, language: Language, colourBits: 1 | 8 | 24 = 1, width = 80): string {
  return partText(part, { language, width, colourBits, paint: (_, text) => text });
}

/** What holds for every item: both languages, a width, something computed, a length that can be read. */
export function checkItem(id: string): void {
  it("has every text in both languages", async () => {
    const all = texts(await shown(id));
    expect(all.length).toBeGreaterThan(0);
    for (const { en, ru } of all) {
      expect(en).not.toMatch(/[а-яё]/i);
      expect(ru).toMatch(/[а-яё]/i);
      expect(`${en}${ru}`).not.toMatch(/undefined|NaN|\[object/);
    }
  });

  it("fits 80 columns", async () => {
    for (const part of await shown(id))
      for (const language of languages)
        for (const colourBits of [1, 8, 24] as const)
          for (const line of stripVTControlCharacters(render(part, language, colourBits)).split("\n"))
            expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it("does not fail in a narrow terminal", async () => {
    for (const part of await shown(id))
      for (const width of [1, 20]) expect(render(part, "ru", 1, width)).toBeTypeOf("string");
  });

  it("shows numbers, not only words, and draws them", async () => {
    const all = await shown(id);
    expect(all.some(({ kind }) => kind !== "text" && kind !== "formula")).toBe(true);
    for (const part of all) if (part.kind === "plot") expect(plotSvg(part, "ru")).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("is short enough to be read", () => {
    const folder = new URL("../recipes/course/", import.meta.url);
    const texts = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), "utf8"));
    const [lines, ...others] = texts.filter((text) => text.startsWith(`// ${id}. `)).map((text) => text.split("\n"));
    if (!lines) throw new Error(`expected a file that opens with "// ${id}. "`);
    expect(others).toEqual([]);
    expect(lines.length).toBeLessThanOrEqual(170);
    expect(lines.filter((line) => line.length > 120)).toEqual([]);
  });
}
