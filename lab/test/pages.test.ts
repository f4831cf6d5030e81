// What holds for every page of the lab: it opens in both languages and themes without a complaint, anybody can use it,
// and it stays small.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { pages } from "../src/pages.ts";
import { labTests, visit } from "./visit.ts";

const lab = labTests();
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const allowedScriptBytes = 250 * 1024;
/** Scenes that are loaded when they are opened. */
const scenes = ["neuron?scene=kinds", "neuron?scene=model", "neuron?scene=hebb"];
const visits = [
  ...pages.map(({ name, title }) => ({ name, title })),
  ...scenes.map((name) => ({ name, title: pages.find((page) => name.startsWith(`${page.name}?`))!.title })),
];

/** Lets the first answers of the worker arrive and the formulas be set. */
const settled = async (page: Page): Promise<void> => {
  await page.waitForLoadState("networkidle");
  await page.waitForFunction(() => !document.querySelector(".loading"));
};

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const results = await page.evaluate(() => (globalThis as any).axe.run(document, { resultTypes: ["violations"] }));
  return results.violations.flatMap(
    ({ id, nodes }: { id: string; nodes: { target: string[]; failureSummary: string }[] }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary.replace(/\s+/g, " ")}`),
  );
}

describe.skipIf(lab.isMissing).each(visits)("page “$name”", ({ name, title }) => {
  it("opens with little code, in both languages, wide and narrow, light and dark", async () => {
    lab.site.takeScriptBytes();
    const { page, complaints, close } = await visit(lab.browser, lab.site, `#/${name}`);
    await settled(page);
    const bytes = lab.site.takeScriptBytes();
    console.log(`page "${name}": ${(bytes / 1024).toFixed(0)} KB of JavaScript after gzip`);
    expect(bytes).toBeLessThan(allowedScriptBytes);
    expect(bytes).toBeGreaterThan(10_000);
    for (const [language, colorScheme, width] of [
      ["en", "light", 1280],
      ["en", "dark", 390],
      ["ru", "dark", 390],
      ["ru", "light", 1280],
    ] as const) {
      // Without motion: colours that are on their way to a theme are of neither.
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 900 });
      await page.waitForFunction((theme) => document.documentElement.dataset["theme"] === theme, colorScheme);
      await page.locator(`.languages [lang=${language}]`).click();
      await page.waitForFunction((language) => document.documentElement.lang === language, language);
      await settled(page);
      if (name !== "") expect(await page.title()).toContain(title[language]);
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(tooWide, `${language}, wider than ${width} pixels`).toBeLessThanOrEqual(0);
      // Each language, theme and width once: what axe-core finds depends on one of them at a time.
      if ((language === "en") === (colorScheme === "light"))
        expect(await violations(page), `${language}, ${colorScheme}, ${width} pixels wide`).toEqual([]);
    }
    expect(complaints).toEqual([]);
    await close();
  });
});

it("has types that agree", () => {
  const folder = fileURLToPath(new URL("..", import.meta.url));
  const package_ = createRequire(import.meta.url).resolve("svelte-check/package.json");
  const checker = join(dirname(package_), "bin", "svelte-check");
  const { stdout, status } = spawnSync(
    process.execPath,
    [checker, "--tsgo", "--fail-on-warnings", "--output", "machine"],
    {
      cwd: folder,
      encoding: "utf8",
    },
  );
  expect(stdout.split("\n").filter((line) => / (ERROR|WARNING) /.test(line))).toEqual([]);
  expect(status).toBe(0);
}, 240_000);

describe.skipIf(lab.isMissing)("addresses", () => {
  it("open the first page for a page that does not exist, and say so", async () => {
    const { page, complaints, close } = await visit(lab.browser, lab.site, "#/nowhere?x=1");
    await page.getByText("There is no page “nowhere”").waitFor();
    await page.waitForFunction(() => location.hash === "#/");
    expect(complaints).toEqual([]);
    await close();
  });

  it("keep the language that is chosen", async () => {
    const { page, close } = await visit(lab.browser, lab.site, "#/neuron");
    await page.getByRole("button", { name: "РУ" }).click();
    await page.waitForFunction(() => location.hash.includes("lang=ru"));
    expect(await page.title()).toContain("Нейрон");
    await close();
    const other = await visit(lab.browser, lab.site, "#/neuron?lang=ru");
    expect(await other.page.title()).toContain("Нейрон");
    await other.close();
  });
});

it.skipIf(lab.isMissing)("works without a network after the first visit", async () => {
  const { page, close } = await visit(lab.browser, lab.site, "#/neuron", { serviceWorkers: "allow" });
  const isKept = async (): Promise<boolean> =>
    (await navigator.serviceWorker.getRegistration())?.active?.state === "activated";
  while (!(await page.evaluate(isKept))) await page.waitForTimeout(100);
  await page.context().setOffline(true);
  await page.reload();
  await page.getByText(/points are answered rightly/).waitFor();
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await close();
});
