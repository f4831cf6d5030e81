// The built lab in Firefox, one small test a page: it opens there without an error, isolated, and shows the bits of
// Nabla in Node.
import { loadModel } from "nabla";
import { digits } from "nabla/data";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { numeral } from "../../recipes/tools/part.ts";
import { curves } from "../src/pages/activations/engine.ts";
import { graphOf } from "../src/pages/backpropagation/graph.ts";
import { exactCheck, graphNumbers } from "../src/pages/backpropagation/graph-engine.ts";
import { compileNetwork, makeNetwork } from "../src/pages/digits/network.ts";
import { neuron } from "../src/pages/neuron/engine.ts";
import { conditioning } from "../src/pages/neuron/hebb/engine.ts";
import { kindsAt } from "../src/pages/neuron/kinds/engine.ts";
import { descend, drawn } from "../src/pages/neuron/model/engine.ts";
import { beginnings } from "../src/pages/neuron/model/names.ts";
import { Run } from "../src/pages/playground/run.ts";
import { type Firefox, findFirefox, openFirefox } from "./firefox.ts";

const hasFirefox = findFirefox();
let firefox: Firefox;

beforeAll(async () => {
  if (hasFirefox) firefox = await openFirefox(inject("site"));
}, 60_000);
afterAll(() => firefox?.close());

describe.skipIf(!hasFirefox)("in Firefox", () => {
  it("the page of the neuron colours its plane", async () => {
    const hash = "#/neuron?lang=en&f=sigmoid&w1=1.3&w2=-0.7&b=0.2";
    const { title, isIsolated, errors, seen } = await firefox.see(hash, async ({ document, until }) => {
      const score = await until(() => /\d of 4 points are answered rightly/.exec(document.body.innerText)?.[0]);
      const canvas = await until(() => [...document.querySelectorAll("canvas")].find((one) => one.width === 120));
      return { score, shades: [...canvas.getContext("2d")!.getImageData(0, 0, 120, 120).data] };
    });
    expect(errors).toEqual([]);
    expect(title).toContain("Neuron");
    expect(isIsolated).toBe(true);
    const points = [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ];
    const weights = [1.3, -0.7, 0.2, 0] as const;
    const answer = await neuron({ weights, activation: "sigmoid" }, points, [-0.75, 2.25, -0.75, 2.25], 120);
    const right = answer.z.filter((z, i) => z > 0 === (i === 3)).length;
    expect(seen.score).toBe(`${right} of 4 points are answered rightly`);
    // The colours are those of 256 levels: the same level in each pixel means the same colour in each.
    const level = (v: number): number => Math.round((v + 1) * 127.5);
    const colours = new Map<number, string>();
    for (const [i, v] of answer.shades.entries()) {
      const colour = seen.shades.slice(4 * i, 4 * i + 3).join();
      const known = colours.get(level(v));
      if (known === undefined) colours.set(level(v), colour);
      else expect(colour).toBe(known);
    }
    expect(new Set(colours.values()).size).toBeGreaterThan(40);
  }, 240_000);

  it("the scene of the kinds trains four networks", async () => {
    const hash = "#/neuron?lang=en&scene=kinds&set=xor&width=3&draw=3&epochs=20";
    const { errors, seen } = await firefox.see(hash, async ({ document, until }) => {
      await until(() => document.querySelector(".epoch b")?.textContent === "20");
      return [...document.querySelectorAll("article")].map((one) =>
        [...one.querySelectorAll("dd")].map((dd) => dd.textContent!.replace(/\s?✓/, "")),
      );
    });
    expect(errors).toEqual([]);
    const { kinds } = await kindsAt({ set: "xor", width: 3, seed: 3, rate: 0.01 }, 20, 1e9);
    const percent = (share: number): string => `${(100 * share).toFixed(1)}\u00a0%`;
    expect(seen).toEqual(
      kinds.map(({ right, loss, testRight }) => [percent(right), loss.toFixed(3), percent(testRight)]),
    );
  }, 240_000);

  it("the scene of one neuron as a model descends, and that of Hebb's rule conditions a dog", async () => {
    const { errors, seen } = await firefox.see("#/neuron?lang=en&scene=model&taken=7", async ({ document, until }) => {
      return until(() => /Step 7: .*the loss is ([^ ]+)\.$/m.exec(document.body.innerText)?.[1]);
    });
    expect(errors).toEqual([]);
    const { from, eta } = beginnings.linear;
    const { path } = await descend("linear", await drawn("number", "noise", 1), from, eta);
    expect(seen).toBe(numeral(path[5 * 7 + 2]!));
    const dog = await firefox.see("#/neuron?lang=en&scene=hebb&trials=tttb", async ({ document, until }) => {
      await until(() => document.body.innerText.includes("Trial 4: the bell alone."));
      return document.querySelector("svg[role=img][aria-label*='food, ']")!.ariaLabel;
    });
    expect(dog.errors).toEqual([]);
    const { weights } = await conditioning("tttb", 0.25, 0.5, "hebb");
    const [food, bell] = weights.map((weight) => weight!.toFixed(2));
    expect(dog.seen).toContain(`food, with the weight ${food}, and the bell, with the weight ${bell}`);
  }, 240_000);

  it("the page of the activations plots functions and derivatives, rounding errors included", async () => {
    const hash = "#/activations?lang=en&f=gelu&over=sigmoid,silu,selu,softplus&u=-0.7";
    const { title, errors, seen } = await firefox.see(hash, async ({ document, until }) => {
      // The largest difference between the derivative and its formula consists of nothing but rounding.
      const difference = await until(() => document.querySelector("[data-testid=difference]")?.textContent);
      const rows = await until(() => {
        const all = [...document.querySelectorAll<HTMLTableRowElement>("[role=tabpanel] tbody tr")];
        return all.length === 5 && all;
      });
      return { difference, rows: rows.map(({ cells }) => [...cells].map((cell) => cell.textContent!.trim())) };
    });
    expect(errors).toEqual([]);
    expect(title).toContain("Activations");
    const names = ["gelu", "sigmoid", "silu", "selu", "softplus"] as const;
    const asked = names.map((name) => ({ name, parameters: [name === "silu" ? 1 : 0, 0, 0, 0] }));
    const { curves: expected } = await curves(asked, 6, -0.7);
    expect(seen.rows.map((row) => row.slice(1))).toEqual(
      expected.map(({ at }) => [at.f, at.slope, at.byHand].map((value) => numeral(value))),
    );
    expect(seen.difference).toContain(numeral(Math.max(...expected.map(({ difference }) => difference))));
  }, 240_000);

  it("the page of the playground trains a network, down to the file that it saves", async () => {
    const hash = "#/playground?lang=en&set=rings&layers=5&norm=batch&optimizer=adam&trained=4";
    const { title, errors, seen } = await firefox.see(hash, async ({ document, until }) => {
      await until(() => document.querySelector("dl dd")?.textContent === "4");
      await until(() => document.querySelector('[aria-label="Play"]:enabled'));
      const view = document.defaultView as Window & typeof globalThis;
      const saved: Blob[] = [];
      view.URL.createObjectURL = (file) => `blob:${saved.push(file as Blob)}`;
      view.HTMLAnchorElement.prototype.click = () => undefined;
      [...document.querySelectorAll("button")].find((one) => one.textContent.includes("safetensors"))!.click();
      const file = await until(() => saved[0]);
      return [...new Uint8Array(await file.arrayBuffer())];
    });
    expect(errors).toEqual([]);
    expect(title).toContain("Playground");
    const run = new Run({
      ...{ set: "rings", points: [], count: 500, noise: 0, share: 50, seed: 1, weightSeed: 1, features: ["x1", "x2"] },
      ...{ layers: [5], f: "tanh", init: "glorotUniform", norm: "batch", dropout: 0, loss: "", optimizer: "adam" },
      ...{ rate: 0.03, batch: 10, edits: [], penalty: "none", penaltyRate: 0.001 },
    });
    await run.advance(Infinity, 4);
    expect(Buffer.from(seen).equals(await run.network.model.toBytes())).toBe(true);
  }, 240_000);

  it("the page of backpropagation has the values, the gradients and the rounding errors of a graph", async () => {
    const [text, at] = ["sin(x)·y + tanh(w1·x + b)", [1.3, 2, -0.7, 0.2]] as const;
    const hash = `#/backpropagation?lang=en&f=${encodeURIComponent(text)}&at=x:1.3,y:2,w1:-0.7,b:0.2`;
    const { title, errors, seen } = await firefox.see(hash, async ({ document, until }) => ({
      // The difference between gradients and finite differences consists of nothing but rounding.
      verdict: await until(() => /differ by [^ ]+\.$/m.exec(document.body.innerText)?.[0]),
      rows: [...document.querySelectorAll("table tbody")].map((body) =>
        [...body.querySelectorAll("tr")].map((row) =>
          [...row.querySelectorAll("td")].map((cell) => cell.textContent!.trim()),
        ),
      ),
    }));
    expect(errors).toEqual([]);
    expect(title).toContain("Backpropagation");
    const graph = graphOf(text);
    const { values, gradients, byNabla, byDifferences } = await graphNumbers(graph, at);
    const [nodes, checks] = seen.rows;
    expect(nodes!.map((row) => row.slice(-2))).toEqual(values.map((v, i) => [numeral(v), numeral(gradients[i]!)]));
    expect(checks).toEqual(
      byNabla.map((_, i) => [gradients[i]!, byNabla[i]!, byDifferences[i]!].map((v) => numeral(v))),
    );
    expect(seen.verdict).toBe(`differ by ${numeral((await exactCheck(graph, at))!)}.`);
  }, 240_000);

  it("the page of digits trains the weights that Nabla trains in Node", async () => {
    const settings = {
      net: "linear",
      epochs: 1,
      batch: 64,
      rate: 0.002,
      optimizer: "adam",
      seed: 3,
      distort: false,
    } as const;
    const { errors, seen } = await firefox.see("#/digits?lang=en&net=linear&epochs=1&seed=3", async (sight) => {
      const { document, until } = sight;
      const button = (name: string) =>
        until(() => [...document.querySelectorAll("button")].find((b) => b.textContent === name && !b.disabled));
      await until(() => document.body.innerText.includes("The network is untrained"));
      (await button("Train")).click();
      await until(() => /^Epochs: 1, .* are read rightly/m.exec(document.body.innerText));
      // The file is caught on its way to the disk.
      const view = document.defaultView!;
      let file: Blob | undefined;
      view.HTMLAnchorElement.prototype.click = () => undefined;
      view.URL.createObjectURL = (blob) => {
        file = blob as Blob;
        return "";
      };
      (await button("Save the network")).click();
      const bytes = new Uint8Array(await (await until(() => file)).arrayBuffer());
      return { bytes: [...bytes] };
    });
    expect(errors).toEqual([]);
    const model = compileNetwork(makeNetwork(settings), settings);
    await model.fit((await digits()).train, { epochs: 1, batchSize: 64, seed: 3, verbose: 0 });
    const [saved, own] = [await (await loadModel(Uint8Array.from(seen.bytes))).getWeights(), await model.getWeights()];
    expect(Object.keys(saved)).toEqual(Object.keys(own));
    for (const [name, { data }] of Object.entries(own)) expect(saved[name]!.data).toEqual(data);
  }, 240_000);
});
