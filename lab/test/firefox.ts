// Visits to the built lab in Firefox. No tool drives it: a page of the test's own opens the lab in a frame, looks at it
// as the test asks, and reports what it saw.
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answerFile } from "./visit.ts";

const isInstalled = (): boolean => {
  try {
    execFileSync("firefox-esr", ["--version"], { stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
};

/** Debian's Firefox, installed where there is none and where that is possible. */
export function findFirefox(): boolean {
  if (isInstalled()) return true;
  try {
    console.log("No Firefox on this machine; installing Debian's.");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    execFileSync("apt-get", ["update"], { stdio: "pipe", env, timeout: 120_000 });
    execFileSync("apt-get", ["install", "-y", "--no-install-recommends", "firefox-esr"], {
      stdio: "pipe",
      env,
      timeout: 240_000,
    });
  } catch (error) {
    console.warn(`Firefox could not be installed: ${(error as Error).message.split("\n")[0]}`);
  }
  return isInstalled();
}

/** What a look at a page has in its hands, in Firefox. */
export interface Sight {
  /** The lab's document. */
  readonly document: Document;
  /** Asks again and again, until the answer is something. */
  until<T>(ask: () => T | undefined | null | false): Promise<T>;
}

/** What Firefox says of a page. */
export interface Report<T> {
  readonly title: string;
  readonly isIsolated: boolean;
  readonly errors: readonly string[];
  readonly seen: T;
}

export interface Firefox {
  /** Opens a page such as "#/neuron" and looks at it. `look` runs in Firefox, so it can use nothing from around it. */
  see<T>(hash: string, look: (sight: Sight) => T | Promise<T>): Promise<Report<T>>;
  close(): void;
}

const watcher = `<!doctype html><meta charset="utf-8"><title>watcher</title>
<script type="module">
const until = async (ask) => {
  for (let i = 0; i < 1200; i++) {
    const seen = ask();
    if (seen) return seen;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("waited for " + ask + " in vain: " + document.querySelector("iframe").contentDocument.body.innerText);
};
for (;;) {
  const { hash, look } = await (await fetch("./next")).json();
  const frame = Object.assign(document.createElement("iframe"), { width: 1200, height: 900 });
  document.body.replaceChildren(frame);
  const errors = [];
  const report = { title: "", isIsolated: false, errors, seen: undefined };
  try {
    frame.src = "./index.html" + hash;
    await until(() => frame.contentDocument?.querySelector("h1"));
    frame.contentWindow.addEventListener("error", (event) => errors.push(String(event.message)));
    report.title = frame.contentDocument.title;
    report.isIsolated = frame.contentWindow.crossOriginIsolated;
    report.seen = await new Function("return " + look)()({ document: frame.contentDocument, until });
  } catch (error) {
    errors.push(String(error));
  }
  await fetch("./report", { method: "POST", body: JSON.stringify(report) });
}
</script><body></body>`;

/** Starts Firefox with the site of a folder. */
export async function openFirefox(site: string): Promise<Firefox> {
  const folder = mkdtempSync(join(tmpdir(), "nabla-firefox-"));
  const copy = join(folder, "site");
  cpSync(site, copy, { recursive: true });
  writeFileSync(join(copy, "watcher.html"), watcher);
  let task: string | undefined;
  let asking: ServerResponse | undefined;
  let told: (report: Report<never>) => void = () => undefined;
  /** The watcher's question for something to do is answered once there is something. */
  const answer = (): void => {
    if (task === undefined || asking === undefined) return;
    asking.writeHead(200, { "Content-Type": "application/json" }).end(task);
    task = asking = undefined;
  };
  const server = createServer((request, response) => {
    if (request.url === "/next") {
      asking = response;
      return answer();
    }
    if (request.method !== "POST") return void answerFile(copy, request, response, true);
    let text = "";
    request.on("data", (part) => (text += part));
    request.on("end", () => {
      response.end();
      told(JSON.parse(text) as Report<never>);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/watcher.html`;
  const env = { ...process.env, HOME: folder, MOZ_HEADLESS: "1" };
  const firefox = spawn("firefox-esr", ["--headless", "--no-remote", "--profile", folder, address], {
    env,
    stdio: "ignore",
  });
  return {
    see: (hash, look) =>
      new Promise((resolve) => {
        told = resolve;
        task = JSON.stringify({ hash, look: String(look) });
        answer();
      }),
    close() {
      firefox.kill("SIGKILL");
      server.close();
      server.closeAllConnections();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
