// Every layer whole, with the options and shapes of test/layer-cases/. test/browser-layers.test.ts does it in a page.
import { test } from "vitest";
import { checkLayer } from "./check-layer.ts";
import { layerCases } from "./layer-cases/index.ts";

test.each(Object.entries(layerCases))("%s", (_, layerCase) => checkLayer(layerCase));
