// Builds the lab into lab/dist: static files for any host, which load from any folder.
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { packedDigits } from "./build/digits.ts";
import { offline } from "./build/offline.ts";
import { smallFonts } from "./build/small-fonts.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const source = (path: string): string => here(`../src/${path}`);

/** With these two headers a page is cross-origin isolated, and Nabla computes with threads. */
const isolation = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  plugins: [smallFonts(), svelte(), packedDigits(), offline()],
  // The public exports, from their source: the lab is always built with the engine beside it.
  resolve: { alias: { "nabla/data": here("src/engine/data.ts"), nabla: source("index.ts") } },
  worker: { format: "es" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  server: { headers: isolation, fs: { allow: [".."] } },
  preview: { headers: isolation, port: 4173 },
});
