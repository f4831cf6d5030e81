// What the page of backpropagation computes, in the worker.
export { exactCheck, graphNumbers } from "./graph-engine.ts";
export { workedProblem } from "./problem-engine.ts";
export { fiveSteps } from "./steps-engine.ts";
