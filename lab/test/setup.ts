// What the lab's tests share: the built site, and a browser.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import type { TestProject } from "vitest/node";
import { type BrowserSearch, findOrInstallBrowser } from "../../test/browser/find.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of the built lab. */
    site: string;
    browser: BrowserSearch;
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), "nabla-lab-"));
  const configFile = fileURLToPath(new URL("../vite.config.ts", import.meta.url));
  // Vitest says that this is a test; what is tested is what is published.
  const environment = process.env["NODE_ENV"];
  process.env["NODE_ENV"] = "production";
  await build({ configFile, logLevel: "error", build: { outDir: folder, emptyOutDir: true } });
  process.env["NODE_ENV"] = environment;
  project.provide("site", folder);
  project.provide("browser", findOrInstallBrowser(process.env));
  return () => rmSync(folder, { recursive: true, force: true });
}
