// Runs the course's items; their parts are handed over as they are computed.
import { course, parts } from "../../../recipes/course/index.ts";
import type { Part } from "../../../recipes/tools/part.ts";

/** Calls `show` with each part of the item, until it answers that no more are wanted. */
export async function run(id: string, show: (part: Part) => Promise<boolean>): Promise<void> {
  const entry = course.find((item) => item.id === id);
  if (!entry) throw new Error(`There is no item ${id} in the course.`);
  for await (const part of parts(entry, { tiny: false, seed: 0 })) if (!(await show(part))) return;
}
