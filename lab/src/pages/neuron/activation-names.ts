// The activations of the page's neuron, for the page and for its engine.
export const activationNames = ["step", "sign", "sigmoid", "tanh", "relu"] as const;
export type NeuronActivation = (typeof activationNames)[number];
