// Built-in functions that jax-js needs and Node 20 lacks. Imported before jax-js.
globalThis.navigator ??= {}; // where it looks for WebGPU

const iterator = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
iterator.map ??= function* (f) {
  let index = 0;
  for (const value of this) yield f(value, index++);
};
iterator.filter ??= function* (keep) {
  let index = 0;
  for (const value of this) if (keep(value, index++)) yield value;
};
