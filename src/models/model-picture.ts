// A model as a picture: layers as boxes with their names and shapes, arrows between them, models in it as frames.
import { type LayerCall, layerGraph } from "../nn/tree/layer-graph.ts";
import type { Network } from "../nn/tree/network.ts";
import { formatShapes } from "../nn/tree/tree.ts";
import { escapeXml, coordinate as n } from "../svg.ts";
import { type Box, type Edge, type Layout, layered, type Place } from "./layered.ts";

/** The width of a letter of names, and of the smaller text below them. */
const [letter, smallLetter] = [7.8, 6.7];
/** The height of a layer's box; its padding; the radius of its corners. */
const [boxHeight, padding, radius] = [52, 16, 8];
/** The padding of a frame, and the height of its title. */
const [frame, title] = [18, 26];
const margin = 16;

/** A layer's box, or the frame around a model within the model. */
interface Item {
  readonly id: string;
  /** Null for a frame. */
  readonly call: LayerCall | null;
  readonly width: number;
  readonly height: number;
  /** The content of a frame. */
  readonly inside: { readonly items: readonly Item[]; readonly layout: Layout } | null;
  /** In a frame: the layers in it that take what comes from outside, by id; a layer takes it itself. */
  readonly takes: readonly string[];
}

/** Draws a model. Throws {@link NablaError} while it does not know its input shape. */
export function drawModel(model: Network): string {
  const calls = layerGraph(model);
  const { items, layout } = arrange(calls, []);
  const [width, height] = [Math.ceil(layout.width) + 2 * margin, Math.ceil(layout.height) + 2 * margin];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
      'fill="currentColor" stroke-width="1.5" font-family="ui-sans-serif, system-ui, Helvetica, Arial, sans-serif" ' +
      'font-size="14" text-anchor="middle" role="img">',
    `<title>${escapeXml(`Model ${model.name}`)}</title>`,
    ...drawItems(items, layout, { x: margin, y: margin }),
    "</svg>",
    "",
  ].join("\n");
}

/** Lays out the calls that a frame holds, or the whole model: each item is a call, or a frame with calls in it. */
function arrange(calls: readonly LayerCall[], group: readonly string[]): NonNullable<Item["inside"]> {
  const depth = group.length;
  /** The item in which a call stands here. */
  const itemOf = ({ id, groups }: LayerCall): string => (groups.length > depth ? `frame ${groups[depth]}` : id);
  const here = calls.filter(({ groups }) => group.every((name, i) => groups[i] === name));
  const byId = new Map(here.map((call) => [call.id, call]));
  const followed = new Map<string, Set<string>>();
  for (const call of here) {
    const item = itemOf(call);
    const sources = followed.get(item) ?? new Set();
    followed.set(item, sources);
    for (const from of call.inputs.flatMap((id) => byId.get(id) ?? []))
      if (itemOf(from) !== item) sources.add(itemOf(from));
  }
  const items = [...followed.keys()].map((id): Item => {
    const call = byId.get(id);
    if (call) return { id, call, width: widthOf(call), height: boxHeight, inside: null, takes: [] };
    const own = here.filter((other) => itemOf(other) === id);
    const inside = arrange(calls, own[0]!.groups.slice(0, depth + 1));
    const within = new Set(own.map((other) => other.id));
    const takers = own.filter(({ inputs }) => inputs.some((from) => !within.has(from)));
    const titleWidth = id.length * letter + 2 * padding;
    return {
      id,
      call: null,
      width: Math.max(inside.layout.width + 2 * frame, titleWidth),
      height: inside.layout.height + 2 * frame + title,
      inside,
      takes: [
        ...new Set(
          takers.map((other) => (other.groups.length > depth + 1 ? `frame ${other.groups[depth + 1]}` : other.id)),
        ),
      ],
    };
  });
  const boxes = inOrder(
    items.map(({ id, width, height }): Box => ({ id, width, height, inputs: [...(followed.get(id) ?? [])] })),
  );
  return { items, layout: layered(boxes) };
}

/** Boxes in an order in which each comes after those that it follows. */
function inOrder(boxes: readonly Box[]): Box[] {
  const sorted = new Set<Box>();
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const visit = (box: Box): void => {
    if (sorted.has(box)) return;
    for (const from of box.inputs) visit(byId.get(from)!);
    sorted.add(box);
  };
  boxes.forEach(visit);
  return [...sorted];
}

/** The lines of a box: the layer's name, and its class with the shape of its output. */
function linesOf({ path, className, call, outputShape }: LayerCall): readonly [string, string] {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return [call === 1 ? name : `${name} · call ${call}`, `${className} ${formatShapes(outputShape)}`];
}

function widthOf(call: LayerCall): number {
  const [name, detail] = linesOf(call);
  return Math.max(120, Math.ceil(Math.max(name.length * letter, detail.length * smallLetter)) + 2 * padding);
}

function drawItems(items: readonly Item[], { places, edges }: Layout, origin: Place): string[] {
  const at = (id: string): Place => {
    const { x, y } = places.get(id)!;
    return { x: origin.x + x, y: origin.y + y };
  };
  return [
    ...edges.map((edge) => drawEdge(edge, origin)),
    ...items.flatMap((item) => (item.call ? drawBox(item.call, item, at(item.id)) : drawFrame(item, at(item.id)))),
  ];
}

function drawBox(call: LayerCall, { width, height }: Item, { x, y }: Place): string[] {
  const [name, detail] = linesOf(call);
  const [left, dash] = [x - width / 2, call.call === 1 ? "" : ' stroke-dasharray="5 4"'];
  const colour = `hsl(${hueOf(call.className)} 65% 50%)`;
  return [
    `<rect x="${n(left)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="${radius}" fill="${colour}" ` +
      `fill-opacity="0.16" stroke="${colour}"${dash}/>`,
    `<text x="${n(x)}" y="${n(y + 22)}" font-weight="600">${escapeXml(name)}</text>`,
    `<text x="${n(x)}" y="${n(y + 40)}" font-size="12" fill-opacity="0.7">${escapeXml(detail)}</text>`,
  ];
}

function drawFrame({ id, width, height, inside, takes }: Item, { x, y }: Place): string[] {
  if (!inside) return [];
  const name = id.slice("frame ".length);
  const origin = { x: x - inside.layout.width / 2, y: y + title + frame };
  const entries = takes.map((to) => {
    const place = inside.layout.places.get(to) ?? { x: 0, y: 0 };
    const end = { x: place.x, y: place.y };
    return drawEdge({ from: id, to, points: [{ x: inside.layout.width / 2, y: -frame - 2 }, end] }, origin);
  });
  return [
    `<rect x="${n(x - width / 2)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="${radius + 4}" ` +
      'fill-opacity="0.04" stroke="currentColor" stroke-opacity="0.4"/>',
    `<text x="${n(x - width / 2 + 12)}" y="${n(y + 18)}" text-anchor="start" font-size="12" font-weight="600" ` +
      `fill-opacity="0.7">${escapeXml(name)}</text>`,
    ...entries,
    ...drawItems(inside.items, inside.layout, origin),
  ];
}

/** A line that bends softly from point to point, with an arrow at its end. */
function drawEdge({ points }: Edge, origin: Place): string {
  const [first, ...rest] = points.map(({ x, y }) => ({ x: origin.x + x, y: origin.y + y }));
  const last = rest.at(-1)!;
  const path = [`M${n(first!.x)} ${n(first!.y)}`];
  let before = first!;
  for (const point of rest) {
    const end = point === last ? { x: point.x, y: point.y - 6 } : point;
    const middle = (before.y + end.y) / 2;
    path.push(
      Math.abs(before.x - end.x) < 0.05
        ? `V${n(end.y)}`
        : `C${n(before.x)} ${n(middle)} ${n(end.x)} ${n(middle)} ${n(end.x)} ${n(end.y)}`,
    );
    before = end;
  }
  const { x, y } = last;
  return (
    `<path d="${path.join("")}" fill="none" stroke="currentColor" stroke-opacity="0.55"/>` +
    `<path d="M${n(x - 4)} ${n(y - 8)}L${n(x)} ${n(y)}L${n(x + 4)} ${n(y - 8)}Z" fill-opacity="0.75"/>`
  );
}

/** A hue for a class of layers, which is the same in all pictures. */
function hueOf(className: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < className.length; i++) hash = Math.imul(hash ^ className.charCodeAt(i), 0x01000193);
  return Math.round(((hash >>> 0) / 2 ** 32) * 360);
}
