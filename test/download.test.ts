// Downloads from a server on this machine that behaves well, breaks off, lies, or says nothing.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FileError } from "../src/errors.ts";
import { type DownloadProgress, download } from "../src/io/download.ts";
import { ownMark } from "../src/io/files.ts";

const content = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * 2654435761) >>> 24));
const sha256 = createHash("sha256").update(content).digest("hex");

type Answer = (request: http.IncomingMessage, response: http.ServerResponse) => void;

let folder: string;
let target: string;
let servers: http.Server[] = [];
let requests: string[];

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "nabla-download-"));
  target = path.join(folder, "file.gz");
  requests = [];
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  servers = [];
  fs.rmSync(folder, { recursive: true, force: true });
});

/** A mirror that gives these answers one after another, and the last of them from then on. */
async function mirror(name: string, ...answers: Answer[]): Promise<string> {
  let turn = 0;
  const server = http.createServer((request, response) => {
    requests.push(`${name} ${request.headers.range ?? "whole"}`);
    answers[Math.min(turn++, answers.length - 1)]!(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as { port: number }).port}/file.gz`;
}

const send =
  (body: Buffer): Answer =>
  (_, response) =>
    response.writeHead(200, { "content-length": body.length }).end(body);

const sendRange: Answer = ({ headers: { range } }, response) => {
  const start = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
  if (range === undefined) return send(content)({} as http.IncomingMessage, response);
  if (start >= content.length) return response.writeHead(416, { "content-range": `bytes */${content.length}` }).end();
  const headers = {
    "content-range": `bytes ${start}-${content.length - 1}/${content.length}`,
    "content-length": content.length - start,
  };
  return response.writeHead(206, headers).end(content.subarray(start));
};

/** Sends the next `count` bytes of what was asked for, then closes the line. */
const breakAfter =
  (count: number): Answer =>
  ({ headers: { range } }, response) => {
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    const length = { "content-length": content.length - start };
    const partial = { "content-range": `bytes ${start}-${content.length - 1}/${content.length}`, ...length };
    response.writeHead(range === undefined ? 200 : 206, range === undefined ? length : partial);

    // A break drops what the client has not read yet: the line breaks once the client has written it to its part.
    const breakOnceWritten = (): void => {
      const written = Math.max(0, ...Object.values(files()));
      if (response.destroyed || written >= start + count) response.destroy();
      else setTimeout(breakOnceWritten, 5);
    };
    response.write(content.subarray(start, start + count), breakOnceWritten);
  };

const refuse =
  (status: number): Answer =>
  (_, response) =>
    response.writeHead(status).end("no");

const files = (): Record<string, number> =>
  Object.fromEntries(fs.readdirSync(folder).map((name) => [name, fs.statSync(path.join(folder, name)).size]));
const expectWhole = (): void => {
  expect(Buffer.compare(fs.readFileSync(target), content)).toBe(0);
  expect(Object.keys(files())).toEqual(["file.gz"]);
};

describe("download", () => {
  test("fetches a file, tells how far it is, and leaves no part behind", async () => {
    const url = await mirror("a", sendRange);
    const seen: DownloadProgress[] = [];
    await download({
      urls: [url],
      sha256: sha256.toUpperCase(),
      path: target,
      onProgress: (progress) => seen.push(progress),
    });
    expectWhole();
    expect(seen.at(-1)).toEqual({ url, received: content.length, total: content.length });
    expect(seen.every(({ received }, i) => i === 0 || received > seen[i - 1]!.received)).toBe(true);
  });

  test("replaces an older file only when the new one is whole", async () => {
    fs.writeFileSync(target, "old");
    await expect(download({ urls: [await mirror("a", refuse(500))], sha256, path: target })).rejects.toThrow(FileError);
    expect(fs.readFileSync(target, "utf8")).toBe("old");
    await download({ urls: [await mirror("b", sendRange)], sha256, path: target });
    expectWhole();
  });

  test("takes up a part that an earlier run left", async () => {
    fs.writeFileSync(`${target}.part`, content.subarray(0, 100_000));
    const seen: DownloadProgress[] = [];
    await download({
      urls: [await mirror("a", sendRange)],
      sha256,
      path: target,
      onProgress: (progress) => seen.push(progress),
    });
    expectWhole();
    expect(requests).toEqual(["a bytes=100000-"]);
    expect(seen[0]!.received).toBeGreaterThan(100_000);
    expect(seen.at(-1)).toMatchObject({ received: content.length, total: content.length });
  });

  test("starts over where the mirror sends no ranges", async () => {
    fs.writeFileSync(`${target}.part`, "rubbish");
    await download({ urls: [await mirror("a", send(content))], sha256, path: target });
    expectWhole();
    expect(requests).toEqual(["a bytes=7-"]);
  });

  test("takes up the part of a killed process, and leaves that of a living one alone", async () => {
    const [machine] = ownMark().split("-");
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    const living = `file.gz.${machine}-${process.pid}-abc.part`;
    fs.writeFileSync(path.join(folder, `file.gz.${machine}-${dead}-abc.part`), content.subarray(0, 200_000));
    fs.writeFileSync(path.join(folder, `file.gz.${machine}-${dead}-def.part`), content.subarray(0, 100));
    fs.writeFileSync(path.join(folder, living), content.subarray(0, 250_000));
    await download({ urls: [await mirror("a", sendRange)], sha256, path: target });
    expect(requests).toEqual(["a bytes=200000-"]);
    expect(Object.keys(files()).sort()).toEqual([living, "file.gz"].sort());
  });

  test("needs nothing more where the part is already whole", async () => {
    fs.writeFileSync(`${target}.part`, content);
    await download({ urls: [await mirror("a", sendRange)], sha256, path: target });
    expectWhole();
    expect(requests).toEqual([`a bytes=${content.length}-`]);
  });

  test.each([
    ["wrong at its beginning", Buffer.alloc(1000, 7)],
    ["longer than the file", Buffer.alloc(content.length + 5)],
  ])("drops a left-over part that is %s, and asks the same mirror anew", async (_, part) => {
    fs.writeFileSync(`${target}.part`, part);
    await download({ urls: [await mirror("a", sendRange)], sha256, path: target });
    expectWhole();
    expect(requests).toEqual([`a bytes=${part.length}-`, "a whole"]);
  });

  test("starts over where the mirror sends another range than was asked for", async () => {
    fs.writeFileSync(`${target}.part`, content.subarray(0, 10));
    const shifted: Answer = (_, response) => response.writeHead(206, { "content-range": "bytes 5-9/10" }).end("abcde");
    await download({ urls: [await mirror("a", shifted, sendRange)], sha256, path: target });
    expectWhole();
    expect(requests).toEqual(["a bytes=10-", "a whole"]);
  });

  test("goes on where the server closed midway", async () => {
    await download({
      urls: [await mirror("a", breakAfter(100_000), breakAfter(100_000), sendRange)],
      sha256,
      path: target,
    });
    expectWhole();
    expect(requests).toEqual(["a whole", "a bytes=100000-", "a bytes=200000-"]);
  });

  test("goes on at the next mirror where one keeps breaking off", async () => {
    const urls = [await mirror("a", breakAfter(50_000)), await mirror("b", sendRange)];
    await download({ urls, sha256, path: target });
    expectWhole();
    expect(requests).toEqual(["a whole", "a bytes=50000-", "a bytes=100000-", "b bytes=150000-"]);
  });

  test("keeps the part for the next run where every mirror breaks off", async () => {
    const url = await mirror("a", breakAfter(50_000));
    await expect(download({ urls: [url], sha256, path: target })).rejects.toThrow(FileError);
    expect(files()).toEqual({ "file.gz.part": 150_000 });
    await download({ urls: [await mirror("b", sendRange)], sha256, path: target });
    expectWhole();
  });

  test("goes from a 404 to the second mirror", async () => {
    await download({ urls: [await mirror("a", refuse(404)), await mirror("b", sendRange)], sha256, path: target });
    expectWhole();
    expect(requests).toEqual(["a whole", "b whole"]);
  });

  test("goes from a wrong hash to the second mirror, without the wrong bytes", async () => {
    await download({
      urls: [await mirror("a", send(Buffer.from("<html>log in</html>"))), await mirror("b", sendRange)],
      sha256,
      path: target,
    });
    expectWhole();
    expect(requests).toEqual(["a whole", "b whole"]);
  });

  test("follows a redirection", async () => {
    const there = await mirror("b", sendRange);
    await download({
      urls: [await mirror("a", (_, response) => response.writeHead(302, { location: there }).end())],
      sha256,
      path: target,
    });
    expectWhole();
  });

  test("says all that was tried where nothing helped", async () => {
    const [missing, wrong, closed] = [
      await mirror("a", refuse(404)),
      await mirror("b", send(Buffer.from("x"))),
      await mirror("c", sendRange),
    ];
    await new Promise((resolve) => servers.pop()!.close(resolve));
    const wrongHash = createHash("sha256").update("x").digest("hex");
    await expect(download({ urls: [missing, wrong, closed], sha256, path: target })).rejects.toThrow(
      new FileError(
        `could not download "${target}"; tried: ${missing} (HTTP 404); ${wrong} (wrong SHA-256 ${wrongHash}); ` +
          `${closed} (ECONNREFUSED).`,
      ),
    );
    expect(files()).toEqual({});
  });

  test("gives up a mirror that says nothing, or falls silent, and goes to the next", async () => {
    const silent = await mirror("a", () => undefined);
    const stuck = await mirror(
      "b",
      (_, response) =>
        void response.writeHead(200, { "content-length": content.length }).write(content.subarray(0, 1000)),
    );
    await expect(download({ urls: [silent, stuck], sha256, path: target, timeout: 200 })).rejects.toThrow(
      /\(no answer for 0\.2 s\); .*\(no answer for 0\.2 s\)/,
    );
    await download({ urls: [silent, await mirror("c", sendRange)], sha256, path: target, timeout: 200 });
    expectWhole();
  });

  test("does not take more than the largest size that is accepted", async () => {
    const endless: Answer = (_, response) => {
      const more = (): void => void (response.destroyed || (response.write(Buffer.alloc(65_536)), setTimeout(more, 1)));
      more();
    };
    await expect(
      download({ urls: [await mirror("a", endless)], sha256, path: target, maxBytes: 200_000 }),
    ).rejects.toThrow(/it sends more than 200000 bytes/);
    expect(files()).toEqual({ "file.gz.part": 0 });
  });

  test("takes no range error for an answer where it asked for no range", async () => {
    await expect(download({ urls: [await mirror("a", refuse(416))], sha256, path: target })).rejects.toThrow(
      /\(HTTP 416\)/,
    );
  });

  test("counts what a resumed part holds already", async () => {
    fs.writeFileSync(`${target}.part`, content.subarray(0, content.length - 10));
    await expect(
      download({ urls: [await mirror("a", sendRange)], sha256, path: target, maxBytes: content.length - 1 }),
    ).rejects.toThrow(`it sends more than ${content.length - 1} bytes`);
  });

  test("stops at once where the disk is at fault, and keeps the part", async () => {
    const { open } = fs.promises;
    vi.spyOn(fs.promises, "open").mockImplementation(async (...args) => {
      const handle = await open(...args);
      vi.spyOn(handle, "writeFile").mockRejectedValue(Object.assign(new Error("no space"), { code: "ENOSPC" }));
      return handle;
    });
    const urls = [await mirror("a", sendRange), await mirror("b", sendRange)];
    await expect(download({ urls, sha256, path: target })).rejects.toThrow(
      new FileError(`cannot write "${target}": the disk is full.`),
    );
    expect(requests).toEqual(["a whole"]);
  });

  test("says that the folder is missing", async () => {
    const lost = path.join(folder, "none", "file.gz");
    await expect(download({ urls: [await mirror("a", sendRange)], sha256, path: lost })).rejects.toThrow(
      new FileError(`cannot write "${lost}": there is no folder "${path.dirname(lost)}".`),
    );
  });

  test("leaves the part of a download that is under way alone", async () => {
    let release = (): void => undefined;
    const held: Answer = (_, response) => {
      response.writeHead(200, { "content-length": content.length }).write(content.subarray(0, 100_000));
      release = () => void response.end(content.subarray(100_000));
    };
    const url = await mirror("a", held, sendRange);
    let begun = (): void => undefined;
    const beginning = new Promise<void>((resolve) => (begun = resolve));
    const slow = download({ urls: [url], sha256, path: target, onProgress: () => begun() });
    await beginning;
    await download({ urls: [url], sha256, path: target });
    expect(requests).toEqual(["a whole", "a whole"]);
    expect(Buffer.compare(fs.readFileSync(target), content)).toBe(0);
    release();
    await slow;
    expectWhole();
  });

  test("does not hide an error of the caller's own", async () => {
    const onProgress = (): void => {
      throw new TypeError("mine");
    };
    await expect(download({ urls: [await mirror("a", sendRange)], sha256, path: target, onProgress })).rejects.toThrow(
      new TypeError("mine"),
    );
  });
});
