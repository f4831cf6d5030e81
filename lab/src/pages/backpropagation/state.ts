// The state of the page of backpropagation, as its address keeps it.
import { choice, type Field, integer, line, number, rows } from "../../state/page-state.svelte.ts";
import { graphOf, maxVariables } from "./graph.ts";
import { maxLength } from "./parser.ts";

export const sceneNames = ["graph", "steps", "problem"] as const;
export type SceneName = (typeof sceneNames)[number];

export const stepActivations = ["sigmoid", "tanh", "relu", "identity"] as const;
export type StepActivation = (typeof stepActivations)[number];

/** The course's expression, and others from which something can be seen. */
export const expressions = {
  course: "x²·y + (y + 2)",
  neuron: "σ(w·x + b)",
  loss: "(tanh(w·x + b) − y)²",
  shared: "sin(x)·x + x",
  gate: "max(x, y)·relu(x − y)",
  vanishing: "tanh(tanh(tanh(tanh(2x))))",
} as const;

export const variableRange = 5;

const isExpression = (text: string): boolean => {
  try {
    graphOf(text);
    return true;
  } catch {
    return false;
  }
};

/** An expression that has a graph. */
const expression = (initial: string): Field<string> => ({
  ...line(initial, maxLength),
  read: (text) => (text.length <= maxLength && isExpression(text) ? text : undefined),
});

/** Values of variables by their names: "x:1,y:2". */
const valuesByName = (initial: Readonly<Record<string, number>>): Field<Readonly<Record<string, number>>> => ({
  initial,
  write: (values) =>
    Object.entries(values)
      .map(([name, value]) => `${name}:${Number(value.toPrecision(6))}`)
      .join(","),
  read: (text) => {
    const pairs = text.split(",").map((pair) => /^(\p{L}\d*):(-?[\d.]+(?:e-?\d+)?)$/u.exec(pair));
    if (pairs.length > maxVariables || !pairs.every((pair) => pair && Math.abs(Number(pair[2])) <= variableRange))
      return;
    return Object.fromEntries(pairs.map((pair) => [pair![1]!, Number(pair![2])]));
  },
});

export const entryRange = 1000;

/** A matrix of one size, whose entries lie between −1000 and 1000. */
const matrix = (initial: readonly (readonly number[])[]): Field<readonly (readonly number[])[]> => {
  const field = rows(initial, initial[0]!.length, initial.length);
  return {
    ...field,
    read: (text) => {
      const read = field.read(text);
      return read?.length === initial.length && read.flat().every((v) => Math.abs(v) <= entryRange) ? read : undefined;
    },
  };
};

/** The last step, however many there are. */
export const lastStep = 999;

export const fields = {
  scene: choice("graph", sceneNames),
  f: expression(expressions.course),
  at: valuesByName({ x: 1, y: 2 }),
  /** How many steps of the graph are done. */
  step: integer(lastStep, 0, lastStep),

  /** The five steps: the network of the course, two inputs, three hidden neurons, two outputs. */
  stage: integer(0, 0, 5),
  act: choice("sigmoid", stepActivations),
  in: matrix([[1, -2]]),
  target: matrix([[1, 0]]),
  rate: number(0.5, 0, 10),
  V1: matrix([
    [0.4, -0.6, 0.1],
    [0.3, 0.8, -0.5],
  ]),
  c1: matrix([[0.1, -0.2, 0.3]]),
  V2: matrix([
    [0.7, -0.4],
    [-0.9, 0.2],
    [0.5, 0.6],
  ]),
  c2: matrix([[0.2, -0.1]]),

  /** The worked problem. */
  X: matrix([
    [1, 2],
    [-1, 1],
    [2, -1],
  ]),
  Y: matrix([[0.8], [-0.6], [0.2]]),
  W1: matrix([
    [0.5, -0.3, 0.8],
    [0.2, 0.6, -0.4],
  ]),
  b1: matrix([[0.1, -0.2, 0.3]]),
  W2: matrix([[0.7], [-0.5], [0.4]]),
  b2: matrix([[0.1]]),
  eta: number(0.1, 0, 10),
};
