// `nabla new <folder>`: writes a small project that runs.
import { existsSync, promises as fs } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { FileError, quote } from "../../errors.ts";
import { fileError, makeFolder, writeFileAtomic } from "../../io/files.ts";
import { type AnswerOptions, path, withAnswerOptions, withExamples } from "../arguments.ts";
import { packageRoot } from "../own-package.ts";
import { projectFiles } from "../project-files.ts";
import { say, sayJson, shellWord } from "../terminal.ts";

interface NewOptions extends AnswerOptions {
  readonly nabla?: string;
}

export function addNew(program: Command): void {
  const command = program
    .command("new")
    .summary("write a small project to begin with")
    .description(
      "Writes a project in TypeScript that runs: a model, its training, a test, and a README. The folder must be new " +
        "or empty. Nabla is installed into the project from where it was installed for this command.",
    )
    .argument("<folder>", "the project's folder", path)
    .option("--nabla <source>", "where npm finds Nabla: a tarball, a folder, an address");
  withAnswerOptions(command).action(writeProject);
  withExamples(command, [
    ["nabla new my-project", "then: cd my-project, npm install, npm start"],
    ["nabla new my-project --nabla ../nabla-0.1.0.tgz", "with a tarball of Nabla"],
  ]);
}

const require = createRequire(import.meta.url);

async function writeProject(folder: string, { json, nabla }: NewOptions): Promise<void> {
  const root = resolve(folder);
  const isNew = await checkEmpty(folder);
  const { devDependencies } = require("nabla/package.json") as { devDependencies: Record<string, string> };
  const files = projectFiles({
    name: packageName(basename(root)),
    nabla: nabla === undefined ? sourceOfNabla(root) : asDependency(nabla, root),
    typescript: devDependencies["typescript"]!,
    nodeTypes: devDependencies["@types/node"]!,
  });
  try {
    for (const [file, text] of Object.entries(files)) {
      await makeFolder(dirname(join(root, file)));
      await writeFileAtomic(join(root, file), new TextEncoder().encode(text));
    }
  } catch (error) {
    // The folder was empty: all that is in it now was written here.
    if (isNew) await fs.rm(root, { recursive: true, force: true });
    else await Promise.all(Object.keys(files).map((file) => fs.rm(join(root, file), { force: true })));
    throw error;
  }
  if (json) return sayJson({ folder: root, files: Object.keys(files) });
  say(`Wrote ${Object.keys(files).join(", ")}.\n\nNext:`);
  const steps = [
    ...(root === process.cwd() ? [] : [`cd ${shellWord(folder)}`]),
    "npm install",
    "npm start",
    "npm test",
  ];
  for (const step of steps) say(`  ${step}`);
}

/** True if the folder does not exist yet. Throws {@link FileError} if there is anything in it but Git's own folder. */
async function checkEmpty(folder: string): Promise<boolean> {
  const names = await fs.readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    if (error.code === "ENOTDIR") throw new FileError(`new: expected a folder, got the file ${quote(folder, 200)}.`);
    throw fileError("read the folder", folder, error);
  });
  const other = names?.find((name) => name !== ".git");
  if (other === undefined) return names === null;
  throw new FileError(
    `new: expected a new or empty folder, got ${quote(folder, 200)} with ${quote(other)} in it; try another name.`,
  );
}

/** A name that npm takes: small letters, digits, and "-", "_", "." between them. */
function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[-._]+|[-._]+$/g, "");
  return name === "" || name === "nabla" || name === "node_modules" ? "my-project" : name.slice(0, 100);
}

/**
 * Where this Nabla came from, as a dependency of a project: the clone that it runs in; what the project that it is
 * installed in says; or the folder that it is installed in.
 */
function sourceOfNabla(root: string): string {
  const own = packageRoot;
  const owner = dirname(dirname(own));
  const isInstalled = basename(dirname(own)) === "node_modules" && existsSync(join(owner, "package.json"));
  const given = isInstalled ? dependencyOf(owner) : undefined;
  if (given === undefined) return `file:${slashed(relative(root, own))}`;
  const [, file] = /^file:(?:\/\/)?(.*)$/.exec(given) ?? [];
  return file === undefined ? given : `file:${slashed(relative(root, resolve(owner, file)))}`;
}

function dependencyOf(project: string): string | undefined {
  const { dependencies, devDependencies } = require(join(project, "package.json")) as Record<
    string,
    Record<string, string> | undefined
  >;
  return dependencies?.["nabla"] ?? devDependencies?.["nabla"];
}

/** What a user names as the source: a path relative to where the command runs, or anything else that npm takes. */
const asDependency = (source: string, root: string): string =>
  existsSync(source) ? `file:${slashed(relative(root, resolve(source)))}` : source;

const slashed = (path: string): string => path.replaceAll("\\", "/");
