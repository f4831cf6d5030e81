// Schedules from the form that model files hold.
import { ArgumentError } from "../../errors.ts";
import { describe, lookUp } from "../../options.ts";
import * as schedules from "./factories.ts";
import type { Schedule } from "./schedule.ts";

/** A schedule in a file, as far as it is one. */
interface ScheduleJson {
  readonly name?: unknown;
  readonly config?: unknown;
}

/** Makes a schedule from its form in a file, `{ name, config }`. Throws {@link ArgumentError} for anything else. */
export function scheduleFromJson(json: unknown): Schedule {
  const { name, config } = (typeof json === "object" && json !== null ? json : {}) as ScheduleJson;
  if (typeof name !== "string" || typeof config !== "object" || config === null)
    throw new ArgumentError(`expected a schedule as an object with a name and a config, got ${describe(json)}.`);
  const make: (options: any) => Schedule = lookUp("schedule", name, schedules);
  const { after } = config as { after?: unknown };
  const isNested = typeof after === "object" && after !== null;
  return make(isNested ? { ...config, after: scheduleFromJson(after) } : config);
}
