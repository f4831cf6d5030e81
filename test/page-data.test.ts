// nabla/data in a page: a bundle reads images, sounds and arrays from the page's Files, and gives what Node gives.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { encode as encodePng } from "fast-png";
import { encode as encodeJpeg } from "jpeg-js";
import { chromium } from "playwright-core";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";
import { encodeNpz } from "../src/formats/npz.ts";
import { type GivenFile, readAll } from "./browser/data-program.ts";
import { findBrowser } from "./browser/find.ts";
import { serve } from "./browser/serve.ts";
import { wavFile } from "./wav-files.ts";
import { encodeWebp } from "./webp-files.ts";

const path = findBrowser(process.env);
const source = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Bundles the program as a page's build does, with the decoder's module beside it. */
async function bundleInto(folder: string): Promise<void> {
  const build = await rolldown({
    input: source("browser/data-program.ts"),
    platform: "browser",
    resolve: { alias: { "nabla/data": source("../src/data/index.ts") } },
  });
  await build.write({ dir: folder, format: "es", entryFileNames: "program.js", chunkFileNames: "[name]-[hash].js" });
  await build.close();
  const wasm = createRequire(import.meta.url).resolve("@jsquash/webp/codec/dec/webp_dec.wasm");
  copyFileSync(wasm, join(folder, "webp_dec.wasm"));
  writeFileSync(join(folder, "index.html"), `<!doctype html><meta charset="utf-8"><title>data</title>`);
}

async function givenFiles(): Promise<GivenFile[]> {
  const data = Uint8Array.from({ length: 40 * 30 * 4 }, (_, i) => (i % 4 === 3 ? 255 - (i % 90) : (i * i) % 251));
  const noise = { width: 40, height: 30, data };
  const files: readonly (readonly [string, Uint8Array])[] = [
    ["cat/a.png", encodePng({ ...noise, channels: 4 })],
    ["cat/b.png", encodePng({ ...noise, channels: 4 }, { interlace: "Adam7" })],
    ["cat/c.jpg", encodeJpeg(noise, 80).data],
    ["dog/d.webp", await encodeWebp(noise, { quality: 60 })],
    ["dog/e.webp", await encodeWebp(noise, { lossless: 1 })],
    ["dog/broken.png", Uint8Array.of(1, 2, 3)],
    ["yes/a.wav", wavFile({ sampleRate: 44_100, samples: data.subarray(0, 3000), bits: 8 })],
    ["no/b.wav", wavFile({ samples: data.subarray(0, 300), channels: 2 })],
    ["more/x.npz", encodeNpz({ x: { data: Float32Array.of(1, 2.5), shape: [2], dtype: "float32" } })],
    ["more/table.csv.gz", gzipSync("n,when,kind\n1.5,2024-02-29,b\n,2023-01-01T05:00,a\n0.25,2020-12-31,b\n")],
  ];
  return files.map(([path, bytes]) => ({ path, base64: Buffer.from(bytes).toString("base64") }));
}

test.skipIf(path === undefined)(
  "a page reads the same from Files as Node",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "nabla-page-data-"));
    await bundleInto(folder);
    const server = await serve(folder);
    const browser = await chromium.launch({ executablePath: path!, headless: true, args: ["--no-sandbox"] });
    try {
      const given = await givenFiles();
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("requestfailed", (request) => complaints.push(request.url()));
      await page.goto(`${server.address}/plain/index.html`);
      const program = `import("./program.js").then(({ readAll }) => readAll(${JSON.stringify(given)}))`;
      const inPage = await page.evaluate(program);
      const inNode = await readAll(given);
      expect(inNode).toMatchObject({ classNames: ["cat", "dog"], skipped: [{ path: "dog/broken.png" }] });
      expect(inPage).toEqual(inNode);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
  120_000,
);
