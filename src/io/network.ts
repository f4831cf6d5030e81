// Reads from an address, with a size limit and with errors that name the address.
import { FileError } from "../errors.ts";

/** The deepest cause of a failed fetch, which says more than "fetch failed". */
export function networkReason(error: unknown): string {
  let deepest = error as { message?: string; code?: string; cause?: unknown };
  while (deepest.cause instanceof Error) deepest = deepest.cause;
  return deepest.code ?? deepest.message ?? String(error);
}

/** The bytes at an address, at most `maxBytes` of them. Throws {@link FileError}. */
export async function readAddress(address: string, maxBytes = 2 ** 31 - 1): Promise<Uint8Array> {
  const fail = (reason: string, cause?: unknown): FileError =>
    new FileError(`cannot read "${address}": ${reason}.`, { cause });
  try {
    const response = await fetch(address);
    if (!response.ok) throw fail(`the server answers ${response.status}`);
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    let length = 0;
    const reader = response.body?.getReader();
    while (reader) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > maxBytes) {
        await reader.cancel();
        throw fail(`expected at most ${maxBytes} bytes, got more`);
      }
      pieces.push(value);
    }
    return new Uint8Array(await new Blob(pieces).arrayBuffer());
  } catch (error) {
    throw error instanceof FileError ? error : fail(networkReason(error), error);
  }
}
