// The worker in which Nabla computes: each page's engine is loaded when the page is opened.
import { expose, proxy } from "comlink";
import { engines } from "./engines.ts";

const lab = {
  open: async <Name extends keyof typeof engines>(name: Name) => proxy({ ...(await engines[name]()) }),
};

export type LabWorker = typeof lab;

expose(lab);
