// The sides of the heat maps in pixels.

/** That of the whole network's answers. */
export const fieldSide = 80;

/** Those of neurons: the more there are, the smaller each is drawn. */
export const mapSide = (neurons: number): number => (neurons <= 48 ? 32 : neurons <= 128 ? 24 : 16);
