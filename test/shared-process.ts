// Files that share a process find it as the first one did.
import { afterAll, vi } from "vitest";
import { setBackend, setThreads } from "../src/index.ts";
import { backend } from "../src/runtime/device.ts";

const { threads } = backend().capabilities;
const folder = process.cwd();

afterAll(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  process.chdir(folder);
  setBackend("wasm");
  setThreads(threads);
});
