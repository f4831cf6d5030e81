// The files that examples of docstrings read.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { encode as encodePng } from "fast-png";
import { wavFile } from "./wav-files.ts";

/** Writes them into a folder. */
export function writeExampleFiles(folder: string): void {
  const write = (name: string, bytes: Uint8Array | string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  };
  const gray = (width: number, height: number, shift = 0): Uint8Array =>
    encodePng({
      width,
      height,
      data: Uint8Array.from({ length: width * height }, (_, i) => (i + shift) % 256),
      channels: 1,
    });
  const tone = (hertz: number): Uint8Array =>
    wavFile({ samples: Array.from({ length: 800 }, (_, i) => Math.round(9000 * Math.sin((hertz * i) / 1270))) });
  write("seven.png", gray(28, 28));
  for (const i of [1, 2]) {
    write(`photos/cat/${i}.png`, gray(40, 30, i));
    write(`photos/dog/${i}.png`, gray(30, 40, 100 + i));
  }
  write("words/no_1.wav", tone(300));
  write("words/no_2.wav", tone(330));
  write("words/yes_1.wav", tone(900));
}
