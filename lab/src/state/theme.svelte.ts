// Light or dark: as the visitor's system says, until the visitor says otherwise.
import { recall, remember } from "./remembered.ts";

export type Theme = "light" | "dark";

const key = "nabla-lab-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

class CurrentTheme {
  #chosen = $state(recall(key));
  #systemIsDark = $state(system.matches);

  constructor() {
    system.addEventListener("change", () => {
      this.#systemIsDark = system.matches;
    });
  }

  get current(): Theme {
    if (this.#chosen === "light" || this.#chosen === "dark") return this.#chosen;
    return this.#systemIsDark ? "dark" : "light";
  }

  toggle(): void {
    this.#chosen = this.current === "dark" ? "light" : "dark";
    remember(key, this.#chosen);
  }
}

export const theme = new CurrentTheme();
