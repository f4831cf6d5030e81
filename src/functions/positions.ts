// Positions in a sequence, as attention sees them: angles that grow with the position, one frequency a feature.
import { ShapeError } from "../errors.ts";
import { checkCount, checkOptions, checkRange } from "../options.ts";
import { formatShape } from "../shape.ts";
import { asFloat, asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { arange, concatenate, split, stack } from "./array.ts";

/** The options of {@link rotaryEmbedding}. */
export interface RotaryOptions {
  /** The position of each step, broadcast to `[..., time]`. Default: 0, 1, 2 … */
  readonly positions?: TensorLike;
  /** The wavelength of the slowest turn is this times 2π. Default: 10000. */
  readonly maxWavelength?: number;
}

/** The angles position · maxWavelength^(−2i/dim) of each pair i of features: `[..., time, ⌈dim / 2⌉]`. */
function anglesAt(name: string, positions: Tensor, dim: number, maxWavelength: number): Tensor {
  const longest = checkRange(name, "maxWavelength", maxWavelength, 1);
  const rates = Array.from({ length: Math.ceil(dim / 2) }, (_, i) => longest ** ((-2 * i) / dim));
  return asFloat(positions).expandDims(-1).mul(rates);
}

/**
 * Turns each pair (xᵢ, xᵢ₊dim⁄2) of features of `[..., time, dim]` by the angle position · maxWavelength^(−2i/dim), so
 * that products of queries and keys depend on their distance only. Su and others, 2021; the pairs are those of
 * KerasHub and GPT-NeoX, while the paper pairs neighbours.
 *
 * @throws ShapeError for an odd number of features
 * @example rotaryEmbedding([[1, 0], [1, 0]]).shape; // [2, 2]
 */
export function rotaryEmbedding(x: TensorLike, options: RotaryOptions = {}): Tensor {
  const name = "rotaryEmbedding";
  checkOptions(name, options, ["positions", "maxWavelength"]);
  const given = asFloat(x);
  const dim = given.shape.at(-1)!;
  if (given.ndim < 2 || dim % 2 !== 0)
    throw new ShapeError(`${name}: expected [..., time, dim] with an even dim, got ${formatShape(given.shape)}.`);
  const positions = options.positions === undefined ? arange(given.shape.at(-2)!) : asTensor(options.positions);
  const angles = anglesAt(name, positions, dim, options.maxWavelength ?? 10000);
  const [a, b] = split(given, 2, -1) as [Tensor, Tensor];
  const [cos, sin] = [angles.cos(), angles.sin()];
  return concatenate([a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin))], -1);
}

/**
 * The encodings `[..., time, dim]` of positions `[..., time]`: sin(a₀), cos(a₀), sin(a₁), cos(a₁) …, with
 * aᵢ = position · maxWavelength^(−2i/dim). Vaswani and others, 2017.
 *
 * @param maxWavelength the wavelength of the slowest wave is this times 2π
 * @example await sinusoidalPositions([0], 4).array(); // [[0, 1, 0, 1]]
 */
export function sinusoidalPositions(positions: TensorLike, dim: number, maxWavelength = 10000): Tensor {
  const name = "sinusoidalPositions";
  const at = asTensor(positions);
  const angles = anglesAt(name, at, checkCount(name, "dim", dim), maxWavelength);
  const waves = stack([angles.sin(), angles.cos()], -1).reshape([...at.shape, 2 * Math.ceil(dim / 2)]);
  return dim % 2 === 0 ? waves : waves.at("...", [0, dim]);
}
