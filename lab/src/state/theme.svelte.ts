// Light or dark: as the visitor's system says, until the visitor says otherwise.
export type Theme = "light" | "dark";

const remembered = "nabla-lab-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

class CurrentTheme {
  #chosen = $state(localStorage.getItem(remembered));
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
    localStorage.setItem(remembered, this.#chosen);
  }
}

export const theme = new CurrentTheme();
