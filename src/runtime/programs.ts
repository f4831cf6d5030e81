// Compiled programs, one for each structure: equal graphs, such as the steps of a model that is built anew, share
// theirs.
import type { Backend, Program } from "../backends/backend.ts";
import { type Graph, programKey } from "../graph/graph.ts";
import { detachGraph } from "../graph/replace.ts";
import type { Node } from "../ops/op.ts";

/** A program that somebody runs. */
export interface UsedProgram {
  readonly program: Program;
  /** Says that the program will not be run again by this user. It is freed once it is neither used nor kept. */
  readonly release: () => void;
}

interface Shared {
  readonly program: Promise<Program>;
  users: number;
}

/** What the kept programs cost at most: some 200 small ones, or 50 that train a small network. */
const mostCost = 2 ** 19;
/** About a seventieth of the bytes that a program keeps alive, measured. */
const costOf = (key: string): number => key.length + 2 ** 11;
const kept = new Map<string, Shared>();
let cost = 0;

/**
 * The program of a graph in which the constants in `lifted` are further inputs. It takes the variables in the graph's
 * order.
 */
export async function useProgram(
  starting: Backend | Promise<Backend>,
  graph: Graph,
  lifted?: ReadonlyMap<Node, number>,
): Promise<UsedProgram> {
  const owner = starting instanceof Promise ? await starting : starting;
  const key = `${owner.name}\n${programKey(graph, lifted)}`;
  const shared = kept.get(key) ?? { program: owner.compile(detachGraph(graph, lifted)), users: 0 };
  shared.users++;
  forget(key);
  kept.set(key, shared);
  cost += costOf(key);
  for (const [oldest, { users, program }] of kept) {
    if (cost <= mostCost || oldest === key) break;
    forget(oldest);
    if (users === 0) void program.then((it) => it.free());
  }
  try {
    const program = await shared.program;
    const release = (): void => {
      if (--shared.users === 0 && kept.get(key) !== shared) program.free();
    };
    return { program, release };
  } catch (error) {
    forget(key);
    throw error;
  }
}

function forget(key: string): void {
  if (kept.delete(key)) cost -= costOf(key);
}
