// Every layer with its options, for checkLayer: in Node and in a page.
import type { LayerCases } from "../check-layer.ts";
import { attentionCases } from "./attention.ts";
import { convolutionCases } from "./convolution.ts";
import { coreCases } from "./core.ts";
import { embeddingCases } from "./embedding.ts";
import { imagesCases } from "./images.ts";
import { mergingCases } from "./merging.ts";
import { noiseCases } from "./noise.ts";
import { normalizationCases } from "./normalization.ts";
import { poolingCases } from "./pooling.ts";
import { preprocessingCases } from "./preprocessing.ts";
import { recurrentCases } from "./recurrent.ts";
import { reshapingCases } from "./reshaping.ts";
import { transformerCases } from "./transformer.ts";

/** The cases by name. A recurrent cell is checked in a recurrent layer. */
export const layerCases: LayerCases = {
  ...coreCases,
  ...embeddingCases,
  ...convolutionCases,
  ...poolingCases,
  ...recurrentCases,
  ...attentionCases,
  ...transformerCases,
  ...normalizationCases,
  ...noiseCases,
  ...reshapingCases,
  ...mergingCases,
  ...preprocessingCases,
  ...imagesCases,
};
