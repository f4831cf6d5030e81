// Files: atomic writing that survives a kill, a full disk and a forbidden folder, and where the cache lies.
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { FileError } from "../src/errors.ts";
import { cacheFolder, isAbandoned, makeFolder, ownMark, readFile, writeFileAtomic } from "../src/io/files.ts";
import { nodeModule } from "../src/io/node-modules.ts";
import { compileSources } from "./compile-sources.ts";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "nabla-files-"));
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(folder, { recursive: true, force: true });
});

const at = (name: string): string => path.join(folder, name);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("readFile", () => {
  test("gives the bytes, as a plain Uint8Array", async () => {
    fs.writeFileSync(at("a"), "abc");
    const read = await readFile(at("a"));
    expect(read).toEqual(Uint8Array.of(97, 98, 99));
    expect(read.constructor).toBe(Uint8Array);
  });

  test("says in one sentence what is wrong", async () => {
    fs.writeFileSync(at("file"), "");
    await expect(readFile(at("none"))).rejects.toThrow(
      new FileError(`cannot read "${at("none")}": there is no such file.`),
    );
    await expect(readFile(folder)).rejects.toThrow(new FileError(`cannot read "${folder}": it is a folder.`));
    await expect(readFile(at("file/x"))).rejects.toThrow(/a part of the path is a file, not a folder\.$/);
  });
});

describe.skipIf(process.platform === "win32")("readFile and what has no end", () => {
  test("refuses devices, pipes and sockets at once", async () => {
    await expect(readFile("/dev/zero")).rejects.toThrow(
      new FileError(`cannot read "/dev/zero": it is no regular file.`),
    );
    spawnSync("mkfifo", [at("pipe")]);
    await expect(readFile(at("pipe"))).rejects.toThrow(/pipe": it is no regular file\.$/);
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(at("socket"), resolve));
    await expect(readFile(at("socket"))).rejects.toThrow(/socket": it is no regular file\.$/);
    await new Promise((resolve) => server.close(resolve));
  });

  test("counts the bytes as they come, whatever the size says", async () => {
    fs.writeFileSync(at("a"), "x".repeat(10_000));
    const { open } = fs.promises;
    vi.spyOn(fs.promises, "open").mockImplementation(async (...args) => {
      const handle = await open(...args);
      const stat = await handle.stat();
      vi.spyOn(handle, "stat").mockResolvedValue(Object.assign(stat, { size: 3 }) as never);
      return handle;
    });
    expect((await readFile(at("a"))).length).toBe(10_000);
    expect((await readFile(at("a"), { maxBytes: 10_000 })).length).toBe(10_000);
    await expect(readFile(at("a"), { maxBytes: 9999 })).rejects.toThrow(
      new FileError(`cannot read "${at("a")}": expected at most 9999 bytes, got a larger file.`),
    );
  });

  test("does not begin to read a file that is too large", async () => {
    fs.writeFileSync(at("sparse"), "");
    fs.truncateSync(at("sparse"), 3 * 2 ** 30);
    await expect(readFile(at("sparse"))).rejects.toThrow(/expected at most 2048 MiB, got a larger file\.$/);
    await expect(readFile(at("sparse"), { maxBytes: 2 ** 20 })).rejects.toThrow(/at most 1 MiB/);
  });
});

describe("writeFileAtomic", () => {
  test("writes anew and over an old file, and leaves nothing else behind", async () => {
    await writeFileAtomic(at("a"), bytes("one"));
    expect(fs.readFileSync(at("a"), "utf8")).toBe("one");
    await writeFileAtomic(at("a"), bytes("two"));
    expect(fs.readFileSync(at("a"), "utf8")).toBe("two");
    expect(fs.readdirSync(folder)).toEqual(["a"]);
  });

  test("takes a bare name in the current folder", async () => {
    const name = `nabla-test-${process.pid}.bin`;
    try {
      await writeFileAtomic(name, bytes("x"));
      expect(fs.readFileSync(name, "utf8")).toBe("x");
    } finally {
      fs.rmSync(name, { force: true });
    }
  });

  test.skipIf(process.platform === "win32")("keeps the old file's permissions and follows a link", async () => {
    fs.writeFileSync(at("real"), "old", { mode: 0o600 });
    fs.symlinkSync("real", at("link"));
    await writeFileAtomic(at("link"), bytes("new"));
    expect(fs.lstatSync(at("link")).isSymbolicLink()).toBe(true);
    expect(fs.readFileSync(at("real"), "utf8")).toBe("new");
    expect(fs.statSync(at("real")).mode & 0o777).toBe(0o600);
  });

  test.skipIf(process.platform === "win32")(
    "gives a new file what the umask grants, and a replaced one its own",
    async () => {
      const before = process.umask(0o027);
      try {
        await writeFileAtomic(at("new"), bytes("x"));
        fs.writeFileSync(at("open"), "old");
        fs.chmodSync(at("open"), 0o666);
        await writeFileAtomic(at("open"), bytes("x"));
      } finally {
        process.umask(before);
      }
      expect(fs.statSync(at("new")).mode & 0o777).toBe(0o640);
      expect(fs.statSync(at("open")).mode & 0o777).toBe(0o666);
    },
  );

  test.skipIf(process.platform === "win32")("follows links whose target is missing, one after another", async () => {
    fs.mkdirSync(at("there"));
    fs.symlinkSync("there/second", at("first"));
    fs.symlinkSync("../file", at("there/second"));
    await writeFileAtomic(at("first"), bytes("x"));
    expect(fs.readFileSync(at("file"), "utf8")).toBe("x");
    for (const link of ["first", "there/second"]) expect(fs.lstatSync(at(link)).isSymbolicLink()).toBe(true);
    fs.symlinkSync("none/file", at("lost"));
    await expect(writeFileAtomic(at("lost"), bytes("x"))).rejects.toThrow(/there is no folder/);
    await expect(writeFileAtomic("", bytes("x"))).rejects.toThrow('cannot write "": the name is empty.');
    expect(fs.lstatSync(at("lost")).isSymbolicLink()).toBe(true);
    fs.symlinkSync("circle", at("circle"));
    await expect(writeFileAtomic(at("circle"), bytes("x"))).rejects.toThrow(/its links lead in a circle\.$/);
  });

  test("takes a process for ended only where the system knows none of its number", () => {
    const kill = vi.spyOn(process, "kill");
    for (const [code, ended] of [
      ["ESRCH", true],
      ["EPERM", false],
    ] as const) {
      kill.mockImplementationOnce(() => {
        throw Object.assign(new Error(code), { code });
      });
      expect(isAbandoned(ownMark(), 0)).toBe(ended);
    }
  });

  test("sweeps what killed writers left, and nothing of a living one", async () => {
    const machine = ownMark().split("-")[0]!;
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    const leave = (name: string, hours: number): void => {
      fs.writeFileSync(at(name), "");
      const when = Date.now() / 1000 - 3600 * hours;
      fs.utimesSync(at(name), when, when);
    };
    leave(`.nabla-${machine}-${dead}-abc.tmp`, 0);
    leave(`.nabla-ffffffff-${process.pid}-abc.tmp`, 25);
    leave(".nabla-123-old.tmp", 25);
    const kept = [
      `.nabla-${machine}-${process.pid}-abc.tmp`,
      `.nabla-${machine}-1-abc.tmp`,
      `.nabla-ffffffff-${dead}-abc.tmp`,
      "nabla.tmp",
    ];
    leave(kept[0]!, 100);
    leave(kept[1]!, 100);
    leave(kept[2]!, 23);
    leave(kept[3]!, 100);
    fs.mkdirSync(at(".nabla-0-folder.tmp"));
    await writeFileAtomic(at("a"), bytes("x"));
    expect(fs.readdirSync(folder).sort()).toEqual([...kept, ".nabla-0-folder.tmp", "a"].sort());
  });

  test("makes no folders and touches nothing but plain files", async () => {
    const target = at("none/a");
    await expect(writeFileAtomic(target, bytes("x"))).rejects.toThrow(
      new FileError(`cannot write "${target}": there is no folder "${at("none")}".`),
    );
    await expect(writeFileAtomic(folder, bytes("x"))).rejects.toThrow(
      new FileError(`cannot write "${folder}": it is a folder.`),
    );
    fs.writeFileSync(at("file"), "");
    await expect(writeFileAtomic(at("file/a"), bytes("x"))).rejects.toThrow(FileError);
  });

  test.skipIf(process.platform === "win32")("does not replace a device", async () => {
    await expect(writeFileAtomic("/dev/null", bytes("x"))).rejects.toThrow(
      new FileError(`cannot write "/dev/null": it is no regular file.`),
    );
    expect(fs.statSync("/dev/null").isCharacterDevice()).toBe(true);
  });

  test.each(["writeFile", "sync"] as const)(
    "leaves the old file whole and no other where %s fails for lack of room",
    async (step) => {
      fs.writeFileSync(at("a"), "old");
      const { open } = fs.promises;
      vi.spyOn(fs.promises, "open").mockImplementation(async (...args) => {
        const handle = await open(...args);
        vi.spyOn(handle, step).mockRejectedValue(Object.assign(new Error("no space"), { code: "ENOSPC" }));
        return handle;
      });
      await expect(writeFileAtomic(at("a"), bytes("new"))).rejects.toThrow(
        new FileError(`cannot write "${at("a")}": the disk is full.`),
      );
      expect(fs.readFileSync(at("a"), "utf8")).toBe("old");
      expect(fs.readdirSync(folder)).toEqual(["a"]);
    },
  );

  test("leaves the old file whole and no other where the rename fails", async () => {
    fs.writeFileSync(at("a"), "old");
    vi.spyOn(fs.promises, "rename").mockRejectedValue(Object.assign(new Error("busy"), { code: "EBUSY" }));
    await expect(writeFileAtomic(at("a"), bytes("new"))).rejects.toThrow(/another program is using it\.$/);
    expect(fs.readFileSync(at("a"), "utf8")).toBe("old");
    expect(fs.readdirSync(folder)).toEqual(["a"]);
  });
});

describe("writeFileAtomic in a process of its own", () => {
  let compiled: string;
  beforeAll(() => {
    compiled = compileSources("src/io/files.ts");
  }, 60_000);
  afterAll(() => fs.rmSync(compiled, { recursive: true, force: true }));

  test("killed while it writes, leaves the old file whole", async () => {
    const size = 32 << 20;
    const target = at("model.bin");
    fs.writeFileSync(
      path.join(compiled, "writer.mjs"),
      `import { writeFileAtomic } from "./src/io/files.js";
       for (let i = 1; ; i++) await writeFileAtomic(process.argv[2], new Uint8Array(${size}).fill(i));`,
    );
    fs.writeFileSync(target, new Uint8Array(size));
    for (let round = 0; round < 5; round++) {
      for (const left of fs.readdirSync(folder)) if (left.endsWith(".tmp")) fs.rmSync(at(left));
      const child = spawn(process.execPath, [path.join(compiled, "writer.mjs"), target], { stdio: "inherit" });
      const ended = new Promise((resolve) => child.on("exit", (_, signal) => resolve(signal)));
      // Kill it when a temporary file is there and not finished.
      const isWriting = (): boolean =>
        fs.readdirSync(folder).some((name) => {
          const written = name.endsWith(".tmp") ? (fs.statSync(at(name), { throwIfNoEntry: false })?.size ?? 0) : 0;
          return written > 0 && written < size;
        });
      const patience = Date.now() + 20_000;
      while (!isWriting()) {
        if (Date.now() > patience) break;
        await new Promise(setImmediate);
      }
      child.kill("SIGKILL");
      expect(await ended).toBe("SIGKILL");
      expect(fs.readdirSync(folder).some((name) => name.endsWith(".tmp"))).toBe(true);
      const content = fs.readFileSync(target);
      expect(content.length).toBe(size);
      expect(content.every((byte) => byte === content[0])).toBe(true);
    }
  }, 120_000);

  test.skipIf(process.platform === "win32")("says that a folder or file cannot be written", () => {
    fs.chmodSync(folder, 0o777);
    fs.mkdirSync(at("closed"), { mode: 0o555 });
    fs.writeFileSync(at("frozen"), "old", { mode: 0o444 });
    fs.writeFileSync(
      path.join(compiled, "refused.mjs"),
      `import { writeFileAtomic } from "./src/io/files.js";
       const say = (error) => console.log(error.name + ": " + error.message);
       for (const path of process.argv.slice(2)) await writeFileAtomic(path, new Uint8Array(1)).catch(say);`,
    );
    // Root may write anywhere, so root tries as nobody.
    const nobody = process.getuid!() === 0 ? { uid: 65534, gid: 65534 } : {};
    const { stdout } = spawnSync(process.execPath, [path.join(compiled, "refused.mjs"), at("closed/a"), at("frozen")], {
      encoding: "utf8",
      cwd: compiled,
      ...nobody,
    });
    expect(stdout.trim().split("\n")).toEqual([
      `FileError: cannot write "${at("closed/a")}": you lack the permission.`,
      `FileError: cannot write "${at("frozen")}": you lack the permission.`,
    ]);
    expect(fs.readFileSync(at("frozen"), "utf8")).toBe("old");
    expect(fs.readdirSync(folder).sort()).toEqual(["closed", "frozen"]);
  });
});

describe("makeFolder", () => {
  test("makes what is missing, and says where a file is in the way", async () => {
    await makeFolder(at("a/b/c"));
    await makeFolder(at("a/b/c"));
    expect(fs.statSync(at("a/b/c")).isDirectory()).toBe(true);
    fs.writeFileSync(at("file"), "");
    await expect(makeFolder(at("file"))).rejects.toThrow(
      new FileError(`cannot make the folder "${at("file")}": a file of that name is in the way.`),
    );
  });
});

describe("cacheFolder", () => {
  const home = "/home/ada";
  test.each([
    [{ platform: "linux", home, env: {} }, "/home/ada/.cache/nabla"],
    [{ platform: "linux", home, env: { XDG_CACHE_HOME: "/var/cache" } }, "/var/cache/nabla"],
    [{ platform: "linux", home, env: { XDG_CACHE_HOME: "relative" } }, "/home/ada/.cache/nabla"],
    [{ platform: "linux", home, env: { XDG_CACHE_HOME: "/var/cache", NABLA_CACHE: "/data" } }, "/data"],
    [{ platform: "linux", home, env: { NABLA_CACHE: "" } }, "/home/ada/.cache/nabla"],
    [{ platform: "darwin", home: "/Users/ada", env: {} }, "/Users/ada/Library/Caches/nabla"],
    [{ platform: "win32", home: "C:\\Users\\ada", env: { LOCALAPPDATA: "D:\\Local" } }, "D:\\Local\\nabla\\Cache"],
    [{ platform: "win32", home: "C:\\Users\\ada", env: {} }, "C:\\Users\\ada\\AppData\\Local\\nabla\\Cache"],
  ])("of %j is %s", (surroundings, expected) => {
    expect(cacheFolder(surroundings)).toBe(expected);
  });

  test("of this machine is an absolute path", () => {
    expect(path.isAbsolute(cacheFolder())).toBe(true);
  });
});

describe("nodeModule", () => {
  test("says what a browser lacks", () => {
    vi.stubGlobal("process", undefined);
    try {
      expect(() => nodeModule("node:fs", `reading "a"`)).toThrow(FileError);
      expect(() => cacheFolder()).toThrow(
        /^a cache folder needs Node 20\.19 or later: there is no file system to use here/,
      );
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
