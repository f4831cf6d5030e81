// Exact resume: a run that goes on from its checkpoint ends with the same bits, whatever it was made of.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  type Batch,
  type Callback,
  callbacks,
  type FitOptions,
  type History,
  layers,
  Model,
  optimizers,
  type StepContext,
  sequential,
  type Tensor,
} from "../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-resume-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const x = Array.from({ length: 40 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
const y = x.map(([a = 0, b = 0]) => [a * b]);
const make = (): Model =>
  sequential([layers.dense(6, { activation: "tanh" }), layers.dropout(0.2), layers.dense(1)], { seed: 2 }).compile({
    optimizer: optimizers.adam({ learningRate: 0.02 }),
    loss: "mse",
    metrics: ["mae"],
  });

const bitsOf = async (model: Model, history: History): Promise<string> =>
  JSON.stringify([
    Object.entries(await model.getWeights()).map(([name, { data }]) => [name, Array.from(data)]),
    history.epochs.map(({ seconds: _, ...measures }) => measures),
    history.stopped,
  ]);

/** Stops the run after so many steps. */
const after = (steps: number): Callback => {
  let taken = 0;
  return { onBatchEnd: (_, run) => void (++taken === steps && run.stop("cut off")) };
};

let files = 0;

test("callbacks find their states by their names, in whatever order they are given", async () => {
  const checkpoint = join(folder, "order.checkpoint");
  const remembering = (name: string, first: number) => {
    const own = { name, kept: first, state: () => own.kept, restore: (n: unknown) => void (own.kept = n as number) };
    return own;
  };
  class Counting {
    kept = 0;
    state = (): number => this.kept;
    restore = (n: unknown): void => void (this.kept = n as number);
  }
  const counting = Object.assign(new Counting(), { kept: 3 });
  const before = [remembering("a", 1), remembering("b", 2), counting, remembering("a", 4)];
  await make().fit(x, y, { epochs: 1, verbose: 0, checkpoint, callbacks: before });
  const after = [new Counting(), remembering("b", 0), remembering("a", 0), remembering("a", 0)];
  await make().fit(x, y, { epochs: 2, verbose: 0, checkpoint, resume: true, callbacks: after });
  expect(after.map(({ kept }) => kept)).toEqual([3, 2, 1, 4]);
  const others = { epochs: 3, verbose: 0, checkpoint, resume: true, callbacks: [remembering("c", 0)] } as const;
  await expect(make().fit(x, y, others)).rejects.toThrow(
    "its list of callbacks with a state is Counting, a, a, b, that of this one c.",
  );
});

/** A whole run against one that is cut off after each of `cuts` steps and goes on in a new model. */
async function check(
  cuts: readonly number[],
  options: () => FitOptions,
  model: () => Model = make,
  data: unknown = { x, y },
): Promise<void> {
  const whole = model();
  const expected = await bitsOf(whole, await whole.fit(data as never, { ...options(), verbose: 0 }));
  const checkpoint = join(folder, `${files++}.checkpoint`);
  for (const cut of cuts) {
    const part = model();
    const given = options();
    const controller = new AbortController();
    const cutting: Callback = after(cut);
    const stop: Callback = {
      onBatchEnd: (p, run) => cutting.onBatchEnd?.(p, { ...run, stop: () => controller.abort() } as never),
    };
    await part.fit(data as never, {
      ...given,
      callbacks: [...(given.callbacks ?? []), stop],
      verbose: 0,
      checkpoint,
      resume: true,
      signal: controller.signal,
    });
  }
  const last = model();
  const history = await last.fit(data as never, { ...options(), verbose: 0, checkpoint, resume: true });
  expect(await bitsOf(last, history)).toBe(expected);
}

describe("a run that is cut off ends with the same bits", () => {
  test("in the middle of epochs and at their ends", () =>
    check([3, 4, 1, 5], () => ({ epochs: 4, batchSize: 8, seed: 7 })));
  test("with validation, early stopping and a falling rate", () =>
    check([2, 9], () => ({
      epochs: 8,
      batchSize: 8,
      validationSplit: 0.25,
      stratify: false,
      callbacks: [
        callbacks.earlyStopping({ patience: 2, restoreBestWeights: true, minDelta: 0.01 }),
        callbacks.learningRateScheduler((epoch) => 0.02 / (1 + epoch)),
      ],
    })));
  test("where an epoch ends, and the next one begins with another rate", () =>
    check([5, 5, 10], () => ({
      epochs: 6,
      batchSize: 8,
      validationSplit: 0.05,
      callbacks: [
        callbacks.learningRateScheduler((epoch) => 0.05 / (1 + epoch) ** 2),
        { onEpochBegin: (epoch, run) => run.model.setWeights({ "dense_2/bias": [0.1 * epoch] }) },
      ],
    })));
  test("and, where it had ended already, with the running means of its weights", async () => {
    const averaged = () =>
      sequential([layers.dense(1)], { seed: 2 }).compile({
        optimizer: optimizers.adam({ learningRate: 0.02, useEma: true, emaMomentum: 0.9 }),
        loss: "mse",
      });
    const checkpoint = join(folder, `${files++}.checkpoint`);
    const [whole, again] = [averaged(), averaged()];
    const expected = await bitsOf(whole, await whole.fit(x, y, { epochs: 3, checkpoint }));
    expect(await bitsOf(again, await again.fit(x, y, { epochs: 3, checkpoint, resume: true }))).toBe(expected);
  });
  test("while gradients wait", () => check([2, 3], () => ({ epochs: 3, batchSize: 6, accumulate: 3 })));
  test("from a generator", () =>
    check(
      [2, 3],
      () => ({ epochs: 3 }),
      make,
      function* () {
        for (let i = 0; i < 40; i += 9) yield { x: x.slice(i, i + 9), y: y.slice(i, i + 9) };
      },
    ));
  test("with a training step and optimizers of its own", () => {
    class Twice extends Model<any, Tensor, Tensor> {
      readonly first = sequential([layers.dense(4, { activation: "tanh" })], { inputShape: [2] });
      readonly second = sequential([layers.dense(1)], { inputShape: [4] });
      readonly slow = optimizers.adam({ learningRate: 0.001 });
      readonly fast = optimizers.rmsprop({ learningRate: 0.01 });
      call(v: Tensor): Tensor {
        return this.second.apply(this.first.apply(v));
      }
      trainStep({ inputs, targets }: Batch, { minimize }: StepContext) {
        const loss = () =>
          this.apply(inputs as Tensor)
            .sub(targets as Tensor)
            .square()
            .mean();
        return { loss: minimize(loss, this.first, this.slow), other: minimize(loss, this.second, this.fast) };
      }
    }
    return check(
      [2, 4],
      () => ({ epochs: 3, batchSize: 16 }),
      () => new Twice({ seed: 3 }).compile({ loss: "mse" }),
    );
  });
  test("and a run that had ended goes on for more epochs", async () => {
    const checkpoint = join(folder, "more.checkpoint");
    const [whole, parts] = [make(), make()];
    const expected = await bitsOf(whole, await whole.fit(x, y, { epochs: 5, batchSize: 16 }));
    await parts.fit(x, y, { epochs: 2, batchSize: 16, checkpoint });
    const same = make();
    await same.fit(x, y, { epochs: 2, batchSize: 16, checkpoint, resume: true });
    expect(await same.getWeights()).toEqual(await parts.getWeights());
    const more = make();
    expect(await bitsOf(more, await more.fit(x, y, { epochs: 5, batchSize: 16, checkpoint, resume: true }))).toBe(
      expected,
    );
  });
});

describe("a checkpoint of something else is refused in one sentence", () => {
  const begun = async (): Promise<string> => {
    const checkpoint = join(folder, `${files++}.checkpoint`);
    await make().fit(x, y, { epochs: 1, batchSize: 8, checkpoint });
    return checkpoint;
  };
  const more = { epochs: 2, batchSize: 8, resume: true } as const;
  test("another model: which tensors differ", async () => {
    const checkpoint = await begun();
    const other = sequential([layers.dense(7, { name: "dense_1" }), layers.dense(1)], { seed: 2 }).compile({
      loss: "mse",
    });
    await expect(other.fit(x, y, { ...more, checkpoint })).rejects.toThrow(
      /is the checkpoint of another model: "dense_1\/kernel" is \[2,6\] in it and \[2,7\] here; /,
    );
  });
  test("another seed, other data, another optimizer or loss", async () => {
    const checkpoint = await begun();
    await expect(make().fit(x, y, { ...more, checkpoint, seed: 9 })).rejects.toThrow(
      /its seed is 2, that of this one 9/,
    );
    await expect(make().fit(x.slice(1), y.slice(1), { ...more, checkpoint })).rejects.toThrow(
      /its number of examples is 40/,
    );
    const other = make();
    other.compile({ optimizer: "sgd", loss: "mse" });
    await expect(other.fit(x, y, { ...more, checkpoint })).rejects.toThrow(/of a run that was compiled otherwise/);
    other.compile({ optimizer: optimizers.adam({ learningRate: 0.02 }), loss: "huber", metrics: ["mae"] });
    await expect(other.fit(x, y, { ...more, checkpoint })).rejects.toThrow(
      /its loss is meanSquaredError, that of this one huber/,
    );
  });
  test("a model's file, a damaged file, a folder", async () => {
    const file = join(folder, "model.safetensors");
    const model = make();
    await model.fit(x, y);
    await model.save(file);
    await expect(make().fit(x, y, { ...more, checkpoint: file })).rejects.toThrow(/is not a checkpoint of a run/);
    const checkpoint = await begun();
    writeFileSync(checkpoint, readFileSync(checkpoint).subarray(0, 500));
    await expect(make().fit(x, y, { ...more, checkpoint })).rejects.toThrow(/\.checkpoint"/);
    await expect(make().fit(x, y, { ...more, checkpoint: folder })).rejects.toThrow(/it is a folder/);
    await expect(make().fit(x, y, { resume: true })).rejects.toThrow(/resume: expected the path of the checkpoint too/);
  });
});
