// Tokenizers: vocabularies, byte pairs against plain recounting, round trips of every string, JSON, and bad input.
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { bytePairTokenizer } from "../src/data/text/byte-pair-tokenizer.ts";
import { learnMerges } from "../src/data/text/merges.ts";
import { tokenizerFromJSON } from "../src/data/text/tokenizer-json.ts";
import { characterTokenizer, wordTokenizer } from "../src/data/text/vocabulary-tokenizer.ts";
import { ArgumentError, FileError, NablaError } from "../src/errors.ts";
import { hostRandom } from "../src/random.ts";

describe("characterTokenizer", () => {
  const tokenizer = characterTokenizer().fit(["banana", "∇😀b"]);
  test("numbers characters by how often they occur, then by their code", () => {
    expect([...tokenizer.encode("anb∇😀")]).toEqual([2, 4, 3, 5, 6]);
    expect(tokenizer.vocabularySize).toBe(7);
    expect(tokenizer.decode(tokenizer.encode("banana ∇"))).toBe("banana∇");
    expect(tokenizer.decode([0, 3, 1], { skipSpecial: false })).toBe("<pad>b<unknown>");
  });
  test("keeps the commonest, and refuses the unknown where there is no token for it", () => {
    expect(characterTokenizer({ vocabularySize: 4 }).fit("banana").vocabularySize).toBe(4);
    expect(characterTokenizer({ minCount: 2 }).fit("banana").vocabularySize).toBe(4);
    const strict = characterTokenizer({ special: [] }).fit("ab");
    expect([...strict.encode("ba")]).toEqual([1, 0]);
    expect(() => strict.encode("abc")).toThrow(/"c" is not in the vocabulary; fit it, or name "<unknown>"/);
  });
});

describe("wordTokenizer", () => {
  test("takes words with apostrophes and hyphens whole, and signs by themselves", () => {
    const tokenizer = wordTokenizer().fit("Don't stop well-known Мир, 3.5!");
    const words = ["don't", "stop", "well-known", "мир", ",", "3", ".", "5", "!"];
    expect(tokenizer.decode(tokenizer.encode("DON'T stop well-known мир, 3.5!"))).toBe(words.join(" "));
    expect([...tokenizer.encode("another")]).toEqual([tokenizer.id("<unknown>")]);
    expect(wordTokenizer({ lowercase: false }).fit("A a").vocabularySize).toBe(4);
  });
});

/** Merges by counting all pairs anew for each, as the paper's algorithm is written. */
function plainMerges(words: { tokens: number[]; count: number }[], first: number, most: number): number[][] {
  const merges: number[][] = [];
  while (merges.length < most) {
    const counts = new Map<string, number>();
    for (const { tokens, count } of words)
      for (let i = 0; i + 1 < tokens.length; i++) {
        const key = `${tokens[i]},${tokens[i + 1]}`;
        counts.set(key, (counts.get(key) ?? 0) + count);
      }
    const pairs = [...counts].map(([key, count]) => ({ pair: key.split(",").map(Number), count }));
    pairs.sort((p, q) => q.count - p.count || p.pair[0]! - q.pair[0]! || p.pair[1]! - q.pair[1]!);
    if (!pairs[0] || pairs[0].count < 2) break;
    const [a, b] = pairs[0].pair;
    const token = first + merges.length;
    merges.push([a!, b!]);
    for (const word of words) {
      const merged: number[] = [];
      for (let i = 0; i < word.tokens.length; i++) {
        const isPair = word.tokens[i] === a && word.tokens[i + 1] === b;
        merged.push(isPair ? token : word.tokens[i]!);
        if (isPair) i++;
      }
      word.tokens = merged;
    }
  }
  return merges;
}

describe("bytePairTokenizer", () => {
  test("merges the pairs that plain recounting finds", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = hostRandom(seed);
      const letters = 1 + random.below(4);
      const words = Array.from({ length: 1 + random.below(30) }, () => ({
        tokens: Array.from({ length: 1 + random.below(12) }, () => random.below(letters)),
        count: 1 + random.below(5),
      }));
      const copy = structuredClone(words);
      expect(learnMerges(words, 256, 60, 2), `seed ${seed}`).toEqual(plainMerges(copy, 256, 60));
    }
  });

  test("learns what the example of Sennrich and others has: est, low", () => {
    const text = [..."low ".repeat(5), ..."lower ".repeat(2), ..."newest ".repeat(6), ..."widest ".repeat(3)].join("");
    const tokenizer = bytePairTokenizer({ vocabularySize: 270 }).fit(text);
    const { merges } = tokenizer.toJSON() as unknown as { merges: number[][] };
    const learnt = merges.map((_, i) => tokenizer.decode([257 + i]));
    expect(learnt.slice(0, 2)).toEqual(["es", "est"]);
    expect(learnt).toEqual(expect.arrayContaining([" low", " newest"]));
  });

  const tokenizer = bytePairTokenizer({ vocabularySize: 600 }).fit([
    "It's the quick brown fox's jump, 2024 times; it's the quick brown fox.".repeat(3),
    "Съешь же ещё этих мягких французских булок, да выпей чаю. Съешь ещё.",
  ]);
  const odd = [
    "",
    " ",
    "\u0000\u{10ffff}\uFEFF\r\n\t\u00a0\u2028",
    "\uFEFFbegins with a mark",
    "lone \ud800 and \udfff, \udc00\ud800 turned round",
    "\ud83d",
    "half \ud83d\ud83d\ude00 of a face",
    "\ufffd is no replacement",
    "<pad> is text",
    "a".repeat(3000),
    "😀".repeat(300),
    " ".repeat(1000),
    "\u0301combining\u0301",
  ];
  test.each(odd.map((text) => [text]))("gives every string back: %j", (text) => {
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    expect(bytePairTokenizer().decode(bytePairTokenizer().encode(text))).toBe(text);
  });

  test("gives every string back: random code units", () => {
    const random = hostRandom(1);
    const kinds = [128, 0x800, 0x10000];
    for (let i = 0; i < 300; i++) {
      const below = kinds[random.below(3)]!;
      const units = Array.from({ length: random.below(40) }, () =>
        random.below(5) === 0 ? 0xd800 + random.below(0x800) : random.below(below),
      );
      const text = String.fromCharCode(...units);
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    }
  });

  test("makes fewer tokens of what it knows, and never one across words", () => {
    expect(tokenizer.encode(" the quick brown fox").length).toBe(4);
    expect(tokenizer.encode("the quick").length).toBeGreaterThan(tokenizer.encode(" quick").length);
    // Half of a character is no text.
    expect(tokenizer.decode([1 + 0xd0])).toBe("\ufffd");
  });

  test("a text of a million letters takes no time", () => {
    const { user } = process.cpuUsage();
    const long = "ab".repeat(500_000);
    const learnt = bytePairTokenizer({ vocabularySize: 300 }).fit(long);
    expect(learnt.decode(learnt.encode(long))).toBe(long);
    expect(process.cpuUsage().user - user).toBeLessThan(3e6);
  });
});

describe("tokenizerFromJSON", () => {
  const text = "the cat sat on the mat";
  test.each([
    ["characters", characterTokenizer().fit(text)],
    ["words", wordTokenizer({ lowercase: false, special: ["<pad>", "<unknown>", "<end>"] }).fit(text)],
    ["byte pairs", bytePairTokenizer({ special: ["<pad>", "<start>"], vocabularySize: 280 }).fit(text)],
  ])("reads what was written: %s", (_, tokenizer) => {
    const json = JSON.stringify(tokenizer);
    for (const read of [tokenizerFromJSON(json), tokenizerFromJSON(JSON.parse(json))]) {
      expect(read.encode("the mat. Cat")).toEqual(tokenizer.encode("the mat. Cat"));
      expect(read.special).toEqual(tokenizer.special);
      expect(read.vocabularySize).toBe(tokenizer.vocabularySize);
      expect(JSON.stringify(read)).toBe(json);
    }
  });

  const pairs = (merges: unknown): unknown => ({ type: "bytePair", special: ["<pad>"], merges });
  test.each<[string, unknown, RegExp]>([
    ["no JSON", "{", /it is no JSON/],
    ["null", "null", /its type is undefined, expected character, word or bytePair/],
    ["another type", { type: "wordpiece" }, /its type is "wordpiece"/],
    ["no special tokens", { type: "word", tokens: [] }, /its special tokens are no list of names/],
    ["a special token twice", { type: "word", special: ["a", "a"], tokens: [] }, /no list of names/],
    ["tokens that are none", { type: "word", special: [], tokens: [1] }, /its tokens are no list of different texts/],
    ["a token twice", { type: "character", special: [], tokens: ["a", "a"] }, /no list of different texts/],
    ["merges that are none", pairs({}), /its merges are no list of pairs/],
    ["a merge of a later token", pairs([[1, 257]]), /its merge 0 is no pair of earlier tokens/],
    ["a merge of special tokens", pairs([[0, 1]]), /its merge 0 is no pair/],
    [
      "a merge twice",
      pairs([
        [1, 2],
        [1, 2],
      ]),
      /its merge 1 is there twice/,
    ],
    [
      "tokens that double",
      pairs(Array.from({ length: 40 }, (_, i) => (i ? [256 + i, 256 + i] : [1, 1]))),
      /is too long/,
    ],
  ])("refuses %s", (_, json, message) => {
    expect(() => tokenizerFromJSON(json)).toThrow(FileError);
    expect(() => tokenizerFromJSON(json)).toThrow(message);
  });
});

test.each<[string, () => unknown, RegExp]>([
  ["a text that is none", () => characterTokenizer().encode(5 as never), /expected a text, got 5/],
  ["texts that are none", () => wordTokenizer().fit(5 as never), /expected a text or a list of texts, got 5/],
  ["a list with a number", () => bytePairTokenizer().fit(["a", 5] as never), /expected a text, got 5/],
  ["a small vocabulary", () => bytePairTokenizer({ vocabularySize: 256 }), /at least 257, for 256 bytes and 1 special/],
  ["an unknown option", () => wordTokenizer({ lower: true } as never), /unknown option "lower"/],
  ["special tokens twice", () => wordTokenizer({ special: ["a", "a"] }), /of different names/],
  ["an unknown token", () => bytePairTokenizer().decode([257]), /token numbers from 0 to 256, got 257 at 0/],
  [
    "an unknown special token",
    () => wordTokenizer().id("<end>"),
    /expected one of the special tokens <pad>, <unknown>/,
  ],
])("refuses %s", (_, use, message) => {
  expect(use).toThrow(message);
  expect(use).toThrow(NablaError);
  expect(use).toThrow(ArgumentError);
});

const real = new URL("../../shared/data/text/tinyshakespeare.txt.gz", import.meta.url);
test.skipIf(!existsSync(real))("learns 4,096 tokens from a megabyte in seconds", () => {
  const text = gunzipSync(readFileSync(real)).toString("utf8");
  const { user } = process.cpuUsage();
  const tokenizer = bytePairTokenizer({ vocabularySize: 4096 }).fit(text);
  const tokens = tokenizer.encode(text);
  const seconds = (process.cpuUsage().user - user) / 1e6;
  console.log(`${text.length} characters became ${tokens.length} tokens in ${seconds.toFixed(1)} s of CPU time`);
  expect(tokenizer.decode(tokens)).toBe(text);
  expect(tokens.length).toBeLessThan(text.length / 3);
  expect(seconds).toBeLessThan(10);
});
