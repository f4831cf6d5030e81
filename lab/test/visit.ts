// Visits to the built lab: a server for its files, and pages of which everything that they say is kept.
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, inject } from "vitest";
import { launch } from "../../test/browser/page.ts";

const contentTypes: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};
const isolation = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/** Answers a request with a file of a folder. Gives the file's bytes. */
export async function answerFile(
  folder: string,
  request: IncomingMessage,
  response: ServerResponse,
  isIsolated: boolean,
): Promise<{ readonly file: string; readonly bytes: Uint8Array } | undefined> {
  const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://here").pathname));
  const file = join(folder, path.endsWith("/") ? `${path}index.html` : path);
  try {
    const bytes = await readFile(file);
    const type = contentTypes[extname(file)] ?? "application/octet-stream";
    response.writeHead(200, { "Content-Type": type, ...(isIsolated && isolation) }).end(bytes);
    return { file, bytes };
  } catch {
    response.writeHead(404).end();
    return undefined;
  }
}

export interface Site {
  readonly address: string;
  /** The bytes of JavaScript that were asked for since the last call, each file after gzip. */
  takeScriptBytes(): number;
  close(): Promise<void>;
}

/** Serves a folder on this machine, with the headers of cross-origin isolation unless `isIsolated` is false. */
export async function serveSite(folder: string, isIsolated = true): Promise<Site> {
  let asked: { readonly file: string; readonly bytes: Uint8Array }[] = [];
  const server = createServer(async (request, response) => {
    const answer = await answerFile(folder, request, response, isIsolated);
    if (answer?.file.endsWith(".js")) asked.push(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    takeScriptBytes() {
      const bytes = asked.reduce((sum, { bytes }) => sum + gzipSync(bytes).length, 0);
      asked = [];
      return bytes;
    },
    close: () => new Promise<void>((resolve) => (server.close(() => resolve()), server.closeAllConnections())),
  };
}

export interface VisitOptions {
  readonly language?: "en" | "ru";
  readonly theme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
  /** A service worker would answer the requests that the tests count. Default: "block". */
  readonly serviceWorkers?: "allow" | "block";
}

export interface LabVisit {
  readonly page: Page;
  /** Errors and warnings of the console, exceptions, and requests without an answer. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

/** Opens a page of the lab, such as "#/neuron", as a visitor who has not been there before. */
export async function visit(browser: Browser, site: Site, hash: string, options: VisitOptions = {}): Promise<LabVisit> {
  const { language = "en", theme = "light", width = 1280, height = 900, serviceWorkers = "block" } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    locale: language === "ru" ? "ru-RU" : "en-GB",
    serviceWorkers,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    // That the visit has no service worker is its own doing.
    if (message.text().startsWith("Service Worker registration blocked")) return;
    if (["error", "warning"].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
  page.on("requestfailed", (request) => complaints.push(`request: ${request.url()} ${request.failure()?.errorText}`));
  await page.goto(`${site.address}${hash}`);
  await page.locator("h1").waitFor();
  return { page, complaints, close: () => context.close() };
}

/**
 * A browser and the served site for the tests of a file. Without a browser the tests fail on CI and are skipped
 * elsewhere.
 */
export function labTests(): { readonly browser: Browser; readonly site: Site; readonly isMissing: boolean } {
  const search = inject("browser");
  const found = { isMissing: "missing" in search } as { browser: Browser; site: Site; isMissing: boolean };
  if ("missing" in search && process.env["CI"]) throw new Error(search.missing);
  beforeAll(async () => {
    if ("missing" in search) return;
    found.site = await serveSite(inject("site"));
    found.browser = await launch(search.path);
  });
  afterAll(async () => {
    await found.browser?.close();
    await found.site?.close();
  });
  return found;
}
