// `nabla train --data` and `nabla predict` on data of a person's own: what they print and write, and what they refuse.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encode } from "fast-png";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Outcome, runHere } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-own-data-"));
const models = join(folder, "models");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

const nabla = (...args: string[]): Promise<Outcome> => runHere(args, { env: { LC_ALL: "C.UTF-8" } });

async function refuses(code: number, sentence: RegExp, ...args: string[]): Promise<void> {
  const before = existsSync(models) ? readdirSync(models) : [];
  const { code: came, out, err } = await nabla(...args);
  expect(err).toMatch(sentence);
  expect(out).not.toMatch(/Saved/);
  expect(came).toBe(code);
  expect(existsSync(models) ? readdirSync(models) : []).toEqual(before);
}

const rows = Array.from({ length: 60 }, (_, i) => [
  i % 10,
  (7 * i) % 11,
  ["oak", "fir"][i % 2],
  5 * (i % 10) + ((7 * i) % 11) / 2,
]);
const table = ["size,age,kind,price", ...rows.map((row) => row.join(","))].join("\n");
const quick = ["--epochs", "2", "--out", models];

describe("a table", () => {
  let trained: Outcome;
  const model = join(models, "houses.safetensors");
  beforeAll(async () => {
    trained = await nabla("train", "--data", file("houses.csv", table), "--target", "price", ...quick);
  });

  test("is learnt from: task, split, baselines, interval and importance are printed", () => {
    expect(trained.err).toBe("");
    expect(trained.code).toBe(0);
    expect(trained.out).toMatch(/price: a regression, 48 rows to train on, 12 held out \(seed 1\)/);
    for (const words of [
      /always the mean/,
      /linear regression/,
      /On 5 other splits .* ± /,
      /What it needs/,
      / {2}size /,
    ])
      expect(trained.out).toMatch(words);
    expect(readdirSync(models)).toEqual(["houses.safetensors"]);
  });

  test("is answered as CSV, with the target absent, and as JSON in a file", async () => {
    const fresh = file("new.csv", 'kind,age,size\noak,3,4\n"fir",,5\n');
    const { out, code } = await nabla("predict", model, fresh);
    expect(code).toBe(0);
    const [head, ...lines] = out.trim().split("\n");
    expect(head).toBe("kind,age,size,predicted price");
    expect(lines.map((line) => line.split(",").slice(0, 3).join(","))).toEqual(["oak,3,4", "fir,,5"]);
    const into = join(folder, "answers.json");
    expect((await nabla("predict", model, fresh, "--out", into)).out).toBe("");
    const answers = JSON.parse(readFileSync(into, "utf8")) as { "predicted price": number }[];
    expect(answers.map((answer) => String(answer["predicted price"]))).toEqual(lines.map((line) => line.split(",")[3]));
    await nabla("predict", model, fresh, "--out", into, "--format", "csv");
    expect(readFileSync(into, "utf8")).toBe(out);
  });

  test("is answered beside its cells as the file writes them", async () => {
    const lines = ['1.50, 5 ,oak,"a, b",0', "2,?,none,,0"];
    const { out } = await nabla(
      "predict",
      model,
      file("odd-cells.csv", `size,age,kind,mine,zero\n${lines.join("\n")}\n`),
    );
    expect(out.split("\n").map((line) => line.replace(/,[^,]*$/, ""))).toEqual([
      "size,age,kind,mine,zero",
      ...lines,
      "",
    ]);
    const comma = file("comma.csv", "size;age;kind\n1,50;5;oak;\n2,25;6;fir;\n".replaceAll(";\n", "\n"));
    expect((await nabla("predict", model, comma)).out).toMatch(
      /^size;age;kind;predicted price\n1,50;5;oak;-?\d+,\d+\n2,25;6;fir;/,
    );
    const json = JSON.parse((await nabla("predict", model, comma, "--json")).out) as object[];
    expect(json[0]).toMatchObject({ size: 1.5, kind: "oak", "predicted price": expect.any(Number) });
  });

  test("that has only a header gets none but the header, and a word", async () => {
    const empty = file("empty.csv", "kind,age,size\n");
    const { code, out, err } = await nabla("predict", model, empty, "--language", "en");
    expect([code, out]).toEqual([0, "kind,age,size,predicted price\n"]);
    expect(err).toMatch(/empty\.csv" holds only a header: there is no row to answer\.\n$/);
    expect((await nabla("predict", model, empty, "--json")).out.trim()).toBe("[]");
    await refuses(1, /but "kind" is missing/, "predict", model, file("lacks.csv", "age,size\n"));
  });

  test("keeps its own columns where they have the name of the answers", async () => {
    const { out } = await nabla("predict", model, file("clash.csv", "kind,age,size,predicted price\noak,3,4,mine\n"));
    expect(out).toMatch(/^kind,age,size,predicted price,predicted price 2\noak,3,4,mine,[\d.]+\n$/);
  });

  test("is not measured again, and its answers are written as CSV or JSON only", async () => {
    await refuses(2, /own: train --data has measured .*nabla predict /, "evaluate", model);
    const data = join(folder, "houses.csv");
    await refuses(
      2,
      /--out: expected a file that ends in .csv or .json, got "a.xlsx"/,
      "predict",
      model,
      data,
      "--out",
      "a.xlsx",
    );
  });

  test("is learnt into a file of its own name", async () => {
    for (const name of ["a-b", "a_b"]) await nabla("train", "--data", file(`${name}.csv`, table), ...quick, "--quiet");
    expect(readdirSync(models)).toEqual(expect.arrayContaining(["a-b.safetensors", "a_b.safetensors"]));
    for (const name of ["a-b", "a_b"]) rmSync(join(models, `${name}.safetensors`));
  });

  test("that does not fit the model is refused by name", async () => {
    await refuses(1, /but "age", "kind" are missing/, "predict", model, file("short.csv", "size,other\n1,2\n3,4\n"));
    await refuses(
      1,
      /line 3: expected a number in column "size", got "large"/,
      "predict",
      model,
      file("bad.csv", "size,age,kind\n1,2,oak\nlarge,3,fir\n"),
    );
    await refuses(2, /expected a table or at least one image/, "predict", model);
    await refuses(
      2,
      /^error: predict: --steps: for forecasts only/,
      "predict",
      model,
      join(folder, "houses.csv"),
      "--steps",
      "3",
    );
    await refuses(1, /no such file|does not exist|cannot read/, "predict", model, join(folder, "none.csv"));
  });
});

test("a table is read as it is told: names of users are left out, or the frequent ones are inputs", async () => {
  const lines = Array.from({ length: 1200 }, (_, i) => {
    const shop = i < 900 ? `shop-${i % 3}` : `small-${(i * 7919) % 1200}`;
    return `user_${i},${shop},always,${i % 7},2024-01-${String((i % 28) + 1).padStart(2, "0")},${i % 3}.5`;
  });
  const data = file("users.csv", ["user,shop,same,count,day,y", ...lines].join("\n"));
  const page = join(folder, "users.html");
  const run = ["train", "--data", data, "--out", models, "--epochs", "1", "--report", page, "--language", "en"];
  const { out, err } = await nabla(...run, "--json");
  const told = [
    ["user", "left out, 960 different texts in 960 rows"],
    ["shop", /^category of \d+, .* of them with an input$/],
    ["same", "left out, the same value in all rows"],
    ["count", "number"],
    ["day", "date"],
  ] as const;
  for (const [name, what] of told) {
    const [, said] = new RegExp(`^  ${name} +(.*)$`, "m").exec(err) ?? [];
    expect(said).toMatch(what);
  }
  const { columns } = JSON.parse(out) as { columns: { name: string; inputs: number }[] };
  expect(columns.map(({ name }) => name)).toEqual(["user", "shop", "same", "count", "day"]);
  expect(columns.map(({ inputs }) => inputs > 0)).toEqual([false, true, false, true, true]);
  expect(columns[1]!.inputs).toBeLessThanOrEqual(100);
  expect(readFileSync(page, "utf8")).toContain("<td>left out, 960 different texts in 960 rows</td>");
  const few = file("few.csv", "shop,count,day\nshop-1,3,2024-01-02\nnew,3,2024-01-02\n");
  expect((await nabla("predict", join(models, "users.safetensors"), few)).out.split("\n").length).toBe(4);
  await refuses(1, /none of use \("user": left out, \d+ different/, "train", "--data", only(lines), ...quick);
});

/** The first and the last cell of each line, in a file. */
const only = (lines: readonly string[]): string =>
  file("only.csv", ["user,y", ...lines.map((line) => line.replace(/,.*,/, ","))].join("\n"));

test("lines of text with labels are learnt from and answered", async () => {
  const lines = Array.from({ length: 40 }, (_, i) => `${i % 2 ? "a fine" : "an awful"} film of ${i}\t${i % 2}`);
  const { out, err } = await nabla("train", "--data", file("films.txt", lines.join("\n")), ...quick, "--json");
  expect(err).toMatch(/label from 40 rows/);
  const answer = JSON.parse(out) as { task: string; baselines: { name: string }[] };
  expect(answer.task).toBe("classification");
  expect(answer.baselines.map(({ name }) => name)).toEqual(["majority", "logistic", "naiveBayes"]);
  const asked = await nabla("predict", join(models, "films.safetensors"), file("asked.txt", "a fine day\nx\n"));
  expect(asked.out).toMatch(/^text,predicted label,probability\na fine day,1,/);
  await refuses(1, /line 2: expected a text and a label/, "train", "--data", file("half.txt", "a\tb\nc\n"), ...quick);
});

test("a folder of pictures is learnt from, with a report, and a picture is answered", async () => {
  for (const name of ["dark", "light"]) {
    mkdirSync(join(folder, "tones", name), { recursive: true });
    for (let i = 0; i < 8; i++) {
      const data = Uint8Array.from({ length: 100 }, (_, k) => (name === "light" ? 200 : 20) + ((7 * k + i) % 30));
      writeFileSync(
        join(folder, "tones", name, `${i}.png`),
        encode({ width: 10, height: 10, channels: 1, depth: 8, data }),
      );
    }
  }
  const page = join(folder, "tones.html");
  const args = ["train", "--data", join(folder, "tones"), ...quick, "--report", page, "--language", "ru"];
  const { out, code } = await nabla(...args);
  expect(code).toBe(0);
  expect(out).toMatch(/Классы изображений из папки tones/);
  expect(out).toMatch(/^каждое изображение — 10 × 10 пикселей, в оттенках серого$/m);
  expect(readFileSync(page, "utf8")).toMatch(/^<!doctype html><html lang="ru">/);
  const asked = await nabla(
    "predict",
    join(models, "tones.safetensors"),
    join(folder, "tones", "light", "0.png"),
    "--json",
  );
  expect((JSON.parse(asked.out) as object[])[0]).toHaveProperty("probabilities.light");
  await refuses(1, /is not|expected/, "predict", join(models, "tones.safetensors"), file("no.png", "no picture"));
  await refuses(2, /--target: for tables only/, ...args, "--target", "x");
  await refuses(2, /--group: for a folder expected the number/, ...args, "--group", "x");
});

test("a folder is answered file by file; one that cannot be read loses its own answer only", async () => {
  const model = join(models, "tones.safetensors");
  mkdirSync(join(folder, "asked", "below"), { recursive: true });
  const picture = readFileSync(join(folder, "tones", "light", "0.png"));
  writeFileSync(join(folder, "asked", "a.png"), picture);
  writeFileSync(join(folder, "asked", "below", "ü.PNG"), picture);
  const all = await nabla("predict", model, join(folder, "asked"));
  expect(all.code).toBe(0);
  const [head, ...lines] = all.out.trim().split("\n");
  expect(head).toBe("file,predicted class,probability");
  expect(lines.map((line) => line.split(",")[0])).toEqual(
    ["a.png", "below/ü.PNG"].map((name) => join(folder, "asked", name)),
  );
  writeFileSync(join(folder, "asked", "b.png"), "no picture at all");
  const flawed = await nabla("predict", model, join(folder, "asked"));
  expect([flawed.code, flawed.out]).toEqual([1, all.out]);
  expect(flawed.err).toMatch(/^error: "[^"]*b\.png" is not an image/);
  mkdirSync(join(folder, "none"));
  await refuses(1, /none": expected images \(png, .*got none/, "predict", model, join(folder, "none"));
  await refuses(
    1,
    /0\.png": expected a table, or a folder/,
    "train",
    "--data",
    join(folder, "tones", "light", "0.png"),
  );
});

test("folders of classes may be links", async () => {
  mkdirSync(join(folder, "linked"));
  for (const name of ["dark", "light"]) symlinkSync(join(folder, "tones", name), join(folder, "linked", name));
  symlinkSync(join(folder, "nowhere"), join(folder, "linked", "gone"));
  const { out, code } = await nabla("train", "--data", join(folder, "linked"), ...quick);
  expect(out).toMatch(/13 pictures to train on, 3 held out/);
  expect(code).toBe(0);
});

test("Ctrl-C before the first epoch is done quits at once", async () => {
  const listening = process.listenerCount("SIGINT");
  const exit = vi.spyOn(process, "exit").mockImplementation((code) => {
    throw new Error(`exit ${code}`);
  });
  let quit: unknown;
  const timer = setInterval(() => {
    if (process.listenerCount("SIGINT") === listening) return;
    clearInterval(timer);
    try {
      process.emit("SIGINT");
    } catch (error) {
      quit = error;
    }
  }, 1);
  try {
    await nabla("train", "--data", join(folder, "tones"), "--out", join(folder, "elsewhere"), "--epochs", "1");
  } finally {
    clearInterval(timer);
    exit.mockRestore();
  }
  expect(quit).toEqual(new Error("exit 130"));
});

test("lines of text: numbers are regressed on, new ones need no labels, and errors name the file", async () => {
  const numbered = Array.from({ length: 40 }, (_, i) => `word${i % 4} of ${i % 3}\t${(i % 4) + 0.5}`).join("\n");
  const { out } = await nabla("train", "--data", file("scores.txt", numbered), ...quick, "--json");
  expect(JSON.parse(out)).toMatchObject({ task: "regression" });
  const model = join(models, "films.safetensors");
  const mark = Uint8Array.of(0xff, 0xfe);
  const wide = Buffer.concat([mark, Buffer.from("a fine day\nx\n", "utf16le")]);
  expect((await nabla("predict", model, file("wide.txt", wide))).out).toMatch(/^a fine day,1,/m);
  expect((await nabla("predict", model, file("tab.txt", "a\tfine day\nx\n"))).out).toMatch(/^a\tfine day,1,/m);
  await refuses(1, /half\.txt": line 2: expected a text and a label/, "train", "--data", file("half.txt", "a\tb\nc\n"));
  await refuses(1, /bare\.txt": expected a text and its label/, "train", "--data", file("bare.txt", "a b\nc d\n"));
  mkdirSync(join(folder, "notes"));
  for (const name of ["a_1.txt", "b.txt"]) writeFileSync(join(folder, "notes", name), "a fine day");
  const { out: answers } = await nabla("predict", model, join(folder, "notes"));
  expect(answers).toMatch(/^file,predicted label,probability\n\S*a_1\.txt,1,[\d.]+\n\S*b\.txt,1,[\d.]+\n$/);
});

test("a series keeps how its times are written, and says which columns a forecast does not take", async () => {
  const lines = Array.from(
    { length: 40 },
    (_, i) => `${2000 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, "0")},x,${i % 5}`,
  );
  const data = file("months.csv", ["month,remark,sold", ...lines].join("\n"));
  const args = ["train", "--data", data, "--target", "sold", "--time", "month", "--language", "en", ...quick];
  expect((await nabla(...args)).out).toMatch(/^ {2}remark +left out, a forecast takes columns of numbers only$/m);
  const { out } = await nabla("predict", join(models, "months.safetensors"), data, "--steps", "2");
  expect(out).toMatch(/^month,predicted sold\n2003-05,[-\d.]+\n2003-06,[-\d.]+\n$/);
});

test("data.csv and data.json in one folder become two models, of which is told in Russian, too", async () => {
  const train = (data: string, language: string) =>
    nabla("train", "--data", data, "--target", "kind", "--language", language, "--epochs", "1", "--out", models);
  const csv = file("twin.csv", table);
  const english = await train(csv, "en");
  expect(english.out).toMatch(/Saved as .*twin\.safetensors\. Next/);
  expect(english.out).toMatch(/ of up to 1 epoch( made|,)/);
  const json = JSON.stringify(rows.map(([size, age, kind, price]) => ({ size, age, kind, price })));
  expect((await train(file("twin.json", json), "ru")).out).toMatch(/сохранена: .*twin\.json\.safetensors\. Дальше/);
  const { out } = await train(csv, "ru");
  for (const words of [/Прогноз: kind/, /сеть 1\/5 · эпоха 1\/1 · потери \d,\d+/, /отложенной/, /Матрица ошибок/])
    expect(out).toMatch(words);
  expect(out).toMatch(/сохранена: .*twin\.csv\.safetensors \(вместо прежней\)|сохранена: .*twin\.csv\.safetensors\./);
  const own = /^ {2}(size|age|kind|price|fir|oak) .*$|npx.*|\S*safetensors|\S*\.csv|seed \d|kind|R²|fir|oak/gm;
  expect(out.replace(own, "").match(/[a-z]{2,}/gi)).toBeNull();
  const model = join(models, "twin.safetensors");
  await refuses(2, /модель «kind» обучена на ваших данных/, "evaluate", model, "--language", "ru");
  const answers = join(folder, "answers-of-one.csv");
  for (const [language, sentence] of [
    ["ru", /^Ответы записаны в .*answers-of-one\.csv: 1\.\n$/],
    ["en", /^1 answer is in .*answers-of-one\.csv\.\n$/],
  ] as const) {
    const one = file("one.csv", table.split("\n", 2).join("\n"));
    expect((await nabla("predict", model, one, "--out", answers, "--language", language)).err).toMatch(sentence);
  }
});

test.each(["train", "predict", "evaluate"])(
  "the help of %s says how the language of one's own data is chosen",
  async (name) => {
    expect((await nabla("help", name)).out).toMatch(
      /--language <language> .*en or\s+ru\s+\(default:\s+the environment's\)/,
    );
  },
);

describe("is refused in one sentence, and nothing is written", () => {
  const own = (name: string, content: string | Uint8Array, ...more: string[]) =>
    ["train", "--data", file(name, content), ...quick, ...more] as const;
  test("a file of another kind, a missing or constant column, too few rows", async () => {
    await refuses(
      1,
      /expected a table/,
      ...own("picture.csv", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0)),
    );
    await refuses(1, /got "cost"/, ...own("a.csv", table, "--target", "cost"));
    await refuses(1, /got 1 in every row/, ...own("b.csv", table.replace(/,[\d.]+$/gm, ",1"), "--task", "regression"));
    await refuses(1, /two classes, got only "1"/, ...own("c.csv", table.replace(/,[\d.]+$/gm, ",1")));
    await refuses(
      1,
      /at least 10 rows/,
      ...own("d.csv", table.split("\n").slice(0, 7).join("\n"), "--task", "regression"),
    );
    await refuses(1, /at most 1e\+30 in size, got 1e\+39/, ...own("huge.csv", table.replace(/,[\d.]+$/m, ",1e39")));
    const texts = Array.from({ length: 60 }, (_, i) => `${i % 7},text ${i % 50}`).join("\n");
    await refuses(1, /type text: 50 different texts in 60 rows/, ...own("texts.csv", `x,y\n${texts}`));
    await refuses(1, /empty file/, ...own("e.csv", ""));
  });

  test("options that do not go together", async () => {
    await refuses(2, /expected a recipe .* or --data/, "train");
    await refuses(2, /--target: for data of your own only/, "train", "xor", "--target", "y");
    await refuses(2, /--tiny: for recipes only/, ...own("f.csv", table, "--tiny"));
    await refuses(2, /share between 0 and 1/, ...own("g.csv", table, "--split", "2"));
    await refuses(1, /cannot write .*it is a folder/, ...own("i.csv", table, "--report", folder));
    await refuses(2, /--time or --group, got both/, ...own("h.csv", table, "--time", "age", "--group", "kind"));
  });
});

test("a cell that keeps a column from being numbers is named before training", async () => {
  const lines = table.split("\n");
  lines[17] = lines[17]!.replace(/^\d+/, "about five");
  const { out, code } = await nabla(
    "train",
    "--data",
    file("odd.csv", lines.join("\n")),
    "--target",
    "price",
    ...quick,
  );
  expect(code).toBe(0);
  expect(out).toMatch(/size.*1 of (its )?60.*"about five"/s);
});
