// The wasm backend: the default, in Node and in browsers. The compiler is loaded when the device starts.
import { dtypeInfo, type TypedArray } from "../../dtype.ts";
import { DTypeError, NablaError } from "../../errors.ts";
import { sizeOf } from "../../shape.ts";
import type { Backend, Storage } from "../backend.ts";
import { engineFeatures, WasmDevice } from "./run/device.ts";
import type { WasmStorage } from "./run/program.ts";

const addressOf = (storage: Storage): number => (storage as WasmStorage).address;

/** Starts the device. Throws if the engine has no 128-bit WebAssembly vectors. */
export function wasmBackend(): Backend {
  const features = engineFeatures();
  if (!features.simd) {
    throw new NablaError(
      "expected an engine with WebAssembly SIMD (Chrome 91, Firefox 89, Safari 16.4, Node 16 or later), got none. " +
        'setBackend("reference") works anywhere, slowly.',
    );
  }
  const device = new WasmDevice(features);
  const compiler = import("./run/program.ts");
  // A failure to load it is told by each program that is compiled.
  compiler.catch(() => undefined);
  return {
    name: "wasm",
    capabilities: device.capabilities,
    allocate: (shape, dtype): WasmStorage => {
      if (!device.capabilities.dtypes.includes(dtype))
        throw new DTypeError(`${dtype} exists in the reference backend only; cast to float32.`);
      return { shape, dtype, address: device.memory.allocate(sizeOf(shape) * dtypeInfo(dtype).bytes) };
    },
    write: (storage, data) =>
      device
        .bytes(addressOf(storage), data.byteLength)
        .set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
    read: async ({ shape, dtype, ...storage }): Promise<TypedArray> =>
      new (dtypeInfo(dtype).array)(device.memory.memory.buffer, addressOf(storage as Storage), sizeOf(shape)).slice(),
    free: (storage) => device.memory.free(addressOf(storage)),
    setThreads: (count) => device.setThreads(count),
    compile: async (graph) => {
      const { WasmProgram } = await compiler;
      return WasmProgram.compile(device, graph);
    },
  };
}
