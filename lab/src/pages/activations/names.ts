// The names of the activation functions, in the order in which the page shows them.
export const activationNames = [
  "sigmoid",
  "tanh",
  "step",
  "sign",
  "identity",
  "exp",
  "relu",
  "leaky",
  "prelu",
  "elu",
  "selu",
  "gelu",
  "silu",
  "softplus",
  "softsign",
  "maxout",
] as const;
export type Name = (typeof activationNames)[number];

/** What may stand between linear layers. */
export const betweenNames = ["none", "relu", "tanh", "sigmoid"] as const;
export type Between = (typeof betweenNames)[number];
