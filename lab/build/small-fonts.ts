// Leaves out the older forms of KaTeX's fonts, which no browser asks for that can run the lab.
import type { Plugin } from "vite";

export const smallFonts = (): Plugin => ({
  name: "small-fonts",
  enforce: "pre",
  transform: (code, id) =>
    /katex(\.min)?\.css$/.test(id)
      ? code.replace(/,\s*url\([^)]*\.(woff|ttf)\)\s*format\(["'](woff|truetype)["']\)/g, "")
      : undefined,
});
