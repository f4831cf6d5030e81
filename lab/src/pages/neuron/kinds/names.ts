// The names that the scene of the kinds of perceptron shares with its engine.
export const kindsSets = ["xor", "circle", "moons", "spirals"] as const;
export type KindsSet = (typeof kindsSets)[number];

/** The plane of all sets reaches from −reach to reach in both directions. */
export const reach = 1.2;
/** Pixels of a field on each side: of a network's answer, and of a hidden neuron's. */
export const fieldSide = 64;
export const mapSide = 16;
/** So many neurons of each hidden layer are drawn. */
export const mostDrawn = 5;
/** Points to learn, and as many others to test with. */
export const pointCount = 400;
