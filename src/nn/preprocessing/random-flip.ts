// Flips images at random while the model trains.
import { where } from "../../functions/array.ts";
import { bernoulli, foldIn, type Key } from "../../functions/random.ts";
import { checkChoice } from "../../options.ts";
import type { Tensor } from "../../tensor.ts";
import type { LayerOptions } from "../tree/layer.ts";
import { RandomImageLayer } from "./images.ts";

const modes = ["horizontal", "vertical", "horizontalAndVertical"] as const;

export interface RandomFlipConfig extends LayerOptions {
  /** "horizontal" swaps left and right, "vertical" top and bottom. Default: "horizontalAndVertical". */
  readonly mode?: (typeof modes)[number];
}

/**
 * While training, each image `[height, width, channels]` is mirrored with probability ½, in each direction that the
 * mode names; outside training nothing happens. No parameters. Results are float32.
 *
 * @throws ArgumentError for another mode, ShapeError for inputs that are no images
 * @example layers.randomFlip("horizontal")
 */
export class RandomFlip extends RandomImageLayer {
  override readonly className = "RandomFlip";
  readonly mode: (typeof modes)[number];

  constructor(config: RandomFlipConfig = {}) {
    super("randomFlip", config, ["mode"]);
    this.mode = checkChoice("randomFlip", "mode", config.mode ?? "horizontalAndVertical", modes);
  }

  protected change(images: Tensor, key: Key): Tensor {
    const flip = (x: Tensor, axis: number): Tensor =>
      where(bernoulli(foldIn(key, axis), [x.shape[0]!, 1, 1, 1], 0.5), x.flip(axis), x);
    const across = this.mode === "vertical" ? images : flip(images, 2);
    return this.mode === "horizontal" ? across : flip(across, 1);
  }

  override config() {
    return { mode: this.mode };
  }
}
