// The worker in which Nabla computes: each page's engine is loaded when the page is opened.
import { expose, proxy } from "comlink";
import { engines } from "./engines.ts";

const lab = {
  open: async <Name extends keyof typeof engines>(name: Name) => proxy({ ...(await engines[name]()) }),
  /** Holds a lock as long as the worker lives; false where the browser has no locks, as without https. */
  live: (name: string): Promise<boolean> =>
    new Promise((resolve) => {
      if (!navigator.locks) return resolve(false);
      void navigator.locks.request(name, () => {
        resolve(true);
        return new Promise(() => undefined);
      });
    }),
};

export type LabWorker = typeof lab;

expose(lab);
