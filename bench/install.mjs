// Installs the peers into bench/node_modules when they are missing or not the pinned versions.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = new URL("./", import.meta.url);
const versionsOf = (/** @type {string} */ file) => JSON.parse(readFileSync(new URL(file, here), "utf8"));

function isInstalled([name, version]) {
  try {
    return versionsOf(`node_modules/${name}/package.json`).version === version;
  } catch {
    return false;
  }
}

/** Says whether the peers are there now. npm's own output goes to stderr. */
export function installPeers(/** @type {(text: string) => void} */ progress) {
  if (Object.entries(versionsOf("package.json").dependencies).every(isInstalled)) return true;
  progress("installing the peers into bench/node_modules");
  const npm = spawnSync("npm", ["install", "--no-audit", "--no-fund"], {
    cwd: fileURLToPath(here),
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  return npm.status === 0;
}
