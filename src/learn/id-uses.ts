import { HEADER_PLACE } from "../targets/drivers/json-place.ts";
import { isSecretName } from "../text/secret-names.ts";
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
  /** Whether it is called an id, or stands where one may be: in a path or a query. Else it only looks like one. */
  readonly isNamed: boolean;
}

/** An id in an answer. */
export interface ToldId extends IdUse {
  /** `chat.id` of its body or of an event; `@header.x-chat-id`. */
  readonly place: string;
}

const ID_NAME =
  /(?:^|[_-])(?:id|uuid|key)$|(?:Id|Uuid)$|^(?:conversation|session|chat|thread|message|reply|run)$/;

/** Values that are made for one thing, whatever they are called: words with digits, no dates. */
const MADE_FOR_ONE = /^(?!\d{4}-\d\d)(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{6,100}$/;

/**
 * The ids that an answer tells, in its headers, its body, or the events that it streams. Of a call that makes something
 * these are also values that only look like ids: whether they are shows in who uses them afterwards.
 */
export function idsToldBy(exchange: LoggedExchange): ToldId[] {
  const isMaking = exchange.method !== "GET";
  const inHeaders = Object.entries(exchange.answerHeaders).flatMap(([name, value]) => {
    const isNamed = ID_NAME.test(name) && idIn(value) !== undefined;
    return isNamed || (isMaking && name.startsWith("x-") && looksLikeId(name, value))
      ? [{ value, place: `${HEADER_PLACE}${name}`, exchange, isInPath: false, isNamed, names: [name] }]
      : [];
  });
  const values = jsonAnswer(exchange) ?? undefined;
  const told = values === undefined ? (streamOf(exchange)?.events ?? []).map(({ value }) => value) : [values];
  const inBody = told.flatMap((value) =>
    leavesOf(value).flatMap((leaf) => {
      const id = idIn(leaf.value);
      const name = lastName(leaf.place);
      const isNamed = ID_NAME.test(name);
      if (id === undefined || !(isNamed || (isMaking && looksLikeId(name, id)))) return [];
      const parent = leaf.place.split(".").at(-2) ?? lastSegment(exchange);
      return [{ value: id, place: leaf.place, exchange, isInPath: false, isNamed, names: [name, parent] }];
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
    isNamed: true,
  }));
  const inQuery = [...url.searchParams].map(([name, value]) => ({
    value,
    names: [name],
    isInPath: true,
    isNamed: true,
  }));
  const inBody = leavesOf(exchange.requestBody).flatMap(({ place, value }) => {
    const [name, id] = [lastName(place), idIn(value)];
    const isNamed = ID_NAME.test(name);
    if (id === undefined || !(isNamed || looksLikeId(name, id))) return [];
    return [{ value: id, names: [name], isInPath: false, isNamed }];
  });
  return [...inPath, ...inQuery, ...inBody]
    .filter(({ value }) => value !== "")
    .map((use) => ({ ...use, exchange }));
}

function idIn(value: unknown): string | undefined {
  if (typeof value === "number" && Number.isInteger(value)) return String(value);
  return typeof value === "string" && /^[\w:.~-]{1,100}$/.test(value) ? value : undefined;
}

function looksLikeId(name: string, value: string): boolean {
  return MADE_FOR_ONE.test(value) && !isSecretName(name);
}

function lastSegment(exchange: LoggedExchange): string {
  return segmentsOf(exchange.path).at(-1) ?? "";
}
