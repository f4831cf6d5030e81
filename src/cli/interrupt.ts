// Ctrl-C: the first one asks for an orderly end, the second one quits at once.
import { exitCodes } from "./failure.ts";
import type { OwnWords } from "./own-words.ts";

/**
 * npm and npx, which name themselves in the environment, pass on a Ctrl-C that the terminal has sent to this process
 * too: a signal within this many milliseconds of the first belongs to the same key press. Elsewhere each is its own.
 */
const sameKeyPress = process.env["npm_config_user_agent"] === undefined ? 0 : 500;

/** The output of the interrupted command. */
export interface Interrupted {
  readonly words: Pick<OwnWords, "stopping" | "nothingToSave">;
  /** Prints a sentence: while the work comes to its end, or just before the process ends. */
  announce(text: string): void;
  /** Leaves the terminal in order. Called just before the process ends. */
  quit(): void;
}

/** Listens for Ctrl-C and for SIGTERM while there is work to bring to an end. */
export class Interruption {
  readonly #interrupted: Interrupted;
  readonly #controller = new AbortController();
  readonly #onInterrupt = (): void => this.#interrupt(exitCodes.interrupted);
  readonly #onTerminate = (): void => this.#interrupt(exitCodes.terminated);
  #exitCode: number = exitCodes.success;
  #since = 0;
  /** True once there is something to save. Before that, the first Ctrl-C quits. */
  armed = false;

  constructor(interrupted: Interrupted) {
    this.#interrupted = interrupted;
    process.on("SIGINT", this.#onInterrupt);
    process.on("SIGTERM", this.#onTerminate);
  }

  /** Aborted by the first Ctrl-C. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The exit code of the process: success, unless a signal came. */
  get exitCode(): number {
    return this.#exitCode;
  }

  /** Stops listening. */
  end(): void {
    process.off("SIGINT", this.#onInterrupt);
    process.off("SIGTERM", this.#onTerminate);
  }

  #interrupt(exitCode: number): void {
    if (!this.armed) this.#quit(exitCode);
    if (this.signal.aborted) {
      if (performance.now() - this.#since > sameKeyPress) this.#quit(exitCode);
      return;
    }
    this.#since = performance.now();
    this.#exitCode = exitCode;
    this.#controller.abort();
    this.#interrupted.announce(this.#interrupted.words.stopping);
  }

  #quit(exitCode: number): never {
    const { words, quit, announce } = this.#interrupted;
    quit();
    if (!this.armed) announce(words.nothingToSave);
    process.exit(exitCode);
  }
}
