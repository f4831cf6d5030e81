// The figures of a run: loss and metrics, kept in variables from step to step and computed within the steps' programs.
import { zeros } from "../functions/array.ts";
import { type Metric, type MetricState, quotient } from "../metrics/metric.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type Variable, variable } from "../variable.ts";

/** A mean over examples that is computed elsewhere: of a loss, say. */
export interface Amount {
  /** The sum over the examples of a batch. */
  readonly total: Tensor;
  readonly count: number;
}

/** The variables of one figure. */
interface Meter {
  readonly name: string;
  readonly variables: Readonly<Record<string, Variable>>;
}

/** The figures of one run, by name, in the order in which the first step measures them. */
export class Meters {
  readonly #meters = new Map<string, Meter>();

  /** The names of the figures. */
  get names(): readonly string[] {
    return [...this.#meters.keys()];
  }

  /** All variables, for what saves and restores them. */
  get variables(): readonly Variable[] {
    return [...this.#meters.values()].flatMap(({ variables }) => Object.values(variables));
  }

  /** Begins anew. */
  reset(): void {
    for (const variable of this.variables) variable.assign(zeros(variable.shape));
  }

  /** In a step: adds a batch to a mean. Returns the mean so far. */
  add(name: string, { total, count }: Amount): Tensor {
    const meter = this.#meter(name, { total: [], count: [] });
    const next = this.#assign(meter, (state) => ({
      total: (state["total"] ?? zeros([])).add(total),
      count: (state["count"] ?? zeros([])).add(count),
    }));
    return quotient(next["total"], next["count"]);
  }

  /** In a step: adds a batch to a metric. Returns the figure so far. */
  measure(name: string, metric: Metric, targets: Tensor, predictions: Tensor, weights: Tensor | null): Tensor {
    const meter = this.#meter(name, metric.state(predictions.shape));
    return metric.result(this.#assign(meter, (state) => metric.update(state, targets, predictions, weights)));
  }

  #meter(name: string, shapes: Readonly<Record<string, Shape>>): Meter {
    let meter = this.#meters.get(name);
    if (!meter) {
      const variables = Object.entries(shapes).map(([part, shape]) => {
        const own = part === "total" ? `sum of ${name}` : `${name}/${part}`;
        return [part, variable(zeros(shape), { name: own })] as const;
      });
      meter = { name, variables: Object.fromEntries(variables) };
      this.#meters.set(name, meter);
    }
    return meter;
  }

  #assign({ variables }: Meter, update: (state: MetricState) => MetricState): MetricState {
    const state = Object.fromEntries(Object.entries(variables).map(([part, own]) => [part, own.value]));
    const next = update(state);
    for (const [part, own] of Object.entries(variables)) if (next[part]) own.assign(next[part]);
    return { ...state, ...next };
  }
}
