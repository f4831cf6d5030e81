// What a finger takes hold of is dragged, and the page does not scroll.

/** For `{@attach grip}`: browsers heed `touch-action` of a picture, but not of every line and circle in it. */
export function grip(node: Element): () => void {
  const keep = (event: Event): void => event.preventDefault();
  node.addEventListener("touchstart", keep, { passive: false });
  return () => node.removeEventListener("touchstart", keep);
}
