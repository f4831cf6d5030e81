// Builds a clone where a source is newer than the build, so that `npx nabla` never runs yesterday's code.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** When the youngest source was written, in milliseconds. */
function newestSource() {
  const files = ["src", "recipes"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => join(root, folder, name)),
  );
  return Math.max(...files.filter((file) => file.endsWith(".ts")).map((file) => statSync(file).mtimeMs));
}

/** True where the build is up to date, if need be after building; false, with the reason on stderr, where that failed. */
export function buildIfStale() {
  const built = join(root, "dist", "src", "cli", "main.js");
  if (existsSync(built) && statSync(built).mtimeMs >= newestSource()) return true;
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  if (!existsSync(compiler)) {
    console.error('nabla is not built: run "npm install" in its folder first.');
    return false;
  }
  console.error("Building nabla, because its sources are newer than its build …");
  const { status } = spawnSync(process.execPath, [join(root, "scripts", "build.mjs")], { stdio: ["ignore", 2, 2] });
  if (status !== 0) console.error("nabla could not be built: the messages above say why.");
  return status === 0;
}
