// Colours of numbers in pictures that are painted pixel by pixel, from the tokens of the visual language.
import { theme } from "../state/theme.svelte.ts";

export type Rgb = readonly [red: number, green: number, blue: number];

/** The colour of a token, such as "--positive", in the current theme. An effect that asks runs again with the theme. */
export function token(name: string): Rgb {
  // The theme's attribute is set before effects run.
  void theme.current;
  const hex = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  // The build shortens #ffffff to #fff.
  const long = /^#[0-9a-f]{3}$/i.test(hex) ? hex.replace(/[0-9a-f]/gi, "$&$&") : hex;
  const digits = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(long);
  if (!digits) throw new Error(`Expected the token ${name} to be a colour such as #1a5fb4, got "${hex}".`);
  return [Number.parseInt(digits[1]!, 16), Number.parseInt(digits[2]!, 16), Number.parseInt(digits[3]!, 16)];
}

const mix = (a: Rgb, b: Rgb, t: number): Rgb => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
  a[2] + (b[2] - a[2]) * t,
];

const packed = ([r, g, b]: Rgb): number =>
  ((255 << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r)) >>> 0;

/** 256 colours for the values 0 … 1, from neutral to the colour of a token as far as `strength`. */
export function risingColours(name: string, strength = 1): Uint32Array {
  const [neutral, own] = [token("--neutral"), token(name)];
  return Uint32Array.from({ length: 256 }, (_, i) => packed(mix(neutral, own, (i / 255) * strength)));
}

/** For each class 256 colours, from neutral to the class's own as far as `strength`. */
export const classColours = (classes: number, strength = 1): Uint32Array[] =>
  Array.from({ length: classes }, (_, k) => risingColours(`--class-${k}`, strength));

/** 256 colours for the values −1 … 1: negative, neutral, positive. `strength` is how far the ends go. */
export function divergingColours(strength = 1): Uint32Array {
  const [negative, neutral, positive] = [token("--negative"), token("--neutral"), token("--positive")];
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const v = (i / 255) * 2 - 1;
    return packed(mix(neutral, v < 0 ? negative : positive, Math.abs(v) * strength));
  });
}

/** Paints colours, row by row from the top, into a canvas of as many pixels. */
export function paintColours(canvas: HTMLCanvasElement, colours: Uint32Array, width: number): void {
  const height = colours.length / width;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d")!;
  const picture = context.createImageData(width, height);
  new Uint32Array(picture.data.buffer).set(colours);
  context.putImageData(picture, 0, 0);
}

/** Paints values from −1 to 1, row by row from the top, into a canvas of as many pixels. */
export function paint(canvas: HTMLCanvasElement, values: ArrayLike<number>, width: number, colours: Uint32Array): void {
  const height = values.length / width;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d")!;
  const picture = context.createImageData(width, height);
  const pixels = new Uint32Array(picture.data.buffer);
  for (let i = 0; i < pixels.length; i++) {
    const v = values[i]!;
    pixels[i] = colours[v >= 1 ? 255 : v > -1 ? Math.round((v + 1) * 127.5) : 0]!;
  }
  context.putImageData(picture, 0, 0);
}
