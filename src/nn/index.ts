// The `layers` namespace: one factory a layer, with Keras's names in camel case, in a file for each family.

export * from "./attention/index.ts";
export * from "./convolution/index.ts";
export * from "./core/index.ts";
export * from "./merging/index.ts";
export * from "./normalization/index.ts";
export * from "./preprocessing/index.ts";
export * from "./recurrent/index.ts";
export * from "./regularization/index.ts";
export * from "./reshaping/index.ts";
