// Places the nodes of a graph in layers, along the page or down it.
import dagre from "@dagrejs/dagre";
import { curveBasis, line } from "d3-shape";
import { type Graph, isNode, plainName, plainOperation } from "./graph.ts";

export interface PlacedNode {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly label: string;
}

export interface PlacedEdge {
  readonly from: number;
  readonly to: number;
  /** Which operand of `to` it is. */
  readonly slot: number;
  readonly path: string;
  /** Where its number stands. */
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

export const nodeHeight = 62;
export const chip = { width: 58, height: 24 } as const;
const margin = 8;
const smooth = line<{ x: number; y: number }>(
  (p) => p.x,
  (p) => p.y,
).curve(curveBasis);

function layered(graph: Graph, direction: "LR" | "TB"): Layout {
  const { nodes } = graph;
  const placed = new dagre.graphlib.Graph({ multigraph: true });
  const along = direction === "LR";
  placed.setGraph({
    rankdir: direction,
    nodesep: along ? 26 : 18,
    edgesep: 14,
    ranksep: along ? 40 : 24,
    marginx: margin,
    marginy: margin,
  });
  const labels = nodes.map((node) => {
    const operation = plainOperation(graph, node);
    return node.operation === "variable" ? operation : `${plainName(node.name)} = ${operation}`;
  });
  labels.forEach((label, i) => {
    placed.setNode(String(i), { width: Math.max(128, label.length * 9 + 20), height: nodeHeight });
  });
  nodes.forEach(({ args }, to) => {
    args.forEach((arg, slot) => {
      if (isNode(arg)) placed.setEdge(String(arg.node), String(to), { ...chip, labelpos: "c" }, String(slot));
    });
  });
  dagre.layout(placed);
  const { width = 0, height = 0 } = placed.graph();
  return {
    width,
    height,
    nodes: labels.map((label, i) => {
      const { x, y, width } = placed.node(String(i));
      return { x: x!, y: y!, width: width!, label };
    }),
    edges: placed.edges().map((edge) => {
      const { points, x, y } = placed.edge(edge);
      return {
        from: Number(edge.v),
        to: Number(edge.w),
        slot: Number(edge.name),
        path: smooth(points!)!,
        x: x!,
        y: y!,
      };
    }),
  };
}

/** Along the page, as a formula is read, if that can be read; else whichever way fits a space in the larger size. */
export function layoutOf(graph: Graph, space: { readonly width: number; readonly height: number }): Layout {
  const [along, down] = [layered(graph, "LR"), layered(graph, "TB")];
  const scale = ({ width, height }: Layout): number => Math.min(space.width / width, space.height / height);
  return scale(along) >= 0.72 || scale(along) >= scale(down) ? along : down;
}
