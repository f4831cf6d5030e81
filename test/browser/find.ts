// Finds a Chromium to test in, and installs one where there is none.
import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { chromium } from "playwright-core";

/** The program of a browser, or why there is none. */
export type BrowserSearch = { readonly path: string } | { readonly missing: string };

type Environment = Readonly<Record<string, string | undefined>>;

/** The parts of the machine on which a search depends; tests of the search replace them. */
interface Machine {
  /** Folders of browsers that are not on the PATH. */
  readonly elsewhere: readonly string[];
  readonly root: boolean;
  readonly say: (line: string) => void;
}

const thisMachine = (): Machine => ({
  elsewhere: [...macPrograms, chromium.executablePath()],
  root: process.getuid?.() === 0,
  say: console.log,
});

/**
 * The headless shell is Chromium without its windows and menus, which nobody sees here and which cost as much as a
 * third of the pages.
 */
const names = [
  "chromium-headless-shell",
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "chrome",
  "microsoft-edge",
];
const macPrograms = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** `CHROME_PATH`, else a Chromium or Chrome on the PATH, else the one that Playwright has fetched before. */
export function findBrowser(env: Environment, { elsewhere } = thisMachine()): string | undefined {
  const chosen = env["CHROME_PATH"];
  if (chosen) {
    if (isProgram(chosen)) return chosen;
    throw new Error(`CHROME_PATH names "${chosen}", which is no program that can be run.`);
  }
  return names.map((name) => onPath(name, env)).find((path) => path !== undefined) ?? elsewhere.find(isProgram);
}

/** As {@link findBrowser}; where it finds none, installs Debian's as root, or else Playwright's. */
export function findOrInstallBrowser(env: Environment, machine = thisMachine()): BrowserSearch {
  const found = findBrowser(env, machine);
  if (found !== undefined) return { path: found };
  const failures: string[] = [];
  for (const { name, commands } of installers(env, machine)) {
    machine.say(`No Chromium on this machine; installing ${name}.`);
    try {
      for (const [command, ...args] of commands)
        execFileSync(command, args, {
          env: { ...env, DEBIAN_FRONTEND: "noninteractive" },
          stdio: "pipe",
          timeout: 240_000,
        });
    } catch (error) {
      failures.push(`${name}: ${(error as Error).message.trim()}`);
    }
    const installed = findBrowser(env, machine);
    if (installed !== undefined) return { path: installed };
  }
  return {
    missing: `No Chromium on the PATH or under CHROME_PATH, and none could be installed. ${failures.join(" ")}`,
  };
}

interface Installer {
  readonly name: string;
  readonly commands: readonly (readonly [command: string, ...args: string[]])[];
}

function installers(env: Environment, { root }: Machine): Installer[] {
  const apt = root ? onPath("apt-get", env) : undefined;
  const playwright = join(dirname(createRequire(import.meta.url).resolve("playwright-core/package.json")), "cli.js");
  return [
    ...(apt
      ? ["chromium-headless-shell", "chromium"].map((name) => ({
          name: `Debian's ${name}`,
          commands: [
            [apt, "update"],
            [apt, "install", "-y", "--no-install-recommends", name],
          ] as const,
        }))
      : []),
    { name: "Playwright's chromium", commands: [[process.execPath, playwright, "install", "chromium"]] as const },
  ];
}

function onPath(name: string, env: Environment): string | undefined {
  const file = process.platform === "win32" ? `${name}.exe` : name;
  return (env["PATH"] ?? "")
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, file))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
