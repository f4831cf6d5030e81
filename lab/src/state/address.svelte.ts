// The page's address, "#/neuron?w1=2&lang=ru": which page it is, and the state of its experiment.

export interface Address {
  readonly page: string;
  readonly query: URLSearchParams;
}

/** A name that was written with escapes, as browsers write letters of other alphabets. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

export function readAddress(hash: string): Address {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  return { page: decoded(path.replace(/\/$/, "")), query: new URLSearchParams(query) };
}

export const writeAddress = (page: string, query: URLSearchParams): string =>
  query.size === 0 ? `#/${page}` : `#/${page}?${query}`;

class CurrentAddress {
  #address = $state.raw(readAddress(location.hash));
  #opening = $state(0);

  constructor() {
    addEventListener("hashchange", () => {
      this.#address = readAddress(location.hash);
    });
  }

  get page(): string {
    return this.#address.page;
  }

  /** What the visitor's link said; it changes when another link is opened, not when the page writes its own state. */
  get query(): URLSearchParams {
    return this.#address.query;
  }

  /** How often a page was asked to begin anew. */
  get opening(): number {
    return this.#opening;
  }

  /** Opens the page anew, from the state that it has written. */
  reopen(): void {
    this.#address = readAddress(location.hash);
    this.#opening++;
  }

  /** Writes a page's state into the address bar without a new entry in the history. */
  replace(page: string, query: URLSearchParams): void {
    if (page === this.page) history.replaceState(history.state, "", writeAddress(page, query));
  }
}

export const address = new CurrentAddress();
