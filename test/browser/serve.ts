// A server on this machine only, for the pages of the browser test.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const contentTypes: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".html": "text/html",
};

/** With these a page may share memory between threads. */
const isolation = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/** A policy that many sites have: scripts of their own alone, and no workers made of text. */
const refusal = { "Content-Security-Policy": "worker-src 'self'" };

/** A policy that forbids WebAssembly. The scripts inside the page's own text are allowed, for its import map. */
const strict = { "Content-Security-Policy": "script-src 'self' 'unsafe-inline'" };

/**
 * Serves the files of `folder` under /isolated/ with the headers of cross-origin isolation, under /refused/ with a
 * policy beside them, under /strict/ with a policy alone, and under /plain/ without any.
 */
export async function serve(folder: string): Promise<{ address: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const [, way, path] = /^\/(isolated|refused|strict|plain)(\/[^?]*)$/.exec(request.url ?? "") ?? [];
    if (way === undefined || path === undefined)
      return void response.writeHead(request.url === "/favicon.ico" ? 204 : 404).end();
    const file = join(folder, normalize(decodeURIComponent(path)));
    readFile(file).then(
      (bytes) =>
        response
          .writeHead(200, {
            "Content-Type": contentTypes[extname(file)] ?? "application/octet-stream",
            ...((way === "isolated" || way === "refused") && isolation),
            ...(way === "refused" && refusal),
            ...(way === "strict" && strict),
          })
          .end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => new Promise<void>((resolve) => (server.close(() => resolve()), server.closeAllConnections()));
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}
