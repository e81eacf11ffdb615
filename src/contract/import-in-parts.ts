import type { ImportRemark, ImportReport } from "./chat-export.ts";
import { LIMITS } from "./contract-defaults.ts";
import { JsonListScanner } from "./json-list-scanner.ts";

/** A file that is to be imported. */
export interface ImportSource {
  /** In bytes. */
  readonly size: number;
  /** Its text, from the beginning each time. */
  read(): AsyncIterable<string>;
}

/** How a file is sent. */
export interface ImportInParts {
  /** Sends one body of `POST /api/chat/import`; throws where that fails. */
  send(body: string): Promise<ImportReport>;
  /** Told how much of the file has been imported, from 0 to 1. */
  onProgress?(share: number): void;
  /** How long a part is, in UTF-16 units, where the conversations are shorter than that. */
  readonly partChars?: number;
}

/** Small enough that no reply waits for it long, in UTF-16 units. */
const PART_CHARS = 4 * 1024 * 1024;

/**
 * Imports a file: a small one as it is, a large one some conversations at a time, each part a file of the same kind. What is
 * told of the parts is told of the file. Never more than one part is in memory.
 */
export async function importInParts(
  source: ImportSource,
  { send, onProgress, partChars = PART_CHARS }: ImportInParts,
): Promise<ImportReport> {
  if (source.size <= partChars) return await send(await textOf(source));
  const frame = await frameOf(source);
  if (frame === undefined) {
    // What is no list of conversations is judged by who knows the kinds of files.
    return await send(await textOf(source, LIMITS.importBodyBytes));
  }
  let total: ImportReport | undefined;
  let sent = 0;
  for await (const { elements, share } of partsOf(source, partChars)) {
    const report = await send(`${frame.before}${elements.join(",")}${frame.after}`);
    total = total === undefined ? report : joined(total, report, sent);
    sent += elements.length;
    onProgress?.(share);
  }
  return total ?? (await send(frame.before + frame.after));
}

/** The text, or no more than its first characters. */
async function textOf(source: ImportSource, mostChars = Number.POSITIVE_INFINITY): Promise<string> {
  let text = "";
  for await (const piece of source.read()) {
    text += piece;
    if (text.length > mostChars) break;
  }
  return text;
}

/** What stands around the conversations. */
async function frameOf(source: ImportSource): Promise<{ before: string; after: string } | undefined> {
  const scanner = new JsonListScanner("conversations");
  for await (const piece of source.read()) scanner.push(piece);
  return scanner.frame;
}

async function* partsOf(
  source: ImportSource,
  partChars: number,
): AsyncGenerator<{ elements: readonly string[]; share: number }> {
  const scanner = new JsonListScanner("conversations");
  let elements: string[] = [];
  let length = 0;
  let read = 0;
  for await (const piece of source.read()) {
    read += piece.length;
    for (const element of scanner.push(piece)) {
      if (length > 0 && length + element.length > partChars) {
        // Characters are fewer than bytes: it is never more than is true.
        yield { elements, share: Math.min(1, read / source.size) };
        elements = [];
        length = 0;
      }
      elements.push(element);
      length += element.length;
    }
  }
  if (elements.length > 0) yield { elements, share: 1 };
}

/** The report of what was sent and of the next part, before which this many conversations were sent. */
function joined(total: ImportReport, part: ImportReport, sentBefore: number): ImportReport {
  // Each part has the file's profiles: the first has told of them.
  const moved = (remarks: readonly ImportRemark[]): ImportRemark[] =>
    remarks
      .filter(({ place }) => !place.startsWith("profiles."))
      .map((remark) => ({
        ...remark,
        place: remark.place.replace(/\d+$/, (at) => String(Number(at) + sentBefore)),
      }));
  const counts = { ...total.conversations };
  for (const name of ["imported", "already_there", "refused"] as const)
    counts[name] += part.conversations[name];
  return {
    ...total,
    conversations: counts,
    refused: [...total.refused, ...moved(part.refused)],
    notes: [...total.notes, ...moved(part.notes)],
  };
}
