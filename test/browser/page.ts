// Chromium, and pages of which everything that they say is kept.
import { type Browser, chromium, type Page } from "playwright-core";

const browserArguments = [
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
];

/** Starts the browser at a path. */
export const launch = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, headless: true, args: browserArguments });

export interface Visit {
  readonly page: Page;
  /** Errors and warnings of the console, exceptions, and requests without an answer. */
  readonly complaints: readonly string[];
  /** The other messages of the console. */
  readonly remarks: readonly string[];
}

/** Opens an address in a new page. */
export async function open(browser: Browser, address: string): Promise<Visit> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  const remarks: string[] = [];
  page.on("console", (message) =>
    ["error", "warning"].includes(message.type())
      ? complaints.push(`console: ${message.text()}`)
      : remarks.push(message.text()),
  );
  page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
  page.on("requestfailed", (request) => complaints.push(`request: ${request.url()} ${request.failure()?.errorText}`));
  await page.goto(address);
  return { page, complaints, remarks };
}
