// The language in which the lab speaks, switched in place.
import type { Label, Language } from "../../../recipes/tools/part.ts";
import { recall, remember } from "./remembered.ts";
import { unbroken } from "./unbroken.ts";

export type { Label, Language, Text } from "../../../recipes/tools/part.ts";

const key = "nabla-lab-language";

export const isLanguage = (text: string | null | undefined): text is Language => text === "en" || text === "ru";

function firstLanguage(): Language {
  const stored = recall(key);
  if (isLanguage(stored)) return stored;
  return navigator.languages.some((tag) => tag.startsWith("ru")) ? "ru" : "en";
}

class CurrentLanguage {
  #language = $state(firstLanguage());
  #isChosen = $state(false);

  /** The visitor, or the link that was opened, has asked for this language: it belongs into the page's address. */
  get isChosen(): boolean {
    return this.#isChosen;
  }

  get current(): Language {
    return this.#language;
  }

  set current(language: Language) {
    this.#language = language;
    this.#isChosen = true;
    remember(key, language);
  }
}

export const language = new CurrentLanguage();

/** The letters in the current language, such as those of a formula. */
export const lettersOf = (label: Label): string => (typeof label === "string" ? label : label[language.current]);

/**
 * The text in the current language, set so that no line breaks where it should not; a template or an effect that calls
 * it runs again when the language changes.
 */
export const say = (label: Label): string => unbroken(lettersOf(label));
