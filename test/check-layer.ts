// Checks a layer whole: shapes, gradients, one step of training, its configuration, saving and loading.
import { expect } from "vitest";
import { interpret, type Values } from "../src/backends/reference/interpret.ts";
import { gradients } from "../src/gradient.ts";
import { closeGraph } from "../src/graph/graph.ts";
import { type Layer, layers, loadModel, optimizers, sequential, tensor } from "../src/index.ts";
import { layerFromJson, layerToJson } from "../src/nn/registry.ts";
import type { Resident } from "../src/ops/index.ts";
import { hostRandom } from "../src/random.ts";
import { type Shape, sizeOf } from "../src/shape.ts";

interface Expectations {
  /** The shape of one output. Default: that of one input. */
  readonly outputShape?: Shape;
  /** The parameters by name with their shapes. Default: none. */
  readonly parameters?: Readonly<Record<string, Shape>>;
  /** Whether the output's derivative is zero wherever it has one, so that nothing can be learned through the layer. */
  readonly flat?: boolean;
  /** Whether the layer must stand first, so that a dense layer is put behind it to be trained. Default: false. */
  readonly first?: boolean;
}

const batch = 3;

/** Numbers in ±1 that keep away from 0, where many activations have a kink. */
function draw(size: number, seed: number): Float32Array {
  const random = hostRandom(seed);
  return Float32Array.from(
    { length: size },
    () => (random.below(2) * 2 - 1) * (0.05 + (0.95 * random.below(1000)) / 1000),
  );
}

/** Everything that can be asked of a layer. `make` gives a new layer at each call, with inputs of `inputShape`. */
export async function checkLayer(make: () => Layer, inputShape: Shape, expectations: Expectations = {}): Promise<void> {
  const { outputShape = inputShape, parameters = {}, flat = false, first = false } = expectations;
  const layer = make();
  const model = sequential([layer], { inputShape, seed: 7 });
  const x = tensor(draw(batch * sizeOf(inputShape), 1), { shape: [batch, ...inputShape] });

  // Shapes: declared, and as they come out.
  expect(model.outputShape).toEqual(outputShape);
  expect(Object.fromEntries(layer.parameters.map((p) => [p.name, p.shape]))).toEqual(parameters);
  const y = model.call(x);
  expect([y.shape, y.dtype]).toEqual([[batch, ...outputShape], "float32"]);
  expect((await y.data()).every(Number.isFinite)).toBe(true);
  expect((await model.predict(x)).shape).toEqual([batch, ...outputShape]);

  await checkGradient(model, x, flat);
  if (!flat) await checkStep(make, inputShape, first);

  // Configuration, there and back.
  const json = JSON.parse(JSON.stringify(layerToJson(layer)));
  const again = layerFromJson(json);
  expect(again.constructor).toBe(layer.constructor);
  expect(layerToJson(again)).toEqual(json);

  // Saving and loading: the same bits.
  const loaded = await loadModel(await model.toBytes());
  expect(loaded.layers[0]!.constructor).toBe(layer.constructor);
  expect(await loaded.getWeights()).toEqual(await model.getWeights());
  expect(await (await loaded.predict(x)).data()).toEqual(await (await model.predict(x)).data());
}

/** The gradient of a weighted sum of outputs, by inputs and parameters, against central differences in float64. */
async function checkGradient(
  model: ReturnType<typeof sequential>,
  x: ReturnType<typeof tensor>,
  flat: boolean,
): Promise<void> {
  const parameters = model.weights().flat;
  await parameters?.data();
  const point = parameters?.value;
  const y = model.call(x);
  const loss = y.mul(tensor(draw(y.size, 2), { shape: y.shape })).sum();
  const slopes = gradients(loss, point ? [x, point] : [x]);
  const graph = closeGraph(
    [loss, ...slopes].map((t) => t.node),
    [],
  );
  const inputs = graph.inputs.map((node) => Float64Array.from(node.value!));
  const others = new Map<Resident, Values>(
    graph.variables.map((variable) => [variable, new Float64Array(sizeOf(variable.shape))]),
  );
  const run = () => interpret(graph, inputs, others).outputs;
  const [, ...exact] = run().map((v) => v.slice());
  let greatest = 0;
  [x, ...(point ? [point] : [])].forEach(({ node }, k) => {
    const at = inputs[graph.inputs.indexOf(node)]!;
    for (let i = 0; i < at.length; i++) {
      const [value, h] = [at[i]!, 1e-5];
      at[i] = value + h;
      const above = run()[0]![0]!;
      at[i] = value - h;
      const slope = (above - run()[0]![0]!) / (2 * h);
      at[i] = value;
      expect(exact[k]![i], `slope ${i} of ${k === 0 ? "the inputs" : "the parameters"}`).toBeCloseTo(slope, 5);
      greatest = Math.max(greatest, Math.abs(slope));
    }
  });
  // Slopes of zero would agree with any rule that gives none.
  expect(greatest > 1e-3).toBe(!flat);
}

/** One small step of descent lowers the loss. The layer gets a dense one in front, so that something is to be trained. */
async function checkStep(make: () => Layer, inputShape: Shape, first: boolean): Promise<void> {
  const layer = make();
  const model = sequential(first ? [layer, layers.dense(2)] : [layers.dense(inputShape.at(-1)!), layer], {
    inputShape,
    seed: 8,
  });
  model.compile({ optimizer: optimizers.sgd({ learningRate: 0.01 }), loss: "meanSquaredError" });
  const x = tensor(draw(batch * sizeOf(inputShape), 3), { shape: [batch, ...inputShape] });
  const y = tensor(draw(batch * sizeOf(model.outputShape!), 4), { shape: [batch, ...model.outputShape!] });
  const before = await model.evaluate(x, y);
  const weights = await model.getWeights();
  await model.fit(x, y, { batchSize: batch });
  expect(await model.getWeights()).not.toEqual(weights);
  expect((await model.evaluate(x, y)).loss).toBeLessThan(before.loss);
}
