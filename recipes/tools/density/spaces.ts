// What flows of points in the plane and of images differ in: their coordinates, noise, and the couplings' networks.
import {
  concatenate,
  type Initializer,
  initializers,
  Layer,
  layers,
  registerLayer,
  sequential,
  silu,
  type Tensor,
  tensor,
} from "nabla";
import { grouped, side, toPoints } from "./digit-points.ts";

/** The depth and width of a flow. */
export interface Size {
  readonly couplings: number;
  readonly units: number;
  readonly channels: number;
}

/** What flows of points in the plane and of images differ in. */
export interface Space {
  readonly sizes: Readonly<Record<string, Size>>;
  /** The shape in which couplings see a point, which is a row of its coordinates elsewhere. */
  readonly shape: readonly number[];
  /** The shape of one example of the data. */
  readonly example: readonly number[];
  /** The i-th coupling changes the coordinates at 0 and keeps those at 1: numbers of the shape. */
  kept(i: number): Tensor;
  /** Makes the network that is asked about the kept coordinates; the last axis of its answer is twice as long. */
  net(size: Size): Layer<Tensor, Tensor>;
  /** Examples of the data as points [count, dimensions]; the key is for what chance has to do with it. */
  points(examples: Tensor, key: Tensor): Tensor;
  /** The deviation of fresh noise on each point in training, which keeps the density from falling steeply beside it. */
  readonly jitter: number;
  /**
   * The centres of the clouds of noise, which are equally likely; one number stands for all coordinates. A flow cannot
   * tear a cloud: data in several parts take one for each (Izmailov et al. 2020, Semi-supervised learning with
   * normalizing flows).
   */
  readonly clouds: readonly (readonly number[])[];
  /**
   * The greatest logarithm of a coupling's scale. Many couplings with great ones together carry a point only just
   * outside the data so far away that it alone spoils a mean log-likelihood.
   */
  readonly most: number;
}

/** The flow begins as the identity. */
const nothing = { kernelInitializer: "zeros" } as const;

/**
 * Steep units at first, so that the networks can tell apart points that are nearer than a moon is wide: from flat ones
 * gradients learn what changes slowly (Tancik et al. 2020, Fourier features let networks learn high frequencies).
 */
const steep: { kernelInitializer: Initializer; biasInitializer: Initializer } = {
  kernelInitializer: initializers.randomNormal({ stddev: 3 }),
  biasInitializer: initializers.randomUniform({ minval: -6, maxval: 6 }),
};

const plane: Space = {
  sizes: { whole: { couplings: 16, units: 64, channels: 0 }, tiny: { couplings: 2, units: 8, channels: 0 } },
  shape: [2],
  example: [2],
  kept: (i) => tensor(i % 2 === 0 ? [1, 0] : [0, 1]),
  net: ({ units }) =>
    sequential([
      layers.dense(units, { activation: "silu", ...steep }),
      layers.dense(units, { activation: "silu" }),
      layers.dense(4, nothing),
    ]),
  points: (x) => x,
  jitter: 0.008,
  clouds: [
    [0, 3],
    [0, -3],
  ],
  most: 0.75,
};

const [rows, columns] = grouped;

/** Sees the neighbours of each group of pixels by convolutions, and the whole image by dense layers. */
class ImageNet extends Layer<Tensor, Tensor> {
  readonly size: Size;
  readonly near: Layer;
  readonly far: Layer;
  readonly mixed: Layer;
  readonly answer = layers.conv2d(8, 3, { padding: "same", ...nothing });

  constructor({ size, ...options }: { size: Size; name?: string }) {
    super("imageNet", options);
    const { channels, units } = size;
    this.size = size;
    this.near = layers.conv2d(channels, 3, { padding: "same" });
    this.far = sequential([
      layers.flatten(),
      layers.dense(units, { activation: "silu" }),
      layers.dense(rows * columns * 8),
      layers.reshape([rows, columns, 8]),
    ]);
    this.mixed = layers.conv2d(channels, 3, { padding: "same" });
  }

  override build(): void {
    this.addParameter("places", [rows, columns, 8], "zeros");
  }

  call(x: Tensor): Tensor {
    const seen = silu(concatenate([this.near.apply(x), this.far.apply(x)], 3));
    return this.answer.apply(silu(this.mixed.apply(seen))).add(this.parameter("places"));
  }

  override config() {
    return { size: { ...this.size } };
  }
}
registerLayer("ImageNet", (config) => new ImageNet(config));

/** The pixels of a group of 2 × 2 that stay, in turn: both diagonals, a checkerboard of the image, and both rows. */
const keptChannels = [
  [1, 0, 0, 1],
  [0, 1, 1, 0],
  [1, 1, 0, 0],
  [0, 0, 1, 1],
];

const images: Space = {
  sizes: { whole: { couplings: 8, units: 128, channels: 32 }, tiny: { couplings: 2, units: 4, channels: 4 } },
  shape: grouped,
  example: [side, side],
  kept: (i) => tensor(keptChannels[i % keptChannels.length]!),
  net: (size) => new ImageNet({ size }),
  points: toPoints,
  jitter: 0,
  clouds: [[0]],
  most: 2,
};

/** The spaces in which the flow knows densities, by the names of their data. */
export const spaces: Readonly<Record<string, Space>> = { moons: plane, digits: images };
