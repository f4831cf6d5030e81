// TensorBoard's event files: records with checksums, each of which is an Event of TensorFlow (event.proto).
import { crc32c } from "./crc32.ts";
import { fileError, makeFolder } from "./files.ts";
import { nodeModule } from "./node-modules.ts";
import { bytes, double, type Encoded, float, integer, joinBytes, message, text } from "./protobuf.ts";

/** The CRC-32C of bytes, turned and shifted as TensorFlow does it, so that checksums of checksums are none. */
function maskedCrc32c(data: Uint8Array): number {
  const crc = crc32c(data);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** A record: its length, the length's checksum, the data, and their checksum. */
function record(data: Uint8Array): Encoded {
  const head = new Uint8Array(12);
  const view = new DataView(head.buffer);
  view.setUint32(0, data.length, true);
  view.setUint32(8, maskedCrc32c(head.subarray(0, 8)), true);
  const end = new Uint8Array(4);
  new DataView(end.buffer).setUint32(0, maskedCrc32c(data), true);
  return joinBytes([head, data, end]);
}

/** A value of a summary: its tag, and one field of Summary.Value. */
export interface SummaryValue {
  readonly tag: string;
  readonly field: Encoded;
}

/** A number as a value of a summary. */
export const scalarValue = (tag: string, value: number): SummaryValue => ({ tag, field: float(2, value) });

/** The number of files that this process has opened, which tells apart those of one second. */
let opened = 0;

/** An event file that is being written. */
export class EventFile {
  readonly path: string;
  readonly #file: number;

  private constructor(path: string) {
    this.path = path;
    try {
      this.#file = nodeModule("node:fs", `writing "${path}"`).openSync(path, "wx");
    } catch (error) {
      throw fileError("write", path, error);
    }
    this.#write(text(3, "brain.Event:2"));
  }

  /** Makes the folder and a new file in it. Throws {@link FileError} if that fails. */
  static async open(folder: string): Promise<EventFile> {
    await makeFolder(folder);
    const { join } = nodeModule("node:path", `writing into "${folder}"`);
    const seconds = String(Math.floor(Date.now() / 1000)).padStart(10, "0");
    const host = nodeModule("node:os", "an event file's name").hostname();
    return new EventFile(join(folder, `events.out.tfevents.${seconds}.${host}.${process.pid}.${opened++}.v2`));
  }

  /** Writes values of one step. */
  summary(step: number, values: readonly SummaryValue[]): void {
    const all = values.map(({ tag, field }) => message(1, text(1, tag), field));
    this.#write(integer(2, step), message(5, ...all));
  }

  /** Writes the bytes of a GraphDef. */
  graph(graph: Uint8Array): void {
    this.#write(bytes(4, graph));
  }

  close(): void {
    nodeModule("node:fs", `writing "${this.path}"`).closeSync(this.#file);
  }

  #write(...fields: readonly Encoded[]): void {
    const data = record(joinBytes([double(1, Date.now() / 1000), ...fields]));
    try {
      nodeModule("node:fs", `writing "${this.path}"`).writeSync(this.#file, data);
    } catch (error) {
      throw fileError("write", this.path, error);
    }
  }
}
