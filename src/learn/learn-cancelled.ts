import type { StreamDescription } from "../contract/wire-description.ts";
import { statusMeant } from "../targets/drivers/described-rows.ts";
import { itemsAt, valueAt } from "../targets/drivers/json-place.ts";
import { lastFact, textOf } from "../targets/drivers/reply-facts.ts";
import { type LearnedRows, textOfRow } from "./learn-rows.ts";
import { timedFactsBy } from "./learn-stream.ts";
import { jsonAnswer, type LoggedExchange, type NetworkLog } from "./network-log.ts";
import { endWordOf, withCancelWord } from "./polled-ends.ts";
import { stoppedOnSocket } from "./stopped-replies.ts";
import { streamOf } from "./stream-events.ts";
import { nameOf } from "./stream-field-paths.ts";

/** What a back end calls a reply that was cancelled, where a log has one. */
export interface CancelledWords {
  /** In its stream, as why it ended. */
  readonly reason: string | undefined;
  /** In its row. */
  readonly status: string | undefined;
  /** The event that ends it, where that is another one than a whole reply's. */
  readonly end?: string | undefined;
}

interface Known {
  /** The call that ended it; undefined for none. */
  readonly cancel: LoggedExchange | undefined;
  /** The reply that was understood. */
  readonly read: LoggedExchange;
  /** How streams are understood. */
  readonly description: StreamDescription;
  readonly rows: LearnedRows | undefined;
}

/** What a reply that was cancelled while it came is called. */
export function learnCancelled(log: NetworkLog, { cancel, read, description, rows }: Known): CancelledWords {
  const byCall = log.exchanges.filter(
    ({ began_ms, ended_ms }) => cancel && began_ms < cancel.began_ms && ended_ms >= cancel.began_ms,
  );
  const byFrame = stoppedOnSocket(log, read).map(({ exchange }) => exchange);
  for (const stream of [...byCall, ...byFrame]) {
    const facts = timedFactsBy(description, stream);
    const text = textOf({ facts });
    const word = endWordOf(description, stream);
    if (stream !== read && word !== undefined && word !== endWordOf(description, read)) {
      return { reason: word, status: undefined };
    }
    if (text === "") continue;
    const done = lastFact({ facts }, "done");
    const reason = done?.reason ?? undefined;
    const end = done === undefined ? otherEndOf(stream, read, description) : undefined;
    return { end, reason: reason === "stop" ? undefined : reason, status: rows && statusOf(rows, text) };
  }
  return { reason: undefined, status: undefined };
}

/** What its last event calls itself, where no event of a whole reply does. */
function otherEndOf(
  stream: LoggedExchange,
  whole: LoggedExchange,
  { type, done }: StreamDescription,
): string | undefined {
  if (done === undefined) return undefined;
  const typesIn = (exchange: LoggedExchange) =>
    (streamOf(exchange)?.events ?? []).map((event) => nameOf(event, type));
  const end = typesIn(stream).at(-1);
  return end === undefined || typesIn(whole).includes(end) ? undefined : end;
}

/** The word for it in the row with this text, where that is not one for a whole reply. */
function statusOf({ exchange, rows }: LearnedRows, text: string): string | undefined {
  const { status, statuses } = rows;
  if (status === undefined) return undefined;
  const row = itemsAt(jsonAnswer(exchange), rows.list)?.find((item) => textOfRow(item, rows.text) === text);
  const word = valueAt(row, status);
  const isWhole =
    typeof word !== "string" || statusMeant(word) === "complete" || statuses?.complete?.includes(word);
  return isWhole ? undefined : word;
}

/** A stream that is read so, too. */
export function withCancelReason(
  stream: StreamDescription,
  { reason, end }: Pick<CancelledWords, "reason" | "end">,
): StreamDescription {
  const { done, type } = stream;
  if (end !== undefined && done !== undefined) {
    // A name beside the data says which event it is, and stands at no place in it.
    const told =
      type === undefined || type === "@event" ? {} : { reason: type, reasons: { cancelled: [end] } };
    return { ...stream, done: [done, { of: end, ...told }].flat() };
  }
  if (stream.framing === "polled" && !hasReason(stream)) return withCancelWord(stream, reason);
  if (reason === undefined || done === undefined || Array.isArray(done) || done.reason === undefined)
    return stream;
  return { ...stream, done: { ...done, reasons: { ...done.reasons, cancelled: [reason] } } };
}

function hasReason({ done }: StreamDescription): boolean {
  return done !== undefined && !Array.isArray(done) && done.reason !== undefined;
}

/** Rows that are read so, too. */
export function withCancelStatus(rows: LearnedRows["rows"], status: string | undefined): LearnedRows["rows"] {
  return status === undefined ? rows : { ...rows, statuses: { ...rows.statuses, cancelled: [status] } };
}
