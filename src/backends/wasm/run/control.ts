// The control block: a few words of shared memory through which threads divide the units of a job among them.

/**
 * Byte offset of each word in the block. Words that different threads write are in different cache lines.
 *
 * `ticket` (64 bits) holds, from the high end: the number of the job (28 bits), a count of phases begun (8), the phase
 * (16) and its next free unit (12). A thread takes a unit by a compare-and-exchange that increments the ticket; the
 * thread that finishes the last unit of a phase begins the next phase. So no thread ever waits for one that has taken
 * nothing.
 */
export const control = {
  ticket: 0,
  /** Number of units of the phase that are not finished. */
  left: 64,
  /** Number of threads that sleep until the ticket changes. */
  sleepers: 128,
  /**
   * The job: its remaining steps; the addresses of the arena, the table of variables and the table of units; its number
   * and program.
   */
  steps: 192,
  arena: 196,
  variables: 200,
  units: 204,
  job: 208,
  program: 212,
  /** The counters of the loops around the phase, the outermost first. */
  counters: 256,
  /** For each worker its state (see {@link workerStates}) and the address of its own memory. */
  workers: 320,
} as const;

/** Loops nested deeper than this run on one thread. */
export const deepestLoop = 16;

/**
 * Idle: in its event loop, woken by a message. Waiting: asleep on the word `job` until the next job. Working: may hold
 * a unit.
 */
export const workerStates = { idle: 0, waiting: 1, working: 2 } as const;

/** Most threads of a device. */
export const mostThreads = 32;

export const controlBytes = control.workers + 64 * mostThreads;

/** The number of the phase that marks the end of a job. */
export const endPhase = 0xffff;

/** Lowest bit of each field of a ticket; its unit begins at bit 0. */
export const ticketBits = { phase: 12, sequence: 28, job: 36 } as const;
/** Job numbers wrap around at this number. */
export const jobs = 2 ** 28;
