import type { StreamDescription } from "../contract/wire-description.ts";
import { itemsAt } from "../targets/drivers/json-place.ts";
import { textOf } from "../targets/drivers/reply-facts.ts";
import { isSameEndpoint } from "./id-uses.ts";
import { type LearnedRows, textOfRow } from "./learn-rows.ts";
import { timedFactsBy } from "./learn-stream.ts";
import { isPageLoad, jsonAnswer, type LoggedExchange, type NetworkLog } from "./network-log.ts";

/** A reply that the page ended by closing its stream. */
export interface LearnedClose {
  readonly exchange: LoggedExchange;
  /** What became of the reply. `went on`: its row has more than the page had heard, so that closing ends nothing. */
  readonly fate: "ended" | "went on" | "not shown";
}

interface Known {
  /** The reply that was understood. */
  readonly read: LoggedExchange;
  readonly description: StreamDescription;
  readonly rows: LearnedRows | undefined;
}

/** Finds the reply whose stream the page closed before its end, though it stayed where it was. */
export function learnClose(
  { exchanges }: NetworkLog,
  { read, description, rows }: Known,
): LearnedClose | undefined {
  const loads = exchanges.filter(isPageLoad);
  // A page that is left, or loaded again, closes all its streams: when the next one has been asked for, or just before.
  const isByLeaving = (left: LoggedExchange): boolean =>
    loads.some(
      (load) =>
        left.ended_ms > load.began_ms - SAME_MOMENT_MS &&
        left.ended_ms < load.ended_ms + LEAVING_MS &&
        left.began_ms < load.began_ms,
    );
  const closed = exchanges.filter((each) => each.isLeft && isSameEndpoint(each, read) && !isByLeaving(each));
  const [first] = closed
    .map((exchange) => ({ exchange, fate: fateOf(exchange, { description, rows }) }))
    .toSorted((a, b) => FATES.indexOf(a.fate) - FATES.indexOf(b.fate));
  return first;
}

/** A page that goes may close its streams so long before the next one is asked for, in milliseconds. */
const SAME_MOMENT_MS = 100;

/** So long after the next page has come its streams may still be told to be open, in milliseconds. */
const LEAVING_MS = 500;

/** What says the most first: that one reply went on is enough. */
const FATES: readonly LearnedClose["fate"][] = ["went on", "ended", "not shown"];

function fateOf(
  closed: LoggedExchange,
  { description, rows }: Pick<Known, "description" | "rows">,
): LearnedClose["fate"] {
  const heard = textOf({ facts: timedFactsBy(description, closed) }).trim();
  if (heard === "" || rows === undefined) return "not shown";
  const items = itemsAt(jsonAnswer(rows.exchange), rows.rows.list) ?? [];
  const texts = items.map((item) => textOfRow(item, rows.rows.text));
  const row = texts.find((text) => typeof text === "string" && text.trim().startsWith(heard));
  if (typeof row !== "string") return "not shown";
  return row.trim().length > heard.length + ON_ITS_WAY_CHARS ? "went on" : "ended";
}

/** So much may have been written that had not reached the page. */
const ON_ITS_WAY_CHARS = 40;
