// The frame around the pages: addresses that nobody should write, notices, what is remembered, and use offline.
import { describe, expect, it } from "vitest";
import { pages } from "../src/pages.ts";
import { labTests, visit } from "./visit.ts";

const lab = labTests();

describe.skipIf(lab.isMissing)("the frame", () => {
  it.each(["", "neuron", "activations"])(
    "opens the page “%s” with names in its link that objects have",
    async (name) => {
      const hash = `#/${name}?__proto__=1&constructor=2&toString=3&toString=4`;
      const { page, complaints, close } = await visit(lab.browser, lab.site, hash);
      await page.getByText("cannot read (__proto__, constructor, toString)").waitFor();
      expect(complaints).toEqual([]);
      await close();
    },
  );

  it("says of a link what concerns it, and nothing more on the next page", async () => {
    const { page, complaints, close } = await visit(lab.browser, lab.site, "#/neuron?w1=tall");
    const notice = page.locator("main > [role=status]");
    await notice.getByText("cannot read (w1)").waitFor();
    await page.getByRole("link", { name: "Activations", exact: true }).click();
    await page.getByRole("heading", { name: "Activation functions" }).waitFor();
    expect(await notice.innerText()).toBe("");
    // A page that does not exist leaves nothing in the history to come back to.
    await page.evaluate(() => (location.hash = "#/нейрон"));
    await notice.getByText("There is no page “нейрон”").waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: "Activation functions" }).waitFor();
    expect(await notice.innerText()).toBe("");
    expect(complaints).toEqual([]);
    await close();
  });

  it("moves the name of the page that is open into sight on a phone", async () => {
    const { page, close } = await visit(lab.browser, lab.site, "#/", { language: "ru" });
    await page.setViewportSize({ width: 390, height: 844 });
    const isInSight = (name: string) =>
      page.getByRole("link", { name, exact: true }).evaluate((link) => {
        const [a, row] = [link, link.parentElement!].map((element) => element.getBoundingClientRect());
        return a!.left >= row!.left - 1 && a!.right <= row!.right + 1;
      });
    for (const [name, title] of [
      ["digits", "Цифры"],
      ["neuron", "Нейрон"],
    ] as const) {
      await page.evaluate((name) => (location.hash = `#/${name}`), name);
      await page.locator("nav [aria-current]", { hasText: title }).waitFor();
      await expect.poll(() => isInSight(title)).toBe(true);
    }
    await close();
  });

  it("works where the browser remembers nothing", async () => {
    const { page, complaints, close } = await visit(lab.browser, lab.site, "#/");
    await page.addInitScript(() => {
      Object.defineProperty(window, "localStorage", {
        get() {
          throw new DOMException("denied", "SecurityError");
        },
      });
    });
    await page.reload();
    await page.getByRole("button", { name: "РУ" }).click();
    await page.getByRole("button", { name: "Тёмное оформление" }).click();
    await page.getByRole("button", { name: "Светлое оформление" }).waitFor();
    // The reload broke off what the first visit was still loading.
    expect(complaints.filter((text) => !text.startsWith("request:"))).toEqual([]);
    await close();
  });

  it("says when the engine does not load, and loads it when it is asked again", async () => {
    const { page, close } = await visit(lab.browser, lab.site, "#/");
    const worker = /assets\/worker-/;
    await page.context().route(worker, (route) => route.abort());
    await page.goto(`${lab.site.address}?again#/neuron`);
    await page.getByText("The engine did not load.").waitFor();
    await page.context().unroute(worker);
    await page.getByRole("radio", { name: "XOR" }).check();
    await page.getByText("3 of 4 points are answered rightly").waitFor();
    await close();
  });

  it("opens all pages offline after the first visit, without opening the lab again", async () => {
    const { page, close } = await visit(lab.browser, lab.site, "#/", { serviceWorkers: "allow" });
    await page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");
    await page.context().setOffline(true);
    const heading = page.locator("h1");
    for (const { title } of pages.slice(1)) {
      const before = await heading.textContent();
      await page.locator("header nav").getByRole("link", { name: title.en, exact: true }).click();
      await expect.poll(() => heading.textContent(), { timeout: 30_000 }).not.toBe(before);
      expect(await page.title()).toContain(title.en);
    }
    await close();
  });
});
