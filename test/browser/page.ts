// Chromium, and pages of which everything that they say is kept.
import { type Browser, chromium, type Page } from "playwright-core";

/**
 * Since the list of the command line that comes last counts alone, it repeats what Playwright disables for the sake of
 * its own commands. The address bar's popups are two pages that are loaded for each window, hidden, and cost as much
 * as a page of ours.
 */
const disabledFeatures = [
  ...["AvoidUnnecessaryBeforeUnloadCheckSync", "AvoidCorsURLLoaderRestartOnRedirect", "DestroyProfileOnBrowserClose"],
  ...["HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "MediaRouter", "OptimizationHints", "PaintHolding"],
  ...["PreconnectToSearch", "TcpPortRandomizationWin", "ThirdPartyStoragePartitioning"],
  ...["WebUIOmniboxPopup", "WebUIOmniboxAimPopup"],
];

const browserArguments = [
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
  `--disable-features=${disabledFeatures.join(",")}`,
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
