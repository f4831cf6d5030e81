// The page of digits: what it trains is what Nabla trains in Node, to the last bit, and it reads what is drawn.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadModel, softmax, tensor } from "nabla";
import { digits } from "nabla/data";
import type { Page } from "playwright-core";
import { describe, expect, inject, it } from "vitest";
import { drawings } from "../../recipes/course/strokes.ts";
import { numeral } from "../../recipes/tools/part.ts";
import { compileNetwork, makeNetwork } from "../src/pages/digits/network.ts";
import { unpackDigits } from "../src/pages/digits/packed.ts";
import type { Settings } from "../src/pages/digits/settings.ts";
import { bitmapOf, readStrokes, type Stroke, writeStrokes } from "../src/pages/digits/strokes.ts";
import { labTests, visit } from "./visit.ts";

const lab = labTests();
const settings = { net: "mlp", epochs: 2, batch: 64, rate: 0.002, optimizer: "adam", seed: 7, distort: false } as const;

/** The same program in Node. */
async function trainHere(settings: Settings) {
  const { train, test } = await digits();
  const model = compileNetwork(makeNetwork(settings), settings);
  const { epochs, batch, seed } = settings;
  const { epochs: records } = await model.fit(train, { epochs, batchSize: batch, seed, verbose: 0 });
  return { model, records, test, exam: await model.evaluate(test) };
}

const shown = async (page: Page): Promise<number[]> =>
  page.getByRole("meter").evaluateAll((meters) => meters.map((meter) => Number(meter.getAttribute("aria-valuenow"))));

const strokesOf = (lines: (typeof drawings)[number]["lines"]): Stroke[] =>
  lines.map((line) => line.flatMap(([x, y]) => [x / 28, y / 28]));

const image = (bytes: Uint8Array) => tensor(Float32Array.from(bytes), { shape: [1, 28, 28] }).mul(1 / 255);

describe("the file of digits", () => {
  it("holds what Nabla's own split holds, in at most 2 MB", async () => {
    const file = readFileSync(join(inject("site"), "digits.bin"));
    expect(file.length).toBeLessThan(2e6);
    const packed = await unpackDigits(Uint8Array.from(file).buffer);
    const { train, test } = await digits();
    expect(Buffer.compare(packed.train.pixels, train.inputs.array.data as Uint8Array)).toBe(0);
    expect(Buffer.compare(packed.train.labels, train.targets.array.data as Uint8Array)).toBe(0);
    expect(Buffer.compare(packed.test.pixels, test.inputs.array.data as Uint8Array)).toBe(0);
    expect(Buffer.compare(packed.test.labels, test.targets.array.data as Uint8Array)).toBe(0);
  });

  it("that is damaged is refused", async () => {
    await expect(unpackDigits(new ArrayBuffer(1000))).rejects.toThrow("digits.bin");
  });
});

describe("a drawing", () => {
  const pen = 0.08;

  it.each(drawings)("of a $digit becomes an image as MNIST's: 20 pixels, its centre in the middle", ({ lines }) => {
    const small = strokesOf(lines).map((stroke) => stroke.map((v, i) => 0.45 * v + (i % 2 === 0 ? 0.5 : 0.03)));
    for (const strokes of [strokesOf(lines), small]) {
      const bitmap = bitmapOf(strokes, pen);
      let [sum, x, y] = [0, 0, 0];
      const lit = { rows: new Set<number>(), columns: new Set<number>() };
      bitmap.forEach((grey, i) => {
        sum += grey;
        x += grey * ((i % 28) + 0.5);
        y += grey * (Math.floor(i / 28) + 0.5);
        if (grey > 127) lit.rows.add(Math.floor(i / 28)), lit.columns.add(i % 28);
      });
      expect(Math.abs(x / sum - 14)).toBeLessThan(0.3);
      expect(Math.abs(y / sum - 14)).toBeLessThan(0.3);
      const longer = Math.max(lit.rows.size, lit.columns.size);
      expect(longer).toBeGreaterThanOrEqual(19);
      expect(longer).toBeLessThanOrEqual(21);
    }
  });

  it("is the same after it has been in an address", () => {
    const strokes = strokesOf(drawings[4]!.lines);
    const again = readStrokes(writeStrokes(strokes))!;
    expect(again.map(({ length }) => length)).toEqual(strokes.map(({ length }) => length));
    again.flat().forEach((v, i) => expect(v).toBeCloseTo(strokes.flat()[i]!, 2));
    for (const broken of ["A", "AAAA", "!!!", ".", "AAA.", "A".repeat(6000)])
      expect(readStrokes(broken)).toBeUndefined();
  });

  it("may be empty, a dot, or fill the pad", () => {
    expect(bitmapOf([], pen).every((grey) => grey === 0)).toBe(true);
    for (const strokes of [[[0.5, 0.5]], [[0, 0, 1, 1]], [[1, 1]]])
      expect(Math.max(...bitmapOf(strokes, pen))).toBeGreaterThan(200);
  });
});

describe.skipIf(lab.isMissing)("the page", () => {
  it("trains what Nabla trains in Node, reads what is drawn, and saves and opens the network", async () => {
    const { page, complaints, close } = await visit(lab.browser, lab.site, "#/digits?epochs=2&seed=7");
    await page.getByText("The network is untrained").waitFor();
    const before = await shown(page);
    expect(before).toHaveLength(10);
    expect(before.reduce((sum, p) => sum + p, 0)).toBeCloseTo(100, 0);
    await page.getByRole("button", { name: "Train", exact: true }).click();
    const here = await trainHere(settings);
    await page.getByText(/^Epochs: 2, [0-9.]+\ss each/).waitFor();
    const right = (100 * Number(here.exam.accuracy)).toFixed(1);
    await page.getByText(`${right} % are read rightly`).waitFor();

    // The table has what the history of Node's run has.
    await page.getByText("The numbers", { exact: true }).click();
    const rows = await page.getByRole("region", { name: "Loss and accuracy" }).locator("tbody tr").allTextContents();
    expect(rows).toHaveLength(2);
    here.records.forEach(({ loss, accuracy }, i) => {
      expect(rows[i]).toContain(loss.toFixed(4));
      expect(rows[i]).toContain((100 * Number(accuracy)).toFixed(2));
    });

    // The file holds the same bits.
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save the network" }).click();
    const file = readFileSync(await (await download).path());
    const [saved, own] = [await (await loadModel(file)).getWeights(), await here.model.getWeights()];
    expect(Object.keys(saved)).toEqual(Object.keys(own));
    for (const [name, { data }] of Object.entries(own)) expect(saved[name]!.data).toEqual(data);

    // A drawing, by pointer; what the page says is what Nabla says here to the same strokes.
    const { lines, digit } = drawings[5]!;
    const pad = page.getByRole("application", { name: "Pad" });
    await page.getByRole("button", { name: "Clear" }).click();
    await pad.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await pad.boundingBox())!;
    for (const line of lines)
      for (const [i, [px, py]] of line.entries()) {
        await page.mouse.move(x + (px / 28) * width, y + (py / 28) * height, { steps: i === 0 ? 1 : 8 });
        if (i === 0) await page.mouse.down();
      }
    await page.mouse.up();
    const answer = async (strokes: readonly Stroke[]): Promise<number[]> =>
      softmax(await here.model.predict(await image(bitmapOf(strokes, 0.08)).array<3>()))
        .at(0)
        .array<1>();
    let expected: number[] = [];
    // The address follows the hand after a moment, and keeps a 511th of the pad's width.
    await expect
      .poll(
        async () => {
          const written = new URLSearchParams(new URL(page.url()).hash.split("?")[1]).get("draw");
          if (!written) return 100;
          expected = await answer(readStrokes(written)!);
          const percents = await shown(page);
          return Math.max(...percents.map((p, i) => Math.abs(p - 100 * expected[i]!)));
        },
        { timeout: 20_000 },
      )
      .toBeLessThan(3);
    expect(expected.indexOf(Math.max(...expected))).toBe(digit);
    // An address of a moment ago may have been near enough: the last one follows within a tenth of a second or two.
    await page.waitForTimeout(500);
    const link = page.url();
    expected = await answer(readStrokes(new URLSearchParams(new URL(link).hash.split("?")[1]).get("draw")!)!);

    // A file that is no network changes nothing; the saved one comes back with its answers.
    const field = page.getByLabel("Open a network");
    await field.setInputFiles({ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no network") });
    await page.getByText("“notes.txt” is not a network that Nabla saved.").waitFor();
    const spoilt = Buffer.from(file);
    const data = 8 + Number(file.readBigUInt64LE(0));
    for (let at = data; at < file.length; at += 4) spoilt.writeFloatLE(1e38, at);
    await field.setInputFiles({ name: "spoilt.safetensors", mimeType: "", buffer: spoilt });
    await page.getByText("The weights of “spoilt.safetensors” are no finite numbers").waitFor();
    await page.getByText(`${right} % are read rightly`).waitFor();

    // Who looks at another page and comes back finds the network, its settings and the drawing.
    await page.getByRole("link", { name: "Neuron" }).click();
    await page.getByRole("heading", { level: 1, name: "Neuron" }).waitFor();
    await page.getByRole("link", { name: "Digits" }).click();
    await page.getByText(`${right} % are read rightly`).waitFor();
    await page.waitForFunction((hash) => location.hash === hash, new URL(link).hash);
    expect(complaints).toEqual([]);
    await close();

    const other = await visit(lab.browser, lab.site, new URL(link).hash);
    // The link says that its network was trained, and trains the same one.
    await other.page.getByText("This link is of a trained network (epochs: 2)").waitFor();
    await other.page.getByRole("button", { name: "Train as linked (epochs: 2)" }).click();
    await other.page.getByText(`${right} % are read rightly`).waitFor();
    await other.page.getByLabel("Open a network").setInputFiles({
      name: "mine.safetensors",
      mimeType: "application/octet-stream",
      buffer: file,
    });
    await other.page.getByText(`The network of mine.safetensors: it reads ${right} %`).waitFor();
    const rounded = expected.map((p) => Number((100 * p).toFixed(1)));
    await expect.poll(() => shown(other.page)).toEqual(rounded);
    expect(await other.page.locator("pre").first().textContent()).toContain('(await loadModel("mine.safetensors"))');
    expect(other.complaints).toEqual([]);
    await other.close();
  }, 180_000);

  it("stops, goes on, and says when the learning rate is too large", async () => {
    const { page, complaints, close } = await visit(
      lab.browser,
      lab.site,
      "#/digits?net=linear&epochs=60&optimizer=sgd&rate=0.1&batch=16",
    );
    await page.getByText("The network is untrained").waitFor();
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await page.getByRole("progressbar").waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Go on" }).click();
    // The network is a new one, and no link's promise, however many epochs ended while it was reset.
    await page.getByText(/^Epoch (?!1,)/).waitFor();
    await page.getByRole("button", { name: "Reset" }).click();
    await page.getByText("The network is untrained").waitFor();
    await expect.poll(() => page.evaluate(() => location.hash)).not.toContain("trained");
    await close();

    // The first step whose loss is far beyond that of guessing, in the page and here.
    const wildSettings = { ...settings, optimizer: "sgd", rate: 10, seed: 1, epochs: 1 } as const;
    const model = compileNetwork(makeNetwork(wildSettings), wildSettings);
    let [step, loss, sum] = [0, 0, 0];
    await model.fit((await digits()).train, {
      ...{ batchSize: 64, seed: 1, verbose: 0 },
      callbacks: [
        {
          onBatchEnd(progress, run) {
            [step, loss] = [progress.step, progress.loss * progress.step - sum];
            sum += loss;
            if (loss > 10) run.stop("it jumped");
          },
        },
      ],
    });
    const wild = await visit(lab.browser, lab.site, "#/digits?optimizer=sgd&rate=10&epochs=1");
    await wild.page.getByText("The network is untrained").waitFor();
    await wild.page.getByRole("button", { name: "Train", exact: true }).click();
    await wild.page.getByText(`at step ${step} of epoch 1 it was ${numeral(loss)}`).waitFor();
    await wild.page.getByRole("button", { name: "Go back: learning rate 1" }).click();
    await wild.page.getByText("The network is untrained").waitFor();
    await wild.page.waitForFunction(() => location.hash.includes("rate=1"));
    expect([...complaints, ...wild.complaints]).toEqual([]);
    await wild.close();
  }, 180_000);

  it("tries again when the digits did not load", async () => {
    const { page, close } = await visit(lab.browser, lab.site, "#/");
    await page.route(/digits\.bin/, (route) => route.abort());
    await page.getByRole("link", { name: "Digits", exact: true }).first().click();
    await page.getByText("The digits did not load.").waitFor();
    await page.unroute(/digits\.bin/);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("The network is untrained").waitFor();
    expect(await page.getByRole("alert").filter({ hasText: "did not load" }).count()).toBe(0);
    await close();
  });

  it("is drawn on by keys, and shows what is read as what", async () => {
    const { page, complaints, close } = await visit(lab.browser, lab.site, "#/digits?digit=3&draw=!!&seed=2");
    await page.getByText("cannot read (draw)").waitFor();
    await page.getByText("The network is untrained").waitFor();
    const first = await shown(page);
    await page.getByRole("application", { name: "Pad" }).focus();
    await page.keyboard.press("Delete");
    await page.getByText("Draw a digit", { exact: true }).waitFor();
    await page.keyboard.press("Space");
    for (let i = 0; i < 10; i++) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Space");
    await page.waitForFunction(() => location.hash.includes("draw=") && location.hash.includes("digit=-1"));
    expect(await shown(page)).not.toEqual(first);

    // The rows of the confusion matrix count the held-out digits of each kind.
    const { test } = await digits();
    const labels = test.targets.array.data as Uint8Array;
    const row = page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: "4", exact: true }) });
    const cells = (await row.getByRole("button").allTextContents()).map(Number);
    expect(cells.reduce((sum, n) => sum + n, 0)).toBe(labels.reduce((n, label) => n + Number(label === 4), 0));
    await row.getByRole("button").first().click();
    await page.waitForFunction(() => location.hash.includes("pair=4"));

    // The course's own files find the digits in the page too.
    await page.getByText("A convolutional network, layer by layer").click();
    await page.getByText("A convolutional network (CNN) learns its kernels itself").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});
