import { NotObservable } from "../harness/target-errors.ts";
import type { SeenStream } from "./http-client.ts";

/**
 * Whether a text is another one without its beginning: of a stream that was opened when its reply may have begun, that is what
 * its reader missed, and not what the back end lost.
 */
export function isWithoutBeginning(read: string, whole: string): boolean {
  return read.trim().length < whole.trim().length && whole.trim().endsWith(read.trim());
}

/** What is missing for a judgement of such a reply. */
export function beginningNotRead({ request }: Pick<SeenStream, "request">): NotObservable {
  const call = request.split("?")[0] ?? "";
  return new NotObservable(
    `${call} was opened after the message, so the reply's beginning may have gone by unread`,
    ["contract.wire.stream.channel"],
  );
}

/** The same in words; undefined where its stream was not opened late. */
export function lateWords(stream: SeenStream): string | undefined {
  return stream.isOpenedLate === true ? beginningNotRead(stream).message : undefined;
}

/** Throws it where all that is missing of a text is a beginning that was perhaps not read. */
export function requireBeginningRead(stream: SeenStream, read: string, whole: string | undefined): void {
  const isLate = stream.isOpenedLate === true && whole !== undefined && isWithoutBeginning(read, whole);
  if (isLate) throw beginningNotRead(stream);
}
