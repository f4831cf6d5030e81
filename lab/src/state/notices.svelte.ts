// What the lab has to tell the visitor once, at the top of the page.
import type { Text } from "./language.svelte.ts";

class Notices {
  #current = $state.raw<Text | undefined>(undefined);

  get current(): Text | undefined {
    return this.#current;
  }

  say(text: Text): void {
    this.#current = text;
  }

  dismiss(): void {
    this.#current = undefined;
  }
}

export const notices = new Notices();
