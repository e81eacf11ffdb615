import type { ImportReport } from "../src/contract/chat-export.ts";
import { importInParts } from "../src/contract/import-in-parts.ts";
import { hmiRoutes } from "../src/contract/routes.ts";
import type { HmiConnection } from "./hmi-connection.ts";

/** How a file is imported from the page. */
export interface FileImport {
  readonly connection: HmiConnection;
  /** Ends it after the part that is sent; what has come until then stays. */
  readonly signal: AbortSignal;
  /** Told how much of the file has been imported, from 0 to 1. */
  onProgress(share: number): void;
}

/** Imports what a file has; a large one in parts. Throws an ApiError, or what the signal was aborted with. */
export async function importFile(
  file: File,
  { connection, signal, onProgress }: FileImport,
): Promise<ImportReport> {
  const send = async (body: string): Promise<ImportReport> => {
    signal.throwIfAborted();
    const { method } = hmiRoutes.importChats;
    const headers = { "content-type": "application/json" };
    const answer = await connection.request(hmiRoutes.importChats.path(), { method, headers, body });
    // The HMI that answers is the one that served this page, so its answers have the contract's types.
    return (await answer.json()) as ImportReport;
  };
  return await importInParts({ size: file.size, read: () => textOf(file) }, { send, onProgress });
}

async function* textOf(file: File): AsyncGenerator<string> {
  const reader = file.stream().pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
