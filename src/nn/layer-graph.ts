// The graph of a model's layers: which layer takes what of which, whatever the way in which the model was written.
import { topologicalOrder } from "../graph/order.ts";
import { placeholder } from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { Tensor } from "../tensor.ts";
import type { Layer } from "./layer.ts";
import { Network } from "./network.ts";
import { layersIn } from "./structure.ts";
import { isTensor, mapTree, namedLeaves, type Shapes, shapesOf, type Tensors, tensorsOf } from "./tree.ts";

/** One call of a layer, or an input of the model. */
export interface LayerCall {
  /** A name that no other has: the path of the layer, with the number of the call from the second on. */
  readonly id: string;
  /** The path of the layer: `encoder/dense_1`; the name of an input. */
  readonly path: string;
  readonly className: string;
  /** 1 for the first call of the layer, and so on. */
  readonly call: number;
  /** The shapes of one example of the outputs. */
  readonly outputShape: Shapes;
  /** The ids of the calls and inputs whose outputs it takes, each once. */
  readonly inputs: readonly string[];
  /** The models within the model that hold it, the outermost first: their paths, with the numbers of their calls. */
  readonly groups: readonly string[];
}

/** A group's name: the path of a model within the model, with the number of its call from the second on. */
const nameOfCall = (path: string, call: number): string => (call === 1 ? path : `${path} (${call})`);

/**
 * The calls of a model's layers, each after those whose outputs it takes, the inputs first. A layer that is no model is
 * one, whatever it holds. Throws {@link NablaError} while the model does not know its input shape.
 */
export function layerGraph(model: Network): readonly LayerCall[] {
  const placed = new Map(layersIn<Layer>(model).map(({ layer, path }) => [path, layer]));
  const isModel = (path: string): boolean => path === "" || placed.get(path) instanceof Network;
  const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));
  const isShown = (path: string): boolean => !isModel(path) && isModelsAllAlong(parentOf(path));
  const isModelsAllAlong = (path: string): boolean =>
    path === "" || ((isModel(path) || !placed.has(path)) && isModelsAllAlong(parentOf(path)));

  const givers = new Map<Node, string>();
  const calls: Own[] = [];
  const counts = new Map<string, number>();
  let inputs: Tensors = [];
  const taken = new Map<string, Tensors>();
  model.trace(({ layer, path, inputs: given, output }) => {
    if (path === "") inputs = given;
    if (path === "" || (!isModel(path) && !isShown(path))) return output;
    const call = (counts.get(path) ?? 0) + 1;
    counts.set(path, call);
    const id = nameOfCall(path, call);
    if (isModel(path)) {
      // Whatever was called below it, and is in no earlier call of it, was called in this one.
      const inside = calls.filter((own) => own.path.startsWith(`${path}/`) && !own.groups.some(isCallOf(path)));
      for (const own of inside) own.groups = [id, ...own.groups];
      return output;
    }
    calls.push({ id, path, className: layer.className, call, outputShape: shapesOf(output), inputs: [], groups: [] });
    taken.set(id, given);
    // Fresh tensors tell this output from the input that a layer may give on as it is.
    return mapTree(output, isTensor, ({ shape, dtype }) => {
      const fresh = new Tensor(placeholder(0, shape, dtype));
      givers.set(fresh.node, id);
      return fresh;
    });
  });
  const given = namedLeaves(inputs, isTensor).map(([name, x]): Own => {
    const path = name === "" ? "input" : name;
    const id = placed.has(path) ? `${path} (input)` : path;
    givers.set(x.node, id);
    return { id, path, className: "Input", call: 1, outputShape: shapesOf(x), inputs: [], groups: [] };
  });
  for (const own of calls) {
    const nodes = tensorsOf("inputs", taken.get(own.id)).map(({ node }) => node);
    const sources = topologicalOrder(nodes, (node) => givers.has(node)).flatMap((node) => givers.get(node) ?? []);
    own.inputs = [...new Set(sources)];
  }
  return withoutDeclared([...given, ...calls]);
}

type Own = { -readonly [K in keyof LayerCall]: LayerCall[K] };

const isCallOf =
  (path: string) =>
  (group: string): boolean =>
    group === path || group.startsWith(`${path} (`);

/** Leaves out an input that a layer of class Input declares: the layer stands for it. */
function withoutDeclared(calls: readonly LayerCall[]): readonly LayerCall[] {
  const declared = new Set(
    calls.flatMap(({ className, inputs }) => (className === "Input" && inputs.length === 1 ? inputs : [])),
  );
  const isNeeded = (id: string): boolean =>
    calls.some(({ className, inputs }) => className !== "Input" && inputs.includes(id));
  const dropped = new Set([...declared].filter((id) => !isNeeded(id)));
  return calls
    .filter(({ id }) => !dropped.has(id))
    .map((own) => ({ ...own, inputs: own.inputs.filter((id) => !dropped.has(id)) }));
}
