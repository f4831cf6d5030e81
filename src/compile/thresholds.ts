// The compiler's thresholds: every number that trades one kind of work for another. They decide speed, never a value.
// Costs are counted in simple vector instructions an element (graph/cost.ts).

/**
 * A value that costs more than this and has several readers is stored; a cheaper one is computed again by each of them.
 * Loading a stored element costs about as much as four instructions, and storing it costs a pass over memory besides.
 */
export const recomputeBelow = 4;

/**
 * A value that costs at least this and is read again and again (through a broadcast, a window or a gather) is stored
 * even for a single reader: each repetition would pay the cost anew.
 */
export const storeRepeatedFrom = 10;

/** A loop saves a value that costs more than this for its gradient, which computes cheaper ones again. */
export const saveInLoopAbove = 6;

/** A padded element tests whether it lies inside, and splits what could have been one vector load. */
export const paddedElementCost = 10;

/**
 * An expression that costs more, or nests deeper, is cut by storing it: code grows with the cost, and the printers walk
 * expressions recursively, as the long chain of lazy operations in test/runtime.test.ts would show.
 */
export const largestExpression = 400;
export const deepestExpression = 100;

/** The expressions of a kernel with several roots may nest this deep: three times the limit of one root. */
export const deepestKernel = 300;

/**
 * A kernel takes no further root once it touches this many buffers. Their addresses are parameters of its function, of
 * which WebAssembly engines allow 1,000; a single root, cut at {@link largestExpression}, stays below that.
 */
export const mostBuffers = 500;

/** Independent kernels over at most this many elements share one: a call costs more than their work. */
export const smallKernel = 64;
