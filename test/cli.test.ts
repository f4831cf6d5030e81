// The command line as its users meet it: a built copy of the package, spawned; what it prints and how it exits. What
// needs no process of its own runs in the test's (`here`): each start of Node costs half a second.
import { execFile, execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { encode } from "fast-png";
import { layers, sequential } from "nabla";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recipe as faces } from "../recipes/faces.ts";
import { type Page, partText } from "../src/cli/course/part-text.ts";
import { type Outcome, runHere } from "./command.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "nabla-cli-test-"));
const bin = join(folder, "package", "bin", "nabla.js");
const digits = join("models", "digits-mlp.safetensors");
const xor = join("models", "xor.safetensors");
const env = { ...process.env, NABLA_CACHE: join(folder, "cache"), NO_COLOR: "1", FORCE_COLOR: undefined };

/** The command in this process, one at a time. */
const here = (...args: string[]): Promise<Outcome> => runHere(args, { folder, env });

const nabla = (...args: string[]): Promise<Outcome> => nablaAt(bin, ...args);

function nablaAt(bin: string, ...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [bin, ...args], { cwd: folder, env, maxBuffer: 1e8 }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

/** Asserts the exit code, one sentence on stderr and nothing on stdout. */
async function refuses(code: number, sentence: RegExp, ...args: string[]): Promise<void> {
  const { code: came, out, err } = await here(...args);
  expect(err).toMatch(sentence);
  expect(err).not.toMatch(/^\s+at /m);
  expect(err.trim().split("\n").length).toBeLessThanOrEqual(code === 2 ? 3 : 1);
  expect(out).toBe("");
  expect(came).toBe(code);
}

/** An IDX file of bytes. */
function idx(shape: readonly number[], value: (i: number) => number): Uint8Array {
  const size = shape.reduce((a, b) => a * b, 1);
  const head = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  head.setUint32(0, 0x0800 + shape.length);
  shape.forEach((n, i) => head.setUint32(4 + 4 * i, n));
  return Uint8Array.from([...new Uint8Array(head.buffer), ...Array.from({ length: size }, (_, i) => value(i) & 255)]);
}

/** A folder of MNIST's four files with a few made-up images. */
function madeUpMnist(name: string, counts: { readonly train: number; readonly test: number }): string {
  const into = join(folder, name);
  mkdirSync(into);
  for (const [part, count] of [
    ["train", counts.train],
    ["t10k", counts.test],
  ] as const) {
    writeFileSync(
      join(into, `${part}-images-idx3-ubyte`),
      idx([count, 28, 28], (i) => (i * 2654435761) >>> 13),
    );
    writeFileSync(
      join(into, `${part}-labels-idx1-ubyte`),
      idx([count], (i) => i % 10),
    );
  }
  return into;
}

beforeAll(async () => {
  const home = join(folder, "package");
  mkdirSync(home);
  for (const part of ["package.json", "bin", "scripts", "src", "recipes", "tsconfig.json", "tsconfig.build.json"])
    cpSync(join(root, part), join(home, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(home, "node_modules"), "junction");
  // The command builds where there is no build.
  const { code, err } = await nabla("--version");
  expect(code, err).toBe(0);
  expect(err).toContain("building");
  await nabla("train", "digits-mlp", "--tiny", "--out", "models", "--quiet");
  await nabla("train", "xor", "--out", "models", "--quiet");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("help", () => {
  it("lists the commands, with and without being asked", async () => {
    const [asked, bare] = await Promise.all([nabla("--help"), nabla()]);
    expect(asked).toEqual(bare);
    expect(asked.code).toBe(0);
    for (const name of [
      "train",
      "evaluate",
      "predict",
      "generate",
      "summary",
      "inspect",
      "recipes",
      "course",
      "new",
      "doctor",
    ])
      expect(asked.out).toContain(`  ${name}`);
  });

  it.each(["train", "evaluate", "predict", "generate", "summary", "inspect", "recipes", "course", "new", "doctor"])(
    "%s has help with examples",
    async (name) => {
      const { code, out } = await here(name, "--help");
      expect(code).toBe(0);
      expect(out).toContain(`Examples:\n  $ nabla ${name}`);
      expect(out).toContain("--json");
    },
  );

  it("knows its version", async () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(await nabla("--version")).toEqual({ code: 0, out: `${version}\n`, err: "" });
  });
});

describe("train", () => {
  it("prints a line an epoch where there is no terminal, the figures, and commands that work", async () => {
    const { code, out, err } = await nabla("train", "digits-mlp", "--tiny", "--epochs", "3", "--out", "first");
    expect([code, err]).toEqual([0, ""]);
    expect(out.match(/^epoch \d\/3 · loss \S+ · accuracy \S+ % · /gm)).toHaveLength(3);
    expect(out).not.toContain("\x1b");
    expect(out).toMatch(/On 200 images that were held out:\n {2}loss \S+\n {2}accuracy \S+ %/);
    expect(out).toContain("Confusion");
    const next = [...out.matchAll(/^ {2}npx nabla (.*)$/gm)].map(([, command]) => command!.split(" "));
    expect(next.map(([name]) => name)).toEqual(["predict", "summary", "inspect"]);
    for (const command of next) expect((await here(...command)).code).toBe(0);
  });

  it("is one Nabla with its recipes where Node is to load the modules instead of the bundle", async () => {
    const [options, args] = ["--conditions=development", ["digits-mlp", "--tiny", "--quiet", "--out", "modules"]];
    const outcome = await new Promise((resolve) =>
      execFile(
        process.execPath,
        [bin, "train", ...args],
        { cwd: folder, env: { ...env, NODE_OPTIONS: options } },
        (error, out, err) => resolve([error?.code ?? 0, out, err]),
      ),
    );
    expect(outcome).toEqual([0, "", ""]);
  });

  it("answers in JSON on stdout while progress goes to stderr", async () => {
    const { code, out, err } = await nabla("train", "digits-mlp", "--tiny", "--json", "--out", "json");
    const answer = JSON.parse(out);
    expect(code).toBe(0);
    expect(err).toMatch(/^epoch 2\/2/m);
    expect(answer).toMatchObject({
      recipe: "digits-mlp",
      model: join("json", "digits-mlp.safetensors"),
      stopped: null,
      trainExamples: 1000,
      testExamples: 200,
    });
    expect(answer.epochs).toHaveLength(2);
    expect(answer.confusion.flat().reduce((a: number, b: number) => a + b)).toBe(200);
  });

  it("reaches what its recipe promises", async () => {
    const { code, out } = await here("train", "xor", "--json", "--out", "promise");
    expect(code).toBe(0);
    expect(JSON.parse(out).expected.map(({ reached }: { reached: boolean }) => reached)).toEqual([true, true]);
  });

  it("makes the same model of the same seed, and another of another", async () => {
    const weights = async (seed: string): Promise<string> => {
      await nabla("train", "xor", "--tiny", "--quiet", "--seed", seed, "--out", `seed-${seed}`);
      return (await nabla("predict", join(`seed-${seed}`, "xor.safetensors"), "--numbers", "0,1", "--json")).out;
    };
    const [first, other, again] = [await weights("3"), await weights("4"), await weights("3")];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it("takes a folder of MNIST's files", async () => {
    const data = madeUpMnist("mnist", { train: 60, test: 20 });
    const { code, out } = await here(
      "train",
      "mnist-mlp",
      "--data",
      data,
      "--epochs",
      "1",
      "--batch-size",
      "16",
      "--learning-rate",
      "0.01",
      "--out",
      "folder",
    );
    expect(code).toBe(0);
    expect(out).toContain("60 images · 1 epoch · batches of 16 · learning rate 0.01");
    expect((await here("evaluate", join("folder", "mnist-mlp.safetensors"), "--data", data)).out).toContain(
      "20 images that were held out",
    );
  });

  it("says nothing when it is to be quiet", async () => {
    expect(await nabla("train", "xor", "--tiny", "--quiet", "--out", "quiet")).toEqual({ code: 0, out: "", err: "" });
  });

  it("saves the model when it is interrupted", async () => {
    const child = spawn(process.execPath, [bin, "train", "xor", "--epochs", "100000000", "--out", "interrupted"], {
      cwd: folder,
      env,
    });
    let out = "";
    child.stdout.on("data", (chunk) => {
      if (!/^epoch/m.test(out) && /^epoch/m.test((out += chunk))) child.kill("SIGINT");
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(code).toBe(130);
    expect((await nabla("evaluate", join("interrupted", "xor.safetensors"))).code).toBe(0);
  });

  it("says that there is nothing to save when it is interrupted early, and leaves no folder", async () => {
    const child = spawn(process.execPath, [bin, "train", "gan", "--out", join("early", "models")], {
      cwd: folder,
      env,
    });
    let said = "";
    child.stderr.on("data", (chunk) => (said += chunk));
    child.stdout.once("data", () => child.kill("SIGINT"));
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(130);
    expect(said).toBe("stopped: there is nothing to save yet.\n");
    expect(existsSync(join(folder, "early"))).toBe(false);
  });

  it("quits at once at the second signal, unless npm may have passed on the first", async () => {
    const interrupt = async (agent: string | undefined) => {
      const out = `twice-${agent ?? "alone"}`;
      const child = spawn(process.execPath, [bin, "train", "digits-mlp", "--epochs", "200", "--out", out], {
        cwd: folder,
        env: { ...env, npm_config_user_agent: agent },
      });
      let said = "";
      child.stdout.on("data", (chunk) => {
        if (!/^epoch/m.test(said) && /^epoch/m.test((said += chunk))) child.kill("SIGINT");
      });
      // The process has taken the first signal once it says so.
      child.stderr.once("data", () => child.kill("SIGINT"));
      const code = await new Promise((resolve) => child.on("close", resolve));
      return { code, saved: existsSync(join(folder, out, "digits-mlp.safetensors")) };
    };
    expect(await interrupt(undefined)).toEqual({ code: 130, saved: false });
    expect(await interrupt("npm")).toEqual({ code: 130, saved: true });
  });

  it("comes to its end when nobody reads its output any more", async () => {
    const child = spawn(process.execPath, [bin, "train", "xor", "--epochs", "3000", "--out", "pipe"], {
      cwd: folder,
      env,
    });
    let err = "";
    child.stderr.on("data", (chunk) => (err += chunk));
    child.stdout.once("data", () => child.stdout.destroy());
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0);
    expect(err).toBe("");
    expect(existsSync(join(folder, "pipe", "xor.safetensors"))).toBe(true);
  });
});

describe("a saved model", () => {
  it("shows control characters of a text as signs, and cuts words that are wider than a table", () => {
    const page: Page = { language: "en", width: 80, paint: (_, text) => text, colourBits: 1 };
    const row = ["\x1b[31m", "x".repeat(500)];
    const shown = partText({ kind: "table", columns: ["a", "b"], rows: [row] }, page);
    expect(shown).toContain("\\u001b[31m");
    expect(Math.max(...shown.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    const both = { en: "one\n\x1b[2Jtwo", ru: "" };
    expect(partText({ kind: "text", text: both }, page)).toBe("one\n\\u001b[2Jtwo");
  });

  it("is evaluated on the data of its recipe", async () => {
    const { out } = await here("evaluate", digits, "--tiny");
    expect(out).toMatch(/^digits-mlp, digits\. On 200 images that were held out:\n {2}loss \S+\n {2}accuracy/);
    const answer = JSON.parse((await here("evaluate", xor, "--json")).out);
    expect(answer).toMatchObject({ recipe: "xor", examples: 4, evaluation: { accuracy: 1 } });
  });

  it("says what images show, one or many", async () => {
    const image = join("models", "digits-mlp-example.png");
    const wide = new Uint8Array(60 * 90).fill(255);
    for (let y = 20; y < 70; y++) wide.fill(0, y * 60 + 26, y * 60 + 34);
    writeFileSync(join(folder, "one.png"), encode({ width: 60, height: 90, data: wide, channels: 1 }));
    expect((await here("predict", digits, image, "one.png")).out).toMatch(
      /example\.png\s+\d\s+\S+ % {2}then .*\none\.png/,
    );
    const answers = JSON.parse((await here("predict", digits, image, "one.png", "--json")).out);
    expect(answers.map(({ input }: { input: string }) => input)).toEqual([image, "one.png"]);
    for (const { probabilities } of answers) {
      const sum = (Object.values(probabilities) as number[]).reduce((a, b) => a + b);
      expect(sum).toBeCloseTo(1, 5);
    }
  });

  it("answers with a recipe's words, in the language that is asked for", async () => {
    const model = faces.model({ tiny: true });
    model.dataInfo = { about: { recipe: "faces", threshold: 0.5 } };
    await model.save(join(folder, "faces.safetensors"));
    const image = join("models", "digits-mlp-example.png");
    const { out } = await here("predict", "faces.safetensors", image, image, "--language", "ru");
    expect(out).toMatch(/Расстояние меньше 0\.50.* 0 +тот же/s);
  });

  it("says what images show to a model that takes them with an axis of channels", async () => {
    const image = join("models", "digits-mlp-example.png");
    const answers = [];
    for (const [name, shape] of [
      ["flat", [28, 28]],
      ["channels", [28, 28, 1]],
    ] as const) {
      const made = sequential([layers.input(shape), layers.flatten(), layers.dense(10)], { name, seed: 1 });
      await made.save(join(folder, `${name}.safetensors`));
      answers.push(JSON.parse((await here("predict", `${name}.safetensors`, image, "--json")).out));
    }
    expect(answers[0][0].outputs.length).toBe(10);
    expect(answers[1]).toEqual(answers[0]);
  });

  it("answers for the good pictures beside bad ones, and fails at the end", async () => {
    const good = join("models", "digits-mlp-example.png");
    writeFileSync(join(folder, "bad\u001b[31m.png"), "hello");
    const images = ["none.png", good, "bad\u001b[31m.png"];
    const { code, out, err } = await here("predict", digits, ...images);
    expect(code).toBe(1);
    expect(out).toMatch(/^models\S+example\.png\s+\d\s+\S+ %[^\n]*\n$/);
    expect(err.trim().split("\n")).toEqual([
      'error: cannot read "none.png": there is no such file.',
      expect.stringContaining('error: "bad\\u001b[31m.png" is not an image'),
    ]);
    const answers = JSON.parse((await here("predict", digits, ...images, "--json")).out);
    expect(answers.map(({ input }: { input: string }) => input)).toEqual(images);
    expect(answers[0]).toEqual({ input: "none.png", error: 'cannot read "none.png": there is no such file.' });
    const alone = JSON.parse((await here("predict", digits, good, "--json")).out);
    expect(answers[1]).toEqual(alone[0]);
  });

  it.skipIf(process.platform === "win32")("refuses what has no end, at once and in little memory", async () => {
    execFileSync("mkfifo", [join(folder, "endless")]);
    for (const file of ["/dev/zero", "endless"]) {
      await refuses(1, /it is no regular file/, "summary", file);
      await refuses(1, /it is no regular file/, "predict", digits, file);
    }
  });

  it("takes numbers", async () => {
    const answers = JSON.parse((await here("predict", xor, "--numbers", "0,1", "--numbers", "1,1", "--json")).out);
    expect(answers.map((answer: { class: string }) => answer.class)).toEqual(["1", "0"]);
  });

  it("is summed up", async () => {
    expect((await here("summary", digits)).out).toMatch(/dense_2.*\n[^]*Total: [\d,]+ parameters[^]*Trained with adam/);
    const answer = JSON.parse((await here("summary", digits, "--json")).out);
    expect(answer).toMatchObject({
      name: "digits-mlp",
      inputShape: [28, 28],
      training: { loss: "sparseCategoricalCrossentropy" },
    });
    expect(answer.layers[0]).toMatchObject({ class: "Input", parameters: [] });
  });

  it("is drawn", async () => {
    expect((await here("summary", digits, "--svg", "digits.svg")).out).toMatch(/^The drawing is in digits\.svg\.$/m);
    expect(readFileSync(join(folder, "digits.svg"), "utf8")).toMatch(/^<svg [^]*dense_1<[^]*Dense \[batch,/);
    await refuses(1, /cannot write .*: there is no folder/, "summary", digits, "--svg", join("none", "x.svg"));
  });
});

describe("a model with layers of one's own", () => {
  const layer = `
    import { Layer, registerLayer } from "nabla";
    export class Double extends Layer {
      className = "Double";
      constructor(options = {}) { super("double", options, []); }
      build(shape) { return shape; }
      call(x) { return x.mul(2); }
      config() { return {}; }
    }
    registerLayer("Double", (config) => new Double(config));`;
  const module = join("package", "my-layers.mjs");
  const model = join("models", "double.safetensors");

  beforeAll(async () => {
    writeFileSync(join(folder, module), layer);
    writeFileSync(
      join(folder, "package", "make.mjs"),
      `import { layers, optimizers, schedules, sequential } from "nabla";
      import { Double } from "./my-layers.mjs";
      const made = sequential([layers.input([1]), new Double()]).build();
      const learningRate = schedules.constant({ learningRate: 0.1 });
      made.compile({ optimizer: optimizers.sgd({ learningRate, excludeFromWeightDecay: ["bias"] }), loss: "mse" });
      await made.save(${JSON.stringify(join(folder, model))});`,
    );
    await promisify(execFile)(process.execPath, [join(folder, "package", "make.mjs")]);
  });

  it("is read after a module that registers them, before or after the command's name", async () => {
    const summary = (await nabla("--import", module, "summary", model)).out.replace(/\s+/g, " ");
    expect(summary).toContain("double_1 (Double)");
    expect(summary).toContain(
      'Trained with sgd (learningRate constant, momentum 0, nesterov false, excludeFromWeightDecay ["bias"])',
    );
    const { out } = await nabla("predict", model, "--numbers", "21", "--import", module, "--json");
    expect(JSON.parse(out)[0].outputs).toEqual([42]);
  });

  it("says what to do without it, and what is wrong with the module", async () => {
    await refuses(1, /unknown layer class "Double"\..*--import \.\/my-layers\.js/, "summary", model);
    await refuses(2, /--import: no such file: "none\.js"/, "--import", "none.js", "summary", model);
    writeFileSync(join(folder, "broken.mjs"), "throw new Error('mine');");
    await refuses(2, /--import: "broken\.mjs" cannot be loaded: mine/, "--import", "broken.mjs", "summary", model);
  });
});

describe("in the repository", () => {
  // The command with two small sources instead of all of ours, which would be compiled four times.
  const clone = join(folder, "clone");
  const recipe = join(clone, "recipes", "said.ts");
  const command = (): Promise<Outcome> => nablaAt(join(clone, "bin", "nabla.js"));

  it("an edit is built before the command runs, and an error of the build is told", async () => {
    for (const entry of ["", "data", "automatic"]) {
      mkdirSync(join(clone, "src", entry), { recursive: true });
      writeFileSync(join(clone, "src", entry, "index.ts"), "export {};\n");
    }
    mkdirSync(join(clone, "src", "cli"));
    mkdirSync(join(clone, "recipes"));
    for (const part of ["package.json", "bin", "scripts", "tsconfig.json", "tsconfig.build.json"])
      cpSync(join(root, part), join(clone, part), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(clone, "node_modules"), "junction");
    writeFileSync(
      join(clone, "src", "cli", "main.ts"),
      `import { said } from "../../recipes/said.ts";\nexport const runCommandLine = (): void => console.log(said);\n`,
    );
    for (const said of ["first", "edited"]) {
      writeFileSync(recipe, `export const said: string = "${said}";\n`);
      const built = await command();
      expect([built.code, built.out]).toEqual([0, `${said}\n`]);
      expect(built.err).toContain("building, since src/ is newer than dist/");
      expect(await command()).toEqual({ code: 0, out: `${said}\n`, err: "" });
    }
    writeFileSync(recipe, "export const said: string = 1;\n");
    for (let i = 0; i < 2; i++) {
      const wrong = await command();
      expect([wrong.code, wrong.out]).toEqual([1, ""]);
      expect(wrong.err).toMatch(/said\.ts.*error TS2322/);
    }
  });
});

describe("inspect", () => {
  it.each([["digits-mlp"], ["xor"], [xor], [digits, "--program", "predict"], ["xor", "--program", "evaluate"]])(
    "shows kernels of %s %s %s",
    async (...args) => {
      const { code, out } = await here("inspect", ...args);
      expect(code).toBe(0);
      expect(out).toMatch(/\d+ graph nodes → \d+ kernels → [\d,]+ lines of code/);
      expect(out).toMatch(/^ +\d+ {2}contract .* [µm]s .*FLOP\/s +\d+ % .*dense_1/m);
      expect(out).toMatch(/memory at most [\d.]+ (Ki|Mi)?B: variables/);
      expect(out).toMatch(/a step: .*FLOP\/s; its kernels one by one: /);
      expect(out).not.toMatch(/\?|NaN|Infinity|undefined/);
    },
  );

  it("shows the sections that were asked for", async () => {
    const { out } = await here("inspect", "xor", "--show", "graph,kernels,plan,code");
    for (const text of ["%0 = ", "kernel 0: ", "\narena ", "func kernel_0"]) expect(out).toContain(text);
    expect((await here("inspect", "xor", "--show", "plan")).out).not.toContain("kernel 0: ");
  });

  it("leaves out the times", async () => {
    const { out } = await here("inspect", "xor", "--no-measure");
    expect(out).toMatch(/^ +\d+ {2}contract .*dense_1/m);
    expect(out).not.toContain("of limit");
  });

  it("writes a trace of some steps, kernel by kernel", async () => {
    const file = join(folder, "trace.json");
    expect((await here("inspect", "xor", "--trace", file)).out).toContain(`Wrote ${file}`);
    const { traceEvents } = JSON.parse(readFileSync(file, "utf8")) as {
      traceEvents: { ph: string; cat?: string; name: string; ts: number; dur: number; args: { flop?: number } }[];
    };
    expect(traceEvents.slice(0, 2).map(({ ph, name }) => [ph, name])).toEqual([
      ["M", "process_name"],
      ["M", "thread_name"],
    ]);
    const steps = traceEvents.filter(({ cat }) => cat === "step");
    const kernels = traceEvents.filter(({ ph, cat }) => ph === "X" && cat !== "step");
    expect(steps.length).toBe(5);
    expect(kernels.length % 5).toBe(0);
    // Each lies inside one of the steps.
    for (const { ts, dur } of kernels)
      expect(steps.some((s) => ts >= s.ts && ts + dur <= s.ts + s.dur + 0.001)).toBe(true);
    expect(kernels.filter(({ cat, args }) => cat === "contract" && args.flop! > 0).length).toBeGreaterThan(5);
    expect((await here("inspect", "xor", "--trace", join(folder, "no", "such", "folder.json"))).code).toBe(1);
  });

  it("answers in JSON", async () => {
    const answer = JSON.parse((await here("inspect", "xor", "--batch-size", "2", "--json")).out);
    expect(answer).toMatchObject({ target: "xor", program: "train", batchSize: 2, backend: "wasm" });
    expect(answer.kernels.length).toBeGreaterThan(3);
    expect(answer.measured.length).toBe(answer.kernels.length);
    expect(answer.step).toBeGreaterThan(0);
    expect(answer.memory.arena).toBeGreaterThanOrEqual(answer.memory.liveAtOnce);
  });
});

describe("course", () => {
  it("runs an item of the package in the language of the environment", async () => {
    const { code, out, err } = await nabla("course", "N1", "--language", "ru");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^N1\. Нейрон Маккаллока — Питтса[^]*\n {3}1 {3}1 {3}1 {2}−0\.5 {2}0\n/);
  });
});

describe("doctor and recipes", () => {
  it("tell people and programs", async () => {
    const [doctor, doctorJson] = await Promise.all([nabla("doctor"), nabla("doctor", "--json")]);
    const [recipes, recipesJson] = [await here("list"), await here("recipes", "--json")];
    for (const name of ["Node", "Processor", "SIMD", "Multiply-add", "Threads", "GPU", "Cache"])
      expect(doctor.out).toContain(name);
    expect(JSON.parse(doctorJson.out)).toMatchObject({
      node: process.versions.node,
      simd: true,
      backend: { name: "wasm" },
    });
    expect(JSON.parse(recipesJson.out).map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(["digits-mlp", "mnist-mlp", "xor"]),
    );
    expect(recipes.out).toMatch(/^ {2}S1, N5 +mnist-mlp +All of MNIST/m);
    expect((await here("recipes", "mnist-mlp")).out).toMatch(/accuracy at least 98\.30 % on MNIST/);
    expect((await here("recipes", "xor", "--language", "ru")).out).toMatch(/^Исключающее ИЛИ.*\(xor, N4\)$/m);
  });
});

describe("wrong usage: exit code 2", () => {
  it.each<[RegExp, ...string[]]>([
    [/unknown command 'trian'\n\(Did you mean train\?\)/, "trian"],
    [/train: expected a recipe \("nabla recipes" lists them\) or --data with a table of your own\./, "train"],
    [/unknown recipe "mnist-mpl"\. Did you mean "mnist-mlp"\?/, "train", "mnist-mpl"],
    [/unknown option '--epoch'\n\(Did you mean --epochs\?\)/, "train", "xor", "--epoch", "3"],
    [/'--epochs <count>' argument '-3' is invalid/, "train", "xor", "--epochs", "-3"],
    [/'--epochs <count>' argument 'many' is invalid/, "train", "xor", "--epochs", "many"],
    [/'--batch-size <count>' argument '0' is invalid/, "train", "xor", "--batch-size", "0"],
    [/'--learning-rate <rate>' argument 'NaN' is invalid/, "train", "xor", "--learning-rate", "NaN"],
    [/'--seed <number>' argument '1\.5' is invalid/, "train", "xor", "--seed", "1.5"],
    [/too many arguments/, "train", "xor", "xor"],
    [/an integer from 1 to 10000: for more, .* another --seed/, "generate", xor, "--count", "10001"],
    [/at least one image/, "predict", digits],
    [/or all, got "kernel"/, "inspect", "xor", "--show", "kernel"],
    [/expected a recipe .* got "nothing"/, "inspect", "nothing"],
    [/'--numbers <list>' argument 'a' is invalid/, "predict", xor, "--numbers", "a"],
  ])("%s", (sentence, ...args) => refuses(2, sentence, ...args));

  it("is what the shell sees", async () => {
    const { code, out, err } = await nabla("trian");
    expect([code, out]).toEqual([2, ""]);
    expect(err).toBe((await here("trian")).err);
  });
});

describe("bad input: exit code 1, one sentence", () => {
  it("refuses an output folder that cannot be written, before training", async () => {
    writeFileSync(join(folder, "file"), "");
    mkdirSync(join(folder, "taken", "xor.safetensors"), { recursive: true });
    await refuses(1, /cannot make the folder "file"/, "train", "xor", "--out", "file");
    await refuses(1, /cannot write .*it is a folder/, "train", "xor", "--out", "taken");
    if (process.platform === "linux")
      await refuses(1, /cannot make the folder "\/proc\/nabla"/, "train", "xor", "--out", "/proc/nabla");
  });

  it("refuses data that are not there, empty, or not wanted", async () => {
    const empty = madeUpMnist("empty", { train: 0, test: 0 });
    // A folder that was made for nothing goes when the process ends.
    const missing = await nabla("train", "mnist-mlp", "--data", "nowhere", "--out", "not-made");
    expect(missing.code).toBe(1);
    expect(missing.err).toMatch(/does not hold train-images-idx3-ubyte\.gz, .*put them there/);
    expect(existsSync(join(folder, "not-made"))).toBe(false);
    await refuses(1, /empty/, "train", "mnist-mlp", "--data", empty, "--out", "models");
    await refuses(
      1,
      /expected no --data, since its four points/,
      "train",
      "xor",
      "--data",
      "nowhere",
      "--out",
      "models",
    );
  });

  it("refuses files that are no models and images that are none", async () => {
    writeFileSync(join(folder, "text.png"), "hello");
    const bytes = readFileSync(join(folder, digits));
    writeFileSync(join(folder, "cut.safetensors"), bytes.subarray(0, 5000));
    const hostile = Uint8Array.from(bytes);
    hostile.fill(255, 0, 8);
    writeFileSync(join(folder, "hostile.safetensors"), hostile);
    await refuses(1, /no such file/, "summary", "none.safetensors");
    await refuses(1, /cut\.safetensors.*cut short/, "summary", "cut.safetensors");
    await refuses(1, /hostile\.safetensors/, "evaluate", "hostile.safetensors");
    await refuses(1, /no such file/, "predict", digits, "none.png");
    await refuses(1, /"text\.png" is not an image/, "predict", digits, "text.png");
    await refuses(1, /got model xor of \[2\].*--numbers/, "predict", xor, join("models", "digits-mlp-example.png"));
    await refuses(1, /expected inputs of/, "evaluate", xor, "--on", "digits-mlp", "--tiny");
  });

  it("keeps to 80 columns where there is no terminal", async () => {
    for (const args of [
      ["recipes"],
      ["summary", digits],
      ["summary", xor],
      ["train", "digits-mlp", "--tiny", "--epochs", "1", "--batch-size", "1000", "--out", "narrow"],
    ]) {
      const { code, out } = await here(...args);
      expect(code).toBe(0);
      expect(out.split("\n").filter((line) => line.length > 80)).toEqual([]);
    }
  });

  it("shows the stack trace only when it is asked to", async () => {
    const { code, err } = await here("summary", "none.safetensors", "--debug");
    expect(code).toBe(1);
    expect(err).toMatch(/no such file[^]*\n {4}at /);
  });
});
