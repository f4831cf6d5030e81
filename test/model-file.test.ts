// The model's file: what is in it, that it comes back whole, and what is said of one that is not.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import {
  callbacks,
  Dataset,
  FileError,
  Layer,
  layers,
  loadModel,
  losses,
  metrics,
  optimizers,
  registerLayer,
  Sequential,
  sequential,
  type Tensor,
  tensor,
} from "../src/index.ts";
import { decodeSafetensors, encodeSafetensors } from "../src/io/safetensors.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-model-"));
afterAll(() => rmSync(folder, { recursive: true }));

const bytes = new Uint8Array([0, 255, 255, 0, 255, 255]);
const pairs = Dataset.from({
  inputs: { data: bytes, shape: [3, 2], scale: 1 / 255 },
  targets: new Uint8Array([0, 1, 2]),
  classNames: ["left", "right", "both"],
  name: "pairs",
});

function makeModel() {
  const model = sequential(
    [layers.dense(4, { activation: "tanh", kernelInitializer: "heNormal" }), layers.dropout(0.1), layers.dense(3)],
    { name: "pairs", seed: 1 },
  );
  model.compile({
    optimizer: optimizers.sgd({ learningRate: 0.1, momentum: 0.9 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy", metrics.sparseTopKCategoricalAccuracy({ k: 2 })],
  });
  return model;
}
async function trained() {
  const model = makeModel();
  await model.fit(pairs, { epochs: 3 });
  return model;
}

test("a model is named by its factory, whatever a bundler calls its class", async () => {
  const Short = class u extends Sequential {};
  const { metadata } = decodeSafetensors(await new Short([layers.dense(1)], { inputShape: [1] }).toBytes(), "the test");
  expect(JSON.parse(metadata["architecture"]!).config.name).toBe("sequential");
});

describe("what was changed after compile", () => {
  test("layers frozen since then are trained until the next compile, by a loaded model too", async () => {
    const model = await trained();
    model.layers[0]!.trainable = false;
    const loaded = await loadModel(await model.toBytes());
    expect(loaded.layers.map(({ trainable }) => trainable)).toEqual([false, true, true]);
    const options = { epochs: 1, shuffle: false, seed: 5, verbose: 0 } as const;
    for (const each of [model, loaded]) await each.fit(pairs, options);
    expect(await loaded.getWeights()).toEqual(await model.getWeights());
    const before = (await model.getWeights())["dense_1/kernel"];
    for (const each of [model, loaded]) each.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
    for (const each of [model, await loadModel(await loaded.toBytes())]) {
      await each.fit(pairs, options);
      expect((await each.getWeights())["dense_1/kernel"]).toEqual(before);
    }
  });

  test("a path of a frozen layer that the model does not have", async () => {
    const model = await trained();
    model.layers[0]!.trainable = false;
    const { tensors, metadata } = decodeSafetensors(await model.toBytes(), "the bytes");
    const training = JSON.parse(metadata["training"]!);
    expect(training.frozen).toEqual([]);
    for (const frozen of [["dense_9"], "dense_1", [3]]) {
      const other = encodeSafetensors(tensors, { ...metadata, training: JSON.stringify({ ...training, frozen }) });
      await expect(loadModel(other)).rejects.toThrow("expected the paths of frozen layers, got others.");
    }
  });

  test("options of a layer that do not fit its parameters any more are refused: no file could be loaded", async () => {
    const model = await trained();
    Object.assign(model.layers[0]!, { units: 7 });
    await expect(model.toBytes()).rejects.toThrow(
      "save: layer dense_1 (Dense): its options were changed after it was built: with them its parameters would be " +
        "kernel [2,7], bias [7], but they are kernel [2,4], bias [4]. Make a new layer instead.",
    );
    Object.assign(model.layers[0]!, { units: 4 });
    expect(await (await loadModel(await model.toBytes())).getWeights()).toEqual(await model.getWeights());
  });
});

describe("what is in the file", () => {
  test("weights under their names, the optimizer's state, and texts", async () => {
    const { tensors, metadata } = decodeSafetensors(await (await trained()).toBytes(), "the bytes");
    expect(Object.fromEntries([...tensors].map(([name, t]) => [name, `${t.dtype} ${t.shape}`]))).toEqual({
      "dense_1/kernel": "float32 2,4",
      "dense_1/bias": "float32 4",
      "dense_2/kernel": "float32 4,3",
      "dense_2/bias": "float32 3",
      "optimizer/iterations": "int32 ",
      "optimizer/velocity/dense_1/kernel": "float32 2,4",
      "optimizer/velocity/dense_1/bias": "float32 4",
      "optimizer/velocity/dense_2/kernel": "float32 4,3",
      "optimizer/velocity/dense_2/bias": "float32 3",
    });
    expect(tensors.get("optimizer/iterations")!.data).toEqual(Int32Array.of(3));
    expect(metadata["format"]).toBe("nabla");
    expect(JSON.parse(metadata["architecture"]!)).toMatchObject({
      className: "Sequential",
      inputShape: [2],
      config: {
        name: "pairs",
        layers: [
          {
            className: "Dense",
            config: { name: "dense_1", units: 4, activation: "tanh", kernelInitializer: "heNormal" },
          },
          { className: "Dropout", config: { rate: 0.1 } },
          { className: "Dense" },
        ],
      },
    });
    expect(JSON.parse(metadata["training"]!)).toEqual({
      optimizer: { name: "sgd", config: { learningRate: 0.1, momentum: 0.9, nesterov: false } },
      objectives: [
        {
          output: "",
          weight: 1,
          loss: { name: "sparseCategoricalCrossentropy", config: { fromLogits: true } },
          metrics: [
            { name: "accuracy", config: {} },
            { name: "sparseTopKCategoricalAccuracy", config: { k: 2 } },
          ],
          weightedMetrics: [],
        },
      ],
    });
    expect(JSON.parse(metadata["data"]!)).toEqual({
      classNames: ["left", "right", "both"],
      inputs: { dtype: "uint8", scale: 1 / 255, offset: 0 },
    });
  });
  test("the same model gives the same bytes", async () =>
    expect(await (await trained()).toBytes()).toEqual(await (await trained()).toBytes()));
  test("without the optimizer where it is not wanted", async () => {
    const { tensors } = decodeSafetensors(await (await trained()).toBytes({ includeOptimizer: false }), "the bytes");
    expect([...tensors.keys()].some((name) => name.startsWith("optimizer"))).toBe(false);
  });
});

describe("there and back", () => {
  test("through a file", async () => {
    const model = await trained();
    const path = join(folder, "pairs.safetensors");
    await model.save(path);
    const loaded = await loadModel(path);
    expect(await loaded.getWeights()).toEqual(await model.getWeights());
    expect(await loaded.evaluate(pairs)).toEqual(await model.evaluate(pairs));
    expect(await (await loaded.predict(pairs)).data()).toEqual(await (await model.predict(pairs)).data());
    expect([loaded.name, loaded.classNames, loaded.dataInfo]).toEqual([
      model.name,
      ["left", "right", "both"],
      model.dataInfo,
    ]);
    expect(await loaded.toBytes()).toEqual(await model.toBytes());
    expect(loaded.summary()).toBe(model.summary());
    expect(readdirSync(folder)).toEqual(["pairs.safetensors"]);
  });
  test("a model that was never compiled", async () => {
    const model = sequential([layers.input([2]), layers.dense(1)]);
    const loaded = await loadModel(await model.toBytes());
    expect(loaded.training).toBeNull();
    expect(await loaded.getWeights()).toEqual(await model.getWeights());
  });
  test("a changed learning rate", async () => {
    const model = await trained();
    model.training!.optimizer.learningRate.assign(0.007);
    expect(await (await loadModel(await model.toBytes())).training!.optimizer.currentLearningRate()).toBe(0.007);
    const other = makeModel();
    await other.load(await model.toBytes());
    expect(await other.training!.optimizer.currentLearningRate()).toBe(0.007);
    model.training!.optimizer.learningRate.assign(0);
    await other.load(await model.toBytes());
    expect(await other.training!.optimizer.currentLearningRate()).toBe(0);
  });
  test("only the weights, where the optimizer is another", async () => {
    const model = await trained();
    const other = makeModel();
    other.compile({ optimizer: "adam", loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }) });
    await other.load(await model.toBytes());
    expect(await other.getWeights()).toEqual(await model.getWeights());
    expect(await other.training!.optimizer.iterations.data()).toEqual(Int32Array.of(0));
  });
  test("checkpoints of every epoch, and of the best", async () => {
    const all = join(folder, "all-{epoch}.safetensors");
    const best = join(folder, "best.safetensors");
    const model = makeModel();
    const record: number[] = [];
    await model.fit(pairs, {
      epochs: 3,
      callbacks: [
        callbacks.modelCheckpoint(all),
        callbacks.modelCheckpoint(best, { saveBestOnly: true, monitor: "loss", mode: "max" }),
        { onEpochEnd: ({ loss }) => void record.push(loss) },
      ],
    });
    expect(await (await loadModel(all.replace("{epoch}", "3"))).getWeights()).toEqual(await model.getWeights());
    const at = record.indexOf(Math.max(...record)) + 1;
    expect(readFileSync(best)).toEqual(readFileSync(all.replace("{epoch}", String(at))));
  });
});

describe("what a file cannot hold", () => {
  const warnings = () => vi.spyOn(console, "warn").mockImplementation(() => undefined);
  afterEach(() => vi.restoreAllMocks());

  test("a loss of one's own: said once, and the optimizer's state comes back with model.load", async () => {
    const warn = warnings();
    const mine = (targets: Tensor, predictions: Tensor) =>
      losses.sparseCategoricalCrossentropy({ fromLogits: true }).call(targets, predictions);
    const compiled = () => {
      const model = makeModel();
      model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1, momentum: 0.9 }), loss: mine });
      return model;
    };
    const model = compiled();
    await model.fit(pairs, { epochs: 3 });
    const saved = await model.toBytes();
    await model.toBytes();
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/^save: model pairs: .*a loss of your own: .*model\.load/)],
    ]);
    const loaded = await loadModel(saved);
    expect(loaded.training).toBeNull();
    const other = compiled();
    await other.load(saved);
    await model.fit(pairs, { epochs: 2 });
    await other.fit(pairs, { epochs: 2 });
    expect(await other.getWeights()).toEqual(await model.getWeights());
  });

  test("a metric of one's own: the rest of the training comes back", async () => {
    const warn = warnings();
    const model = makeModel();
    const metric = { name: "mine", config: {}, call: (t: Tensor) => t.cast("float32") };
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: [metric, "accuracy"] });
    await model.fit(pairs, { epochs: 1 });
    const loaded = await loadModel(await model.toBytes());
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/cannot hold metrics of your own: it lacks "mine"\./)]]);
    expect(loaded.training!.objectives[0]!.metrics.map(({ name }) => name)).toEqual(["accuracy"]);
    expect(await loaded.training!.optimizer.iterations.data()).toEqual(Int32Array.of(1));
  });

  test("a layer that is not registered, and one whose config does not make it again", async () => {
    const warn = warnings();
    class Scale extends Layer {
      override readonly className: string;
      readonly #by: number;
      constructor(className: string, options: { by?: number; name?: string }) {
        super("scale", options, ["by"]);
        this.className = className;
        this.#by = options.by ?? 1;
      }
      call(x: Tensor) {
        return x.mul(this.#by);
      }
      override config() {
        return { by: this.#by };
      }
    }
    const bytesOf = (className: string) =>
      sequential([layers.input([2]), new Scale(className, { by: 3 }), layers.dense(1)]).toBytes();
    const saved = await bytesOf("Scale");
    expect(warn.mock.calls).toEqual([
      [
        expect.stringMatching(
          /loadModel cannot make layer scale_1 \(Scale\).*registerLayer.*unknown layer class "Scale"/,
        ),
      ],
    ]);
    registerLayer("Scale", (config) => new Scale("Scale", config));
    expect((await loadModel(saved)).layers[1]!.config()).toEqual({ by: 3 });
    await bytesOf("Scale");
    expect(warn.mock.calls.length).toBe(1);
    registerLayer("Forgetful", ({ name }) => new Scale("Forgetful", { name }));
    await bytesOf("Forgetful");
    expect(warn.mock.calls[1]).toEqual([
      expect.stringMatching(/layer forgetful_1 .* is made again with other options/),
    ]);
  });

  test("a learning rate past float32, or that training has made infinite", async () => {
    expect(() => optimizers.adam({ learningRate: 1e39 })).toThrow(
      /expected learningRate to be a number from 0 to below 3\.4e\+38, got 1e\+39/,
    );
    expect((await loadModel(await rated(3e38))).training!.optimizer.name).toBe("sgd");
    await expect(rated(1e39)).rejects.toThrow(/expected finite options of the optimizer, got learningRate Infinity/);
  });
  async function rated(rate: number) {
    const model = await trained();
    model.training!.optimizer.learningRate.assign(rate);
    return model.toBytes();
  }

  test("weights are float32 whatever the dtype of what was given", async () => {
    const model = await trained();
    const parts = decodeSafetensors(await model.toBytes(), "the bytes");
    const bias = parts.tensors.get("dense_2/bias")!;
    parts.tensors.set("dense_2/bias", { data: Int32Array.from(bias.data), shape: bias.shape, dtype: "int32" });
    await expect(loadModel(encodeSafetensors(parts.tensors, parts.metadata))).rejects.toThrow(
      /expected float32\[3\] for "dense_2\/bias", got int32\[3\]\./,
    );
    model.setWeights({ "dense_2/bias": { data: Int32Array.of(1, -2, 3), shape: [3], dtype: "int32" } });
    const read = (await (await loadModel(await model.toBytes())).getWeights())["dense_2/bias"];
    expect(read).toEqual({ data: Float32Array.of(1, -2, 3), shape: [3], dtype: "float32" });
  });
});

describe("a model at an address", () => {
  let server: Server;
  let address: string;
  let body: Uint8Array;
  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === "/broken")
        response.writeHead(200, { "content-length": 100 }).write("12", () => response.destroy());
      else response.writeHead(request.url === "/none" ? 404 : 200).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  afterAll(() => server.close());

  test("is read", async () => {
    const model = await trained();
    body = await model.toBytes();
    expect(await (await loadModel(`${address}/m.safetensors`)).getWeights()).toEqual(await model.getWeights());
  });
  test("that answers with the page of the application", async () => {
    body = new TextEncoder().encode("<!doctype html><html><body>My application</body></html>");
    await expect(loadModel(`${address}/m.safetensors`)).rejects.toThrow(
      new FileError(
        `"${address}/m.safetensors" is not a safetensors file: it is an HTML page, as a server gives for an ` +
          `address that it does not know.`,
      ),
    );
  });
  test("that is not there, breaks off, or has no server", async () => {
    await expect(loadModel(`${address}/none`)).rejects.toThrow(
      new FileError(`cannot read "${address}/none": the server answers 404.`),
    );
    await expect(loadModel(`${address}/broken`)).rejects.toThrow(
      new FileError(`cannot read "${address}/broken": UND_ERR_SOCKET.`),
    );
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const nobody = `http://127.0.0.1:${(closed.address() as { port: number }).port}/m.safetensors`;
    await new Promise((resolve) => closed.close(resolve));
    await expect(loadModel(nobody)).rejects.toThrow(new FileError(`cannot read "${nobody}": ECONNREFUSED.`));
  });
});

describe("a file that is not whole", () => {
  /** The file of a trained model, with its parts changed. */
  async function altered(
    change: (parts: { tensors: Map<string, ReturnType<typeof toHost>>; metadata: Record<string, string> }) => void,
  ): Promise<Uint8Array> {
    const parts = decodeSafetensors(await (await trained()).toBytes(), "the bytes");
    change(parts as never);
    return encodeSafetensors(parts.tensors, parts.metadata);
  }
  const toHost = (data: Float32Array, shape: number[]) => ({ data, shape, dtype: "float32" as const });
  const architecture = (metadata: Record<string, string>, change: (json: any) => void): void => {
    const json = JSON.parse(metadata["architecture"]!);
    change(json);
    metadata["architecture"] = JSON.stringify(json);
  };
  const training = (metadata: Record<string, string>, change: (json: any) => void): void => {
    const json = JSON.parse(metadata["training"]!);
    change(json);
    metadata["training"] = JSON.stringify(json);
  };
  type Parts = Parameters<Parameters<typeof altered>[0]>[0];
  const cases: readonly [string, (parts: Parts) => void, RegExp][] = [
    [
      "no model",
      ({ metadata }) => delete metadata["format"],
      /^"the model's bytes" is a safetensors file, but not a model of Nabla: its metadata lack "format": "nabla"\.$/,
    ],
    [
      "a later version",
      ({ metadata }) => (metadata["version"] = "3"),
      /has version "3" of the model format, but this Nabla reads version 2\./,
    ],
    ["no architecture", ({ metadata }) => delete metadata["architecture"], /its architecture is not a JSON object/],
    [
      "an architecture that is not JSON",
      ({ metadata }) => (metadata["architecture"] = "{"),
      /its architecture is not JSON/,
    ],
    [
      "another class of model",
      ({ metadata }) => architecture(metadata, (a) => (a.className = "Functionnal")),
      /unknown layer class "Functionnal"\. Did you mean "Functional"\?/,
    ],
    [
      "layers that are no list",
      ({ metadata }) => architecture(metadata, (a) => (a.config.layers = 3)),
      /expected a sequential model with a list of layers/,
    ],
    [
      "an unknown layer",
      ({ metadata }) => architecture(metadata, (a) => (a.config.layers[0].className = "Dens")),
      /unknown layer class "Dens"\. Did you mean "Dense"\?/,
    ],
    [
      "a layer that is inherited by objects",
      ({ metadata }) => architecture(metadata, (a) => (a.config.layers[0].className = "constructor")),
      /unknown layer class "constructor"/,
    ],
    [
      "a layer that is null",
      ({ metadata }) => architecture(metadata, (a) => (a.config.layers[0] = null)),
      /expected a layer as \{ className, config \}, got null/,
    ],
    [
      "an option that no layer has",
      ({ metadata }) => architecture(metadata, (a) => (a.config.layers[0].config.evil = 1)),
      /dense: unknown option "evil"/,
    ],
    [
      "a prototype for a configuration",
      ({ metadata }) =>
        (metadata["architecture"] = metadata["architecture"]!.replace('"units":4', '"__proto__":{"units":4}')),
      /unknown option "__proto__"/,
    ],
    [
      "units that do not fit the weights",
      ({ metadata }) => architecture(metadata, (a) => (a.config.layers[0].config.units = 1e6)),
      /expected float32\[2,1000000\] for "dense_1\/kernel", got float32\[2,4\]/,
    ],
    [
      "units that are no number",
      ({ metadata }) => architecture(metadata, (a) => (a.config.layers[0].config.units = "4")),
      /dense: expected units to be an integer from 1 up, got "4"/,
    ],
    [
      "an input shape that is none",
      ({ metadata }) => architecture(metadata, (a) => (a.inputShape = [-2])),
      /expected a shape: a list of integers from 1 up/,
    ],
    [
      "a missing tensor",
      ({ tensors }) => tensors.delete("dense_2/bias"),
      /lacks the tensor "dense_2\/bias" of shape \[3\]\./,
    ],
    [
      "a tensor too many",
      ({ tensors }) => tensors.set("dense_3/bias", toHost(new Float32Array(1), [1])),
      /holds "dense_3\/bias", which no layer of the model has\./,
    ],
    [
      "a tensor of another shape",
      ({ tensors }) => tensors.set("dense_2/bias", toHost(new Float32Array(4), [4])),
      /expected float32\[3\] for "dense_2\/bias", got float32\[4\]\./,
    ],
    [
      "a slot of another shape",
      ({ tensors }) => tensors.set("optimizer/velocity/dense_2/bias", toHost(new Float32Array(4), [4])),
      /expected float32\[3\] for "optimizer\/velocity\/dense_2\/bias", got float32\[4\]\./,
    ],
    [
      "an unknown optimizer",
      ({ metadata }) => training(metadata, (t) => (t.optimizer.name = "sgdd")),
      /unknown optimizer "sgdd"\. Did you mean "sgd"\?/,
    ],
    [
      "an unknown loss",
      ({ metadata }) => training(metadata, (t) => (t.objectives[0].loss.name = "custom")),
      /unknown loss "custom"/,
    ],
    [
      "an unknown metric",
      ({ metadata }) => training(metadata, (t) => (t.objectives[0].metrics[0].name = "three")),
      /unknown metric "three"/,
    ],
    [
      "a metric whose name is no text",
      ({ metadata }) => training(metadata, (t) => (t.objectives[0].metrics[0].name = { toString: 1 })),
      /an optimizer, a loss and metrics, each with a name/,
    ],
    [
      "clipping that is no number",
      ({ metadata }) => training(metadata, (t) => (t.optimizer.config.clipnorm = { toString: 1 })),
      /expected clipnorm to be a finite number above 0, got a value of type object/,
    ],
    [
      "a name that would turn the terminal red",
      ({ metadata }) => architecture(metadata, (a) => (a.config.layers[0].config.name = "\u001b[31m")),
      /expected a name of at most 200 letters without control characters, got "\\u001b\[31m"/,
    ],
    [
      "a model's name that fills the screen",
      ({ metadata }) => architecture(metadata, (a) => (a.config.name = "x".repeat(1e5))),
      /expected a name of at most 200 letters without control characters, got "x{37}\.\.\."/,
    ],
    [
      "an option's name that fills the screen",
      ({ metadata }) => architecture(metadata, (a) => (a.config.layers[0].config["x".repeat(1e5)] = 1)),
      /unknown option "x{77}\.\.\."/,
    ],
    [
      "an architecture that nests without end",
      ({ metadata }) => (metadata["architecture"] = '{"a":'.repeat(1e6)),
      /its architecture nests deeper than 64 levels/,
    ],
    [
      "a dtype of inputs that is none",
      ({ metadata }) => (metadata["data"] = '{"inputs":{"dtype":"float1","scale":1,"offset":0}}'),
      /its input scaling is not a dtype, a scale and an offset/,
    ],
    ["a training that is none", ({ metadata }) => (metadata["training"] = "[]"), /its training is not a JSON object/],
    [
      "a learning rate that is none",
      ({ metadata }) => training(metadata, (t) => (t.optimizer.config.learningRate = -1)),
      /expected learningRate to be a finite number from 0 up, got -1/,
    ],
    [
      "class names that are none",
      ({ metadata }) => (metadata["data"] = '{"classNames":[1]}'),
      /its class names are not a list of strings/,
    ],
    [
      "a scaling that is none",
      ({ metadata }) => (metadata["data"] = '{"inputs":{"dtype":"uint8","scale":"x"}}'),
      /its input scaling is not a dtype, a scale and an offset/,
    ],
  ];
  test.each(cases)("%s", async (_, change, message) => {
    const error = await loadModel(await altered((parts) => void change(parts))).then(
      () => null,
      (e: Error) => e,
    );
    expect(error).toBeInstanceOf(FileError);
    expect(error!.message).toMatch(message);
    expect(error!.message).toMatch(/^"the model's bytes" /);
  });
  test("cut short, missing, or something else", async () => {
    const whole = await (await trained()).toBytes();
    await expect(loadModel(whole.subarray(0, whole.length - 4))).rejects.toThrow(FileError);
    await expect(loadModel(join(folder, "nothing.safetensors"))).rejects.toThrow(
      /^cannot read ".*nothing\.safetensors": there is no such file\.$/,
    );
    const path = join(folder, "text.safetensors");
    writeFileSync(path, "this is no model at all");
    await expect(loadModel(path)).rejects.toThrow(/text\.safetensors" is not a safetensors file/);
    rmSync(path);
  });
  test.each<[string, Uint8Array, string]>([
    ["a page", new TextEncoder().encode("\ufeff\n<!DOCTYPE html><html>…"), "it is an HTML page, as a server"],
    ["JSON", new TextEncoder().encode('{"error": "not found"}'), "it is JSON text"],
    ["gzip", Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3), "it is gzip data, which must be unpacked first"],
    [
      "a ZIP archive",
      new TextEncoder().encode("PK\u0003\u0004\u0014\0\0\0\b\0"),
      "it is a ZIP archive, as PyTorch's .pt",
    ],
    ["an image", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), "it is a PNG image"],
    ["Keras's file", Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a), "it is an HDF5 file"],
    ["a pickle", Uint8Array.of(0x80, 2, 0x7d, 0x71, 1, 0x58, 3, 0), "it is a Python pickle"],
    ["a pointer", new TextEncoder().encode("version https://git-lfs.github.com/spec/v1"), "it is a pointer of Git LFS"],
  ])("%s is called what it is", async (_, bytes, what) => {
    await expect(loadModel(bytes)).rejects.toThrow(FileError);
    await expect(loadModel(bytes)).rejects.toThrow(`"the model's bytes" is not a safetensors file: ${what}`);
  });
  test("other layers than the model's", async () => {
    const other = sequential([layers.dense(4), layers.dense(4)], { inputShape: [2] });
    const before = await other.getWeights();
    await expect(other.load(await (await trained()).toBytes())).rejects.toThrow(
      /expected float32\[4,4\] for "dense_2\/kernel", got float32\[4,3\]/,
    );
    expect(await other.getWeights()).toEqual(before);
  });
  test("a folder that is not there, the old file staying whole", async () => {
    const model = await trained();
    await expect(model.save(join(folder, "missing", "m.safetensors"))).rejects.toThrow(/there is no folder/);
    await expect(model.save(join(folder, "x.safetensors"), { optimizer: false } as object)).rejects.toThrow(
      /^save: unknown option "optimizer"/,
    );
    expect(readdirSync(folder)).not.toContain("x.safetensors");
  });
});

test("predict takes raw inputs with their scale out of a data set, or values as they are", async () => {
  const model = await trained();
  const scaled = tensor(
    Float32Array.from(bytes, (b) => Math.fround(b * Math.fround(1 / 255))),
    { shape: [3, 2] },
  );
  expect(await (await model.predict(scaled)).data()).toEqual(await (await model.predict(pairs)).data());
});
