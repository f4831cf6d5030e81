// `nabla new`: the project that it writes installs the packed tarball, compiles, trains and passes its test.
import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, inject, it } from "vitest";

const root = mkdtempSync(join(tmpdir(), "nabla-new-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const env = { ...process.env, NABLA_CACHE: inject("cache") };

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
const run = async (cwd: string, command: string, ...args: string[]): Promise<Outcome> => {
  const shell = process.platform === "win32" && command !== process.execPath;
  return promisify(execFile)(command, args, { cwd, env, shell }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: Outcome) => ({ code, stdout, stderr }),
  );
};
/** The command of the package that lies in a user's project. */
const nabla = (cwd: string, ...args: string[]): Promise<Outcome> =>
  run(cwd, process.execPath, join(inject("project"), "node_modules", "nabla", "bin", "nabla.js"), ...args);
const packageOf = (folder: string) =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    name: string;
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };

describe("nabla new", () => {
  it("writes a project that installs the tarball, compiles, trains and passes its test", async () => {
    const folder = join(root, "My Project");
    const made = await nabla(root, "new", "My Project", "--nabla", inject("tarball"));
    expect(made).toMatchObject({ code: 0, stderr: "" });
    expect(made.stdout).toMatch(/Wrote package\.json, [^]*\n {2}cd 'My Project'\n {2}npm install\n {2}npm start/);
    const { name, dependencies, devDependencies } = packageOf(folder);
    expect(name).toBe("my-project");
    expect(dependencies["nabla"]).toMatch(/^file:\.\.\/.*\.tgz$/);
    // TypeScript and Node's types are those of this repository, so that the test needs no network for them.
    const modules = fileURLToPath(new URL("../node_modules/", import.meta.url));
    const local = Object.keys(devDependencies);
    expect(local).toEqual(["@types/node", "typescript"]);
    const own = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as object;
    writeFileSync(join(folder, "package.json"), JSON.stringify({ ...own, devDependencies: {} }));
    const installed = await run(folder, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund");
    expect(installed.code, installed.stderr).toBe(0);
    mkdirSync(join(folder, "node_modules", "@types"), { recursive: true });
    for (const module of [...local, "undici-types", "@typescript"])
      if (existsSync(join(modules, module)) && !existsSync(join(folder, "node_modules", module)))
        symlinkSync(join(modules, module), join(folder, "node_modules", module), "junction");
    const compiled = await run(folder, process.execPath, join(modules, "typescript", "bin", "tsc"));
    expect(compiled).toEqual({ code: 0, stdout: "", stderr: "" });
    const [trained, tested] = await Promise.all([
      run(folder, process.execPath, "dist/src/train.js"),
      run(folder, process.execPath, "--test", "dist/test/model.test.js"),
    ]);
    expect(Number(/accuracy (\d+\.\d) %/.exec(trained.stdout)?.[1])).toBeGreaterThan(95);
    expect(existsSync(join(folder, "circle.safetensors"))).toBe(true);
    expect(tested.code, tested.stdout).toBe(0);
    expect(tested.stdout).toMatch(/pass 2/);
  }, 120_000);

  it("names as its source what the project of this Nabla does, or the folder that it is in", async () => {
    // A project of its own: other tests use the shared one at the same time.
    const owner = join(root, "owner");
    const modules = join(inject("project"), "node_modules");
    cpSync(join(modules, "nabla"), join(owner, "node_modules", "nabla"), { recursive: true });
    for (const name of readdirSync(modules).filter((name) => name !== "nabla"))
      symlinkSync(realpathSync(join(modules, name)), join(owner, "node_modules", name), "junction");
    const sourceFor = async (dependencies: object, name: string): Promise<string> => {
      writeFileSync(join(owner, "package.json"), JSON.stringify({ private: true, dependencies }));
      const made = await run(owner, process.execPath, "node_modules/nabla/bin/nabla.js", "new", `../made/${name}`);
      expect(made).toMatchObject({ code: 0, stderr: "" });
      return packageOf(join(root, "made", name)).dependencies["nabla"]!;
    };
    expect(await sourceFor({}, "plain")).toBe("file:../../owner/node_modules/nabla");
    expect(await sourceFor({ nabla: "file:../nabla.tgz" }, "tarball")).toBe("file:../../nabla.tgz");
    expect(await sourceFor({ nabla: "github:someone/nabla" }, "git")).toBe("github:someone/nabla");
  });

  it("writes into an empty folder, one with Git in it too, and answers in JSON", async () => {
    const folder = join(root, "empty");
    mkdirSync(join(folder, ".git"), { recursive: true });
    const { stdout } = await nabla(folder, "new", ".", "--json");
    expect((JSON.parse(stdout) as { files: string[] }).files).toContain("src/model.ts");
    expect(readdirSync(folder)).toContain("package.json");
  });

  it("refuses a folder that is not empty, a file, and a missing name", async () => {
    mkdirSync(join(root, "full"));
    writeFileSync(join(root, "full", "notes.txt"), "mine");
    const names = ["full", "full/notes.txt", "full/notes.txt/project"];
    const refusals = names.map((name) => nabla(root, "new", name));
    const [full, file, below, nameless] = await Promise.all([...refusals, nabla(root, "new")]);
    expect(full).toMatchObject({ code: 1, stdout: "" });
    expect(full!.stderr).toMatch(/^error: new: expected a new or empty folder, got "full" with "notes\.txt" in it/);
    expect(readdirSync(join(root, "full"))).toEqual(["notes.txt"]);
    expect(file!.stderr).toMatch(/^error: new: expected a folder, got the file "full\/notes\.txt"\.\n$/);
    expect(nameless!.code).toBe(2);
    expect(below!.code).toBe(1);
    expect(below!.stderr).toMatch(/^error: [^\n]*\.\n$/);
  });
});
