// A backend that starts later, as one that asks for a GPU does: all that is asked of it before waits, in order.
import { afterEach, expect, test } from "vitest";
import type { Backend } from "../src/backends/backend.ts";
import { referenceBackend } from "../src/backends/reference/index.ts";
import { compile, layers, sequential, setBackend, setThreads, type Tensor, tensor, variable } from "../src/index.ts";
import { makers } from "../src/runtime/device.ts";

afterEach(() => {
  setBackend("wasm");
  delete makers["late"];
});

/** Chooses a backend that starts after 20 ms; the first `failures` times it fails to. Returns the number of starts. */
function late(failures = 0): () => number {
  let starts = 0;
  makers["late"] = async (): Promise<Backend> => {
    const number = ++starts;
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (number <= failures) throw new Error("no adapter");
    return { ...referenceBackend, name: "late" };
  };
  setBackend("late");
  return () => starts;
}

test("tensors, variables, compiled functions and models wait for it; it starts once", async () => {
  const starts = late();
  const w = variable([1, 2], { name: "w" });
  const double = compile((x: Tensor) => (w.assign(w.value.add(x)), w.value.mul(2)));
  const [sum, doubled] = [tensor([1, 2]).sum().item(), double([10, 10])];
  w.assign(w.value.add(1));
  expect(() => setThreads(1)).toThrow("the backend is still starting; await the numbers of a tensor first.");
  expect(await sum).toBe(3);
  expect(await (await doubled).array()).toEqual([22, 24]);
  expect(await w.array()).toEqual([12, 13]);
  setThreads(1);
  const model = sequential([layers.dense(1)]).compile({ optimizer: "sgd", loss: "mse" });
  await model.fit([[0], [1]], [[1], [3]], { epochs: 2, verbose: 0 });
  expect(((await model.predict([[2]])) as Tensor).shape).toEqual([1, 1]);
  expect(starts()).toBe(1);
});

test("work begun before goes to the backend that was chosen then, and numbers move", async () => {
  const v = variable([1, 2], { name: "v" });
  await v.data();
  late();
  v.assign(v.value.mul(3));
  const there = v.array();
  setBackend("wasm");
  expect(await there).toEqual([3, 6]);
  expect(await v.value.add(1).array()).toEqual([4, 7]);
});

test("a start that fails costs those who waited for it, and the next one tries again", async () => {
  const starts = late(1);
  const v = variable([5], { name: "v" });
  const add = compile((x: Tensor) => x.add(1));
  const asked = [tensor([1]).add(1).array(), add([1]), v.array()];
  for (const result of await Promise.allSettled(asked))
    expect(result).toMatchObject({ status: "rejected", reason: { message: expect.stringContaining("no adapter") } });
  expect(await tensor([1]).add(1).array()).toEqual([2]);
  expect(await (await add([1])).array()).toEqual([2]);
  v.assign([6]);
  expect(await v.array()).toEqual([6]);
  expect(starts()).toBe(2);
});
