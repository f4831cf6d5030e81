// The reference backend: slow, obvious, in float64. All other backends are tested against it. The interpreter itself is
// loaded with the first program.

import { loadInspection } from "../../compile/load-inspection.ts";
import { type DType, dtypeInfo, dtypes, type TypedArray } from "../../dtype.ts";
import { ArgumentError } from "../../errors.ts";
import type { Graph } from "../../graph/graph.ts";
import { decodeHalf, encodeHalf, isHalf } from "../../half.ts";
import type { Shape } from "../../shape.ts";
import { sizeOf } from "../../shape.ts";
import { zip } from "../../zip.ts";
import type { Backend, KernelRun, Program, Storage } from "../backend.ts";
import type { interpret, Values } from "./interpret.ts";

interface Held extends Storage {
  values: Values;
}

const held = (storage: Storage): Held => storage as Held;

/** Float64 working values, rounded to what an array of `dtype` holds. */
export function toArray(values: Values, dtype: DType): InstanceType<ReturnType<typeof dtypeInfo>["array"]> {
  if (isHalf(dtype)) return encodeHalf(values, dtype);
  const out = new (dtypeInfo(dtype).array)(values.length);
  out.set(values);
  return out;
}

/** The numbers of an array, in float64. */
const toValues = (data: TypedArray, dtype: DType): Values =>
  Float64Array.from(isHalf(dtype) ? decodeHalf(data, dtype) : data);

class ReferenceProgram implements Program {
  readonly #graph: Graph;
  readonly #interpret: typeof interpret;
  constructor(graph: Graph, run: typeof interpret) {
    this.#graph = graph;
    this.#interpret = run;
  }

  async run(inputs: readonly TypedArray[], storages: readonly Storage[], steps: number): Promise<TypedArray[]> {
    const graph = this.#graph;
    const given = zip(inputs, graph.inputs).map(([data, { dtype }]) => toValues(data, dtype));
    const values = new Map(
      zip(
        graph.variables,
        storages.map((storage) => held(storage).values),
      ),
    );
    let outputs: Values[] = [];
    for (let step = 0; step < steps; step++) {
      const result = this.#interpret(graph, given, values);
      outputs = result.outputs;
      for (const [{ variable }, assigned] of zip(graph.assignments, result.assigned)) values.set(variable, assigned);
    }
    for (const [storage, variable] of zip(storages, graph.variables)) held(storage).values = values.get(variable)!;
    return zip(outputs, graph.outputs).map(([numbers, { dtype }]) => toArray(numbers, dtype));
  }

  async profile(): Promise<KernelRun[]> {
    return [];
  }

  async describe() {
    const { printGraph } = await loadInspection();
    return {
      graph: printGraph(this.#graph),
      kernels: [],
      work: [],
      plan: "",
      code: "",
      workingBytes: 0,
      memory: { arena: 0, liveAtOnce: 0, eachThread: 0, threads: 1, variables: 0 },
    };
  }

  free(): void {}
}

export const referenceBackend: Backend = {
  name: "reference",
  capabilities: {
    dtypes,
    threads: 1,
    vectorBits: 64,
    fusedMultiplyAdd: false,
    limits: ["the reference backend interprets every element; it is for checking, not for speed"],
  },
  allocate: (shape: Shape, dtype: DType): Held => ({ shape, dtype, values: new Float64Array(sizeOf(shape)) }),
  write: (storage, data) => void (held(storage).values = toValues(data, storage.dtype)),
  read: async (storage) => toArray(held(storage).values, storage.dtype),
  free: (storage) => void (held(storage).values = new Float64Array(0)),
  setThreads: (count) => {
    if (count !== 1) throw new ArgumentError(`threads: expected 1 on the reference backend, got ${count}.`);
  },
  compile: async (graph) => {
    const { interpret } = await import("./interpret.ts");
    return new ReferenceProgram(graph, interpret);
  },
};
