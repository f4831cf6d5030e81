// The engines of the pages: what each computes with Nabla, in the worker.
export const engines = {
  course: () => import("./course.ts"),
  home: () => import("../pages/home/engine.ts"),
  neuron: () => import("../pages/neuron/engine.ts"),
  kinds: () => import("../pages/neuron/kinds/engine.ts"),
  hebb: () => import("../pages/neuron/hebb/engine.ts"),
  model: () => import("../pages/neuron/model/engine.ts"),
  activations: () => import("../pages/activations/engine.ts"),
  playground: () => import("../pages/playground/engine.ts"),
  backpropagation: () => import("../pages/backpropagation/engine.ts"),
  digits: () => import("../pages/digits/engine.ts"),
} as const;

export type Engines = { [Name in keyof typeof engines]: Awaited<ReturnType<(typeof engines)[Name]>> };
