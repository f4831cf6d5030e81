// The built lab in Firefox: a page of the test's own opens it in a frame and reports what it saw. Firefox computes the
// bits of Nabla in Node.
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { neuron } from "../src/pages/neuron/engine.ts";
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
function findFirefox(): boolean {
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

/** What the page of the test says of the lab. */
interface Report {
  readonly title: string;
  readonly isIsolated: boolean;
  readonly score: string;
  readonly shades: readonly number[];
  readonly errors: readonly string[];
}

const watcher = `<!doctype html><meta charset="utf-8"><title>watcher</title><iframe width="1200" height="900"></iframe>
<script type="module">
const frame = document.querySelector("iframe");
const errors = [];
const until = async (look) => {
  for (let i = 0; i < 1200; i++) {
    const seen = look();
    if (seen) return seen;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("waited for " + look + " in vain: " + frame.contentDocument?.body?.innerText.slice(0, 300));
};
const report = { title: "", isIsolated: false, score: "", shades: [], errors };
try {
  frame.src = "./index.html#/neuron?lang=en&f=sigmoid&w1=1.3&w2=-0.7&b=0.2";
  await until(() => frame.contentDocument?.querySelector("h1"));
  frame.contentWindow.addEventListener("error", (event) => errors.push(String(event.message)));
  report.title = frame.contentDocument.title;
  report.isIsolated = frame.contentWindow.crossOriginIsolated;
  report.score = await until(() => /[0-9] of 4 points are answered rightly/.exec(frame.contentDocument.body.innerText)?.[0]);
  const canvas = await until(() => [...frame.contentDocument.querySelectorAll("canvas")].find((c) => c.width === 120));
  report.shades = [...canvas.getContext("2d").getImageData(0, 0, 120, 120).data];
} catch (error) {
  errors.push(String(error));
}
await fetch("./report", { method: "POST", body: JSON.stringify(report) });
</script>`;

async function visitWithFirefox(site: string): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), "nabla-firefox-"));
  const copy = join(folder, "site");
  cpSync(site, copy, { recursive: true });
  writeFileSync(join(copy, "watcher.html"), watcher);
  let told: (report: Report) => void = () => undefined;
  const report = new Promise<Report>((resolve) => (told = resolve));
  const server = createServer((request, response) => {
    if (request.method !== "POST") return void answerFile(copy, request, response, true);
    let text = "";
    request.on("data", (part) => (text += part));
    request.on("end", () => {
      response.end();
      told(JSON.parse(text) as Report);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/watcher.html`;
  const env = { ...process.env, HOME: folder, MOZ_HEADLESS: "1" };
  const firefox = spawn("firefox-esr", ["--headless", "--no-remote", "--profile", folder, address], {
    env,
    stdio: "ignore",
  });
  try {
    return await report;
  } finally {
    firefox.kill("SIGKILL");
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const hasFirefox = findFirefox();

describe.skipIf(!hasFirefox)("in Firefox", () => {
  it("shows the page of the neuron, isolated and with the bits of Node", async () => {
    const { title, isIsolated, score, shades, errors } = await visitWithFirefox(inject("site"));
    expect(errors).toEqual([]);
    expect(title).toContain("Neuron");
    expect(isIsolated).toBe(true);
    const answer = await neuron(
      { weights: [1.3, -0.7, 0.2, 0], activation: "sigmoid" },
      [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ],
      [-0.75, 2.25, -0.75, 2.25],
      120,
    );
    const right = answer.z.filter((z, i) => z > 0 === (i === 3)).length;
    expect(score).toBe(`${right} of 4 points are answered rightly`);
    // The colours are those of 256 levels: the same level in each pixel means the same colour in each.
    const level = (v: number): number => Math.round((v + 1) * 127.5);
    const colours = new Map<number, string>();
    for (const [i, v] of answer.shades.entries()) {
      const colour = shades.slice(4 * i, 4 * i + 3).join();
      const known = colours.get(level(v));
      if (known === undefined) colours.set(level(v), colour);
      else expect(colour).toBe(known);
    }
    expect(new Set(colours.values()).size).toBeGreaterThan(40);
  }, 240_000);
});
