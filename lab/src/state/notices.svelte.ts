// What the lab has to tell the visitor once, at the top of the page.
import type { Text } from "./language.svelte.ts";

/** What can be done about it. */
interface Remedy {
  readonly label: Text;
  readonly act: () => void;
}

class Notices {
  #current = $state.raw<{ readonly text: Text; readonly remedy: Remedy | undefined } | undefined>(undefined);

  get current(): { readonly text: Text; readonly remedy: Remedy | undefined } | undefined {
    return this.#current;
  }

  say(text: Text, remedy?: Remedy): void {
    this.#current = { text, remedy };
  }

  /** Does what can be done about it. */
  mend(): void {
    const act = this.#current?.remedy?.act;
    this.dismiss();
    act?.();
  }

  dismiss(): void {
    this.#current = undefined;
  }
}

export const notices = new Notices();
