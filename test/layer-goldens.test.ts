// Layers against PyTorch's values and gradients. test/browser-layers.test.ts does it in a page.
import { readFileSync } from "node:fs";
import { test } from "vitest";
import { checkGolden, goldenName, type LayerGolden } from "./layer-goldens.ts";

const file = new URL("./goldens/nn.json", import.meta.url);
const goldens = (JSON.parse(readFileSync(file, "utf8")) as { cases: LayerGolden[] }).cases;

test.each(goldens.map((golden, i) => [goldenName(golden, i), golden] as const))("%s", (_, golden) =>
  checkGolden(golden),
);
