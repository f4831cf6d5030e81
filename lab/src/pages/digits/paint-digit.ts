// Paints an image of greys, and the colours for it.
import { token } from "../../parts/scale.ts";
import { side } from "./strokes.ts";

/** 256 colours from nothing (the sunken ground) to full (ink). */
export function inkColours(from = "--sunk", to = "--ink"): Uint32Array {
  const [a, b] = [token(from), token(to)];
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const [red, green, blue] = a.map((v, c) => Math.round(v + ((b[c]! - v) * i) / 255));
    return ((255 << 24) | (blue! << 16) | (green! << 8) | red!) >>> 0;
  });
}

/** Paints greys from 0 to 255, row by row, into a canvas of as many pixels. */
export function paintGreys(
  canvas: HTMLCanvasElement | OffscreenCanvas,
  greys: ArrayLike<number>,
  width: number,
  colours: Uint32Array,
): void {
  const height = greys.length / width;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const picture = context.createImageData(width, height);
  const pixels = new Uint32Array(picture.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = colours[Math.max(0, Math.min(255, Math.round(greys[i]!)))]!;
  context.putImageData(picture, 0, 0);
}

/** Greys of 28 × 28 pixels as an image that a canvas can draw larger. */
export function digitCanvas(greys: ArrayLike<number>, colours: Uint32Array): OffscreenCanvas {
  const canvas = new OffscreenCanvas(side, side);
  paintGreys(canvas, greys, side, colours);
  return canvas;
}
