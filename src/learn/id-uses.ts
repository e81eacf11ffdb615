import { HEADER_PLACE } from "../targets/drivers/json-place.ts";
import { lastName, leavesOf } from "./json-leaves.ts";
import { jsonAnswer, type LoggedExchange } from "./network-log.ts";
import { segmentsOf } from "./network-log-words.ts";
import { streamOf } from "./stream-events.ts";

/** A value that may be an id, where one stands in a log. */
export interface IdUse {
  readonly value: string;
  readonly exchange: LoggedExchange;
  /** The words beside it. */
  readonly names: readonly string[];
  readonly isInPath: boolean;
}

/** An id in an answer. */
export interface ToldId extends IdUse {
  /** `chat.id` of its body or of an event; `@header.x-chat-id`. */
  readonly place: string;
}

const ID_NAME =
  /(?:^|[_-])(?:id|uuid|key)$|(?:Id|Uuid)$|^(?:conversation|session|chat|thread|message|reply|run)$/;

/** The ids that an answer tells, in its headers, its body, or the events that it streams. */
export function idsToldBy(exchange: LoggedExchange): ToldId[] {
  const inHeaders = Object.entries(exchange.answerHeaders).flatMap(([name, value]) =>
    ID_NAME.test(name) && idIn(value) !== undefined
      ? [{ value, place: `${HEADER_PLACE}${name}`, exchange, isInPath: false, names: [name] }]
      : [],
  );
  const values = jsonAnswer(exchange) ?? undefined;
  const told = values === undefined ? (streamOf(exchange)?.events ?? []).map(({ value }) => value) : [values];
  const inBody = told.flatMap((value) =>
    leavesOf(value).flatMap((leaf) => {
      const id = idIn(leaf.value);
      if (id === undefined || !ID_NAME.test(lastName(leaf.place))) return [];
      const parent = leaf.place.split(".").at(-2) ?? lastSegment(exchange);
      return [
        { value: id, place: leaf.place, exchange, isInPath: false, names: [lastName(leaf.place), parent] },
      ];
    }),
  );
  return [...inHeaders, ...inBody];
}

/** The ids that a request has in its path, its query or its body. */
export function idsUsedBy(exchange: LoggedExchange): IdUse[] {
  const url = new URL(exchange.path, exchange.origin);
  const segments = segmentsOf(exchange.path);
  const inPath = segments.map((value, index) => ({
    value,
    names: [segments[index - 1] ?? ""],
    isInPath: true,
  }));
  const inQuery = [...url.searchParams].map(([name, value]) => ({ value, names: [name], isInPath: true }));
  const inBody = leavesOf(exchange.requestBody).flatMap(({ place, value }) => {
    const id = ID_NAME.test(lastName(place)) ? idIn(value) : undefined;
    return id === undefined ? [] : [{ value: id, names: [lastName(place)], isInPath: false }];
  });
  return [...inPath, ...inQuery, ...inBody]
    .filter(({ value }) => value !== "")
    .map((use) => ({ ...use, exchange }));
}

function idIn(value: unknown): string | undefined {
  if (typeof value === "number" && Number.isInteger(value)) return String(value);
  return typeof value === "string" && /^[\w:.~-]{1,100}$/.test(value) ? value : undefined;
}

function lastSegment(exchange: LoggedExchange): string {
  return segmentsOf(exchange.path).at(-1) ?? "";
}
