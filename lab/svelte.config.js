// For the checker and editors; the build needs no preprocessor, since types are erased by Svelte itself.
export default { compilerOptions: { runes: true } };
