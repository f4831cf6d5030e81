// The harness's side of the line protocol that contenders/serve.mjs describes: one child process, one request at a
// time.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const patienceInSeconds = 300;

export class Worker {
  #child;
  #lines;
  #complaints = "";
  /** @type {Error | undefined} */ #failure;

  constructor(/** @type {import("./contenders.mjs").Launch} */ { command, args, env }) {
    this.#child = spawn(command, args, { env: { ...process.env, ...env }, stdio: "pipe" });
    this.#child.on("error", (error) => (this.#failure = error));
    this.#child.stdin.on("error", () => {}); // a child that died says so by the end of its stdout
    this.#child.stderr.on("data", (text) => (this.#complaints = (this.#complaints + text).slice(-2000)));
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /**
   * Sends a request and waits for its answer. Throws where the contender answers with an error, dies, or hangs.
   *
   * @param {string} command
   * @param {object} [details]
   * @returns {Promise<any>}
   */
  async ask(command, details = {}) {
    this.#child.stdin.write(`${JSON.stringify({ command, ...details })}\n`);
    const timer = setTimeout(() => {
      this.#failure = new Error(`no answer to "${command}" within ${patienceInSeconds} s`);
      this.#child.kill("SIGKILL");
    }, patienceInSeconds * 1000);
    try {
      for (;;) {
        const { value: line, done } = await this.#lines.next();
        if (done) throw this.#failure ?? new Error(this.#lastComplaint());
        if (!line.startsWith("{")) continue; // a library's chatter
        const answer = JSON.parse(line);
        if (answer.error) throw new Error(answer.error);
        return answer;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  stop() {
    this.#child.stdin.end();
    this.#child.kill();
  }

  #lastComplaint() {
    return this.#complaints.trim().split("\n").pop() || "its process ended without a word";
  }
}
