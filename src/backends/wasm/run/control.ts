// The few words of shared memory by which threads agree on who does what.

/**
 * Where each word lies, in bytes from the block's start; words that different threads write lie in different cache lines.
 *
 * `ticket` (64 bits) says, from the high end: the job (28 bits), how many phases have gone by (8), the phase (16) and its
 * next unit that nobody has taken (12). A thread takes a unit by exchanging the ticket for the next one; whoever finishes
 * the last unit of a phase begins the next. So nobody waits for a thread that has taken nothing.
 */
export const control = {
  ticket: 0,
  /** Units of the phase that are not finished. */
  left: 64,
  /** How many threads sleep until the ticket changes. */
  sleepers: 128,
  /** The job: its steps still to do, addresses of arena, variables' table and units' table, number and program. */
  steps: 192,
  arena: 196,
  variables: 200,
  units: 204,
  job: 208,
  program: 212,
  /** The counters of the loops that the phase is in, the outermost first. */
  counters: 256,
  /** What each worker is about: see {@link workerStates}. */
  workers: 320,
} as const;

/** Loops nested deeper than this are walked by one thread. */
export const deepestLoop = 16;

/** Idle: in its event loop, to be woken by a message. Waiting: for the next job, on the word `job`. Working: may hold a unit. */
export const workerStates = { idle: 0, waiting: 1, working: 2 } as const;

/** More threads than this are not started. */
export const mostThreads = 32;

export const controlBytes = control.workers + 64 * mostThreads;

/** The phase that stands for the end of a job. */
export const endPhase = 0xffff;

export const ticketBits = { phase: 12, sequence: 28, job: 36 } as const;
/** Jobs are counted round in this many. */
export const jobs = 2 ** 28;
