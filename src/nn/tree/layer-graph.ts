// The graph of a model's layers: which layer takes what of which, whatever the way in which the model was written.
import { topologicalOrder } from "../../graph/order.ts";
import { placeholder } from "../../ops/index.ts";
import type { Node } from "../../ops/op.ts";
import { Tensor } from "../../tensor.ts";
import type { CallFrame } from "./call.ts";
import type { Layer } from "./layer.ts";
import { Network } from "./network.ts";
import { layersIn } from "./structure.ts";
import { isTensor, mapTree, namedLeaves, type Shapes, shapesOf, type Tensors, tensorsOf } from "./tree.ts";

/** One call of a layer, an input of the model, or an output that is computed beside all layers. */
export interface LayerCall {
  /** A name that no other has: the path of the layer, with the number of the call from the second on. */
  readonly id: string;
  /** The path of the layer: `encoder/dense_1`; the name of an input or output. */
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

/**
 * The calls of a model's layers, each after those whose outputs it takes, the inputs first. A layer that is no model is
 * one, whatever it holds. Throws {@link NablaError} while the model does not know its input shape.
 */
export function layerGraph(model: Network): readonly LayerCall[] {
  const placed = new Map(layersIn<Layer>(model).map(({ layer, path }) => [path, layer]));
  const isModel = (path: string): boolean => path === "" || placed.get(path) instanceof Network;
  /** True for a call by the model itself, or by models within it. */
  const isByModels = (frame: CallFrame | null): boolean =>
    frame === null || (isModel(frame.path) && isByModels(frame.outer));

  const givers = new Map<Node, string>();
  const calls: Own[] = [];
  const counts = new Map<string, number>();
  let inputs: Tensors = [];
  let outputs: Tensors = [];
  const taken = new Map<string, Tensors>();
  const number = (path: string): string => {
    const call = (counts.get(path) ?? 0) + 1;
    counts.set(path, call);
    return call === 1 ? path : `${path} (${call})`;
  };
  const groups = new Map<CallFrame, string>();
  /** The models within the model that called a layer. */
  const groupsOf = (frame: CallFrame | null): string[] => {
    // The outermost call is that of the whole model.
    if (!frame?.outer) return [];
    const outer = groupsOf(frame.outer);
    let name = groups.get(frame);
    if (name === undefined) groups.set(frame, (name = number(frame.path)));
    return [...outer, name];
  };
  model.trace(({ layer, path, inputs: given, output, outer }) => {
    if (path === "") [inputs, outputs] = [given, output];
    if (isModel(path) || !isByModels(outer)) return output;
    const id = number(path);
    const call = counts.get(path) ?? 1;
    calls.push({
      id,
      path,
      className: layer.className,
      call,
      outputShape: shapesOf(output),
      inputs: [],
      groups: groupsOf(outer),
    });
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
  const results = namedLeaves(outputs, isTensor).flatMap(([name, y]): Own[] => {
    // What a layer gives needs no other box; what is computed of it in `call` does.
    if (givers.has(y.node)) return [];
    const path = name === "" ? "output" : name;
    const id = placed.has(path) || given.some((own) => own.id === path) ? `${path} (output)` : path;
    taken.set(id, y);
    return [{ id, path, className: "Output", call: 1, outputShape: shapesOf(y), inputs: [], groups: [] }];
  });
  for (const own of [...calls, ...results]) {
    const nodes = tensorsOf("inputs", taken.get(own.id)).map(({ node }) => node);
    const sources = topologicalOrder(nodes, (node) => givers.has(node)).flatMap((node) => givers.get(node) ?? []);
    own.inputs = [...new Set(sources)];
  }
  return withoutDeclared([...given, ...calls, ...results]);
}

type Own = { -readonly [K in keyof LayerCall]: LayerCall[K] };

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
