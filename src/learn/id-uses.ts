import { ADDRESS_HEADERS, addressSegments, HEADER_PLACE } from "../targets/drivers/json-place.ts";
import { isSecretHeader, isSecretName } from "../text/secret-names.ts";
import { type JsonLeaf, lastName, leavesOf } from "./json-leaves.ts";
import { jsonAnswer, jsonInQuery, type LoggedExchange } from "./network-log.ts";
import { CONVERSATION_NAME, idInSegment, segmentsOf } from "./network-log-words.ts";
import { streamOf } from "./stream-events.ts";

/** A value that may be an id, where one stands in a log. */
export interface IdUse {
  readonly value: string;
  readonly exchange: LoggedExchange;
  /** `chat.id` of a body or of an event; `@header.x-chat-id`; empty in a path or a query. */
  readonly place: string;
  /** The words beside it. */
  readonly names: readonly string[];
  readonly isInPath: boolean;
  /** Whether it is called an id, or stands where one may be: in a path or a query. Else it only looks like one. */
  readonly isNamed: boolean;
}

/** An id in an answer. */
export type ToldId = IdUse;

const ID_NAME =
  /(?:^|[_-])(?:id|uuid|key)$|(?:Id|Uuid)$|^(?:conversation|session|chat|thread|message|reply|run)$/;

/** Names of what a conversation is made of, where that has an id: of a tree its nodes, else its turns. */
const PART_NAME = /^(?:node|turn)$/;

const PREFIXED_ID = /[a-z\d][_-](?:id|uuid|key)$|[a-z\d](?:Id|Uuid)$/;

/** Values that are made for one thing, whatever they are called: words with digits, no dates. */
const MADE_FOR_ONE = /^(?!\d{4}-\d\d)(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{6,100}$/;

/**
 * The ids that an answer tells, in its headers, its body, or the events that it streams. Of a call that makes something
 * these are also values that only look like ids: whether they are shows in who uses them afterwards.
 */
export function idsToldBy(exchange: LoggedExchange): ToldId[] {
  const isMaking = exchange.method !== "GET";
  const inHeaders = idsInHeaders(exchange);
  const values = jsonAnswer(exchange) ?? undefined;
  const told = values === undefined ? (streamOf(exchange)?.events ?? []).map(({ value }) => value) : [values];
  const inBody = told.flatMap((value) =>
    leavesBesideCallNumber(value).flatMap((leaf) => {
      const id = idIn(leaf.value);
      const name = lastName(leaf.place);
      const isNamed = id !== undefined && isCalledId(name, id);
      if (id === undefined || !(isNamed || (isMaking && looksLikeId(name, id)))) return [];
      const parent = leaf.place.split(".").at(-2) ?? lastSegment(exchange);
      // `task_id` says by itself what it is of.
      const names = PREFIXED_ID.test(name) ? [name] : [name, parent];
      return [{ value: id, place: leaf.place, exchange, isInPath: false, isNamed, names }];
    }),
  );
  return [...inHeaders, ...inBody];
}

/** In headers that are called so, that only look so where the call makes something, and in the address of what it made. */
function idsInHeaders(exchange: LoggedExchange): ToldId[] {
  const isMaking = exchange.method !== "GET";
  return Object.entries(exchange.answerHeaders).flatMap(([name, value]): ToldId[] => {
    const at = { exchange, isInPath: false };
    const place = `${HEADER_PLACE}${name}`;
    if (ADDRESS_HEADERS.includes(name)) {
      const segments = addressSegments(value);
      return segments.flatMap((segment, index) => {
        const isLast = index === segments.length - 1;
        const names = [segments[index - 1] ?? "", name];
        const own = { value: segment, place: isLast ? place : `${place}.${index + 1}`, isNamed: true, names };
        return isNumber(segment) || looksLikeId("", segment) ? [{ ...at, ...own }] : [];
      });
    }
    const isNamed = idIn(value) !== undefined && isCalledId(name.replace(/^x-/, ""), value);
    const isLikely = isMaking && name.startsWith("x-") && looksLikeId(name, value);
    return isNamed || isLikely ? [{ ...at, value, place, isNamed, names: [name] }] : [];
  });
}

/** The ids that a request has in its path, its query, its body, or in headers of its own. */
export function idsUsedBy(exchange: LoggedExchange): IdUse[] {
  const url = new URL(exchange.path, exchange.origin);
  const segments = segmentsOf(exchange.path);
  const inPath = segments.flatMap((segment, index) => {
    const { id, ending } = idInSegment(segment);
    const at = { place: "", names: [segments[index - 1] ?? ""], isInPath: true, isNamed: true };
    return (ending === "" ? [segment] : [segment, id]).map((value) => ({ value, ...at }));
  });
  const inQuery = [...url.searchParams].flatMap(([name, text]) =>
    valuesInQuery(name, text).map((each) => ({ ...each, place: "", isInPath: true, isNamed: true })),
  );
  const inBody = leavesBesideCallNumber(exchange.requestBody).flatMap(({ place, value }) => {
    const [name, id] = [lastName(place), idIn(value)];
    const isNamed = id !== undefined && isCalledId(name, id);
    if (id === undefined || !(isNamed || looksLikeId(name, id))) return [];
    return [{ value: id, place, names: [name], isInPath: false, isNamed }];
  });
  const inHeaders = ownHeadersOf(exchange).flatMap(([header, value]) => {
    const name = header.replace(/^x-/, "");
    const isNamed = idIn(value) !== undefined && isCalledId(name, value);
    if (!(isNamed || looksLikeId(name, value))) return [];
    return [{ value, place: `${HEADER_PLACE}${header}`, names: [name], isInPath: false, isNamed }];
  });
  return [...inPath, ...inQuery, ...inBody, ...inHeaders]
    .filter(({ value }) => value !== "")
    .map((use) => ({ ...use, exchange }));
}

/** What a field of a query names: the whole, or where that is JSON, as in GraphQL and tRPC, what stands in it. */
function valuesInQuery(name: string, text: string): { readonly value: string; readonly names: string[] }[] {
  const json = jsonInQuery(text);
  if (json === undefined) return [{ value: text, names: [name] }];
  return leavesOf(json).flatMap(({ place, value }) => {
    const id = idIn(value);
    return id === undefined ? [] : [{ value: id, names: [lastName(place)] }];
  });
}

/** The headers of a request that a page has chosen itself and that are no secret, by their names. */
export function ownHeadersOf({ requestHeaders }: LoggedExchange): [string, string][] {
  return Object.entries(requestHeaders).filter(([name]) => OWN_HEADER.test(name) && !isSecretHeader(name));
}

/** Headers of one's own; those of browsers and of what stands between say nothing. */
export const OWN_HEADER = /^(?:x-(?!forwarded|real-ip|requested-with)|api-key$)/;

/**
 * Whether two calls are one, of other ids at most, by their addresses and what they say that they do: a segment with a digit in it may be one.
 *
 * @param ids values that are known to be ids, whatever they look like
 */
export function isSameEndpoint(
  one: LoggedExchange,
  other: LoggedExchange,
  ids: ReadonlySet<string> = NO_IDS,
): boolean {
  const route = ({ path }: LoggedExchange): string =>
    segmentsOf(path)
      .map((segment) => (/\d/.test(segment) || ids.has(segment) ? "" : segment))
      .join("/");
  return (
    one.method === other.method &&
    one.origin === other.origin &&
    one.operation === other.operation &&
    route(one) === route(other)
  );
}

const NO_IDS: ReadonlySet<string> = new Set();

/** The leaves of JSON; in JSON-RPC `id` is the number of the call, and names nothing else. */
export function leavesBesideCallNumber(value: unknown): JsonLeaf[] {
  const leaves = leavesOf(value);
  const isJsonRpc = leaves.some(({ place }) => place === "jsonrpc");
  return isJsonRpc ? leaves.filter(({ place }) => place !== "id") : leaves;
}

function idIn(value: unknown): string | undefined {
  if (typeof value === "number" && Number.isInteger(value)) return String(value);
  return typeof value === "string" && /^[\w:.~-]{1,100}$/.test(value) ? value : undefined;
}

/** Whether a name is one of ids, or of conversations and their parts with a value that may be the id of one. */
function isCalledId(name: string, id: string): boolean {
  const mayHaveId = CONVERSATION_NAME.test(name) || PART_NAME.test(name);
  return ID_NAME.test(name) || (mayHaveId && (isNumber(id) || looksLikeId(name, id)));
}

/** Whether a value looks like one that was made for one thing, whatever it is called. */
export function isMadeForOne(value: string): boolean {
  return MADE_FOR_ONE.test(value);
}

/** Whether a value is a number, as ids of databases are. */
export function isNumber(value: string): boolean {
  return /^\d{1,15}$/.test(value);
}

function looksLikeId(name: string, value: string): boolean {
  return MADE_FOR_ONE.test(value) && !isSecretName(name);
}

function lastSegment(exchange: LoggedExchange): string {
  return segmentsOf(exchange.path).at(-1) ?? "";
}
