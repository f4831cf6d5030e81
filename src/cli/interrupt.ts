// Ctrl-C: the first one asks for an orderly end, the second one quits at once.
import { exitCodes } from "./failure.ts";
import { say } from "./terminal.ts";

/** npm and npx pass a Ctrl-C on that the terminal has sent here already: what comes this soon is the same one. */
const sameKeyPress = 500;

/** Listens for Ctrl-C and for SIGTERM while there is something to bring to an end. */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #onInterrupt = (): void => this.#interrupt(exitCodes.interrupted);
  readonly #onTerminate = (): void => this.#interrupt(exitCodes.terminated);
  #exitCode: number = exitCodes.success;
  #since = 0;
  /** Whether there is something worth an orderly end; before that, the first Ctrl-C quits. */
  armed = false;

  constructor() {
    process.on("SIGINT", this.#onInterrupt);
    process.on("SIGTERM", this.#onTerminate);
  }

  /** Aborted by the first Ctrl-C. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** That of success, unless there was a Ctrl-C. */
  get exitCode(): number {
    return this.#exitCode;
  }

  /** Stops listening. */
  end(): void {
    process.off("SIGINT", this.#onInterrupt);
    process.off("SIGTERM", this.#onTerminate);
  }

  #interrupt(exitCode: number): void {
    if (!this.armed) process.exit(exitCode);
    if (this.signal.aborted) {
      if (performance.now() - this.#since > sameKeyPress) process.exit(exitCode);
      return;
    }
    this.#since = performance.now();
    this.#exitCode = exitCode;
    this.#controller.abort();
    // The live line stands on stderr or stdout; a new line keeps it whole.
    say("\nstopping: the model is being evaluated and saved. Ctrl-C again quits at once.", process.stderr);
  }
}
