// What watches the compiler at work: checks between passes, and programs as text. Loaded when somebody asks for it.
export { printGraph } from "../graph/print.ts";
export { verifyGraph } from "../graph/verify.ts";
export { printKernel, printPlan } from "./print.ts";
export { verifyPlan } from "./verify-plan.ts";
