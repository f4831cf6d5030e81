// Loads what prints and checks programs, where somebody asks for it; a program that nobody debugs does without.
import { debugLevel, verifies } from "../debug.ts";

/** What prints and checks programs. */
export type Inspection = typeof import("./inspection.ts");

export const loadInspection = (): Promise<Inspection> => import("./inspection.ts");

/** The inspection, where debugging asks for it. */
export const inspectionAskedFor = (): Promise<Inspection> | undefined =>
  verifies() || debugLevel() > 0 ? loadInspection() : undefined;
