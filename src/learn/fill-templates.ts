import type { BodyType } from "../contract/wire-description.ts";
import { isHeaderPlace, valueAt } from "../targets/drivers/json-place.ts";
import { isSecretField, isSecretName } from "../text/secret-names.ts";
import { ownHeadersOf } from "./id-uses.ts";
import { type JsonLeaf, lastName, leavesOf } from "./json-leaves.ts";
import { type HistoryPlaceholder, historyPlaceholderOf, type LearnedHistory } from "./learn-history.ts";
import type { IdPlaceholder, LearnedId } from "./learn-ids.ts";
import type { LearnedModels, NamedValue } from "./learn-models.ts";
import type { MessageCandidate } from "./message-candidates.ts";
import { jsonAnswer, jsonInQuery, type LoggedExchange } from "./network-log.ts";
import { CONVERSATION_NAME, decodedSegment, idInSegment, MODEL_NAME } from "./network-log-words.ts";
import { bodyTypeOf } from "./request-body.ts";

/** What is known of the values in a talk's requests. */
export interface KnownValues {
  readonly ids: readonly LearnedId[];
  readonly said: MessageCandidate;
  /** The list of models that was seen; undefined where there was none. */
  readonly models: LearnedModels | undefined;
  /** What all messages of the log have alike, such as who sends them, by {@link leafKey}; of a log with one message nothing. */
  readonly constants: ReadonlySet<string>;
  /** What the page made up for this message alone, by {@link leafKey}. */
  readonly keys: ReadonlySet<string>;
  /** What pages put into addresses for each message alone, and the placeholder by which a call names it. */
  readonly addressKeys: { readonly values: ReadonlySet<string>; readonly placeholder: "{key}" | "{reply}" };
  /** How each message brings its whole conversation. */
  readonly history: {
    readonly at: LearnedHistory["at"];
    /** Whether a list of turns is taken for it where no place is known. */
    readonly isLikely: boolean;
  };
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** A request as a template: `POST /api/chats/{conversation}/messages`. */
export function requestTemplate({ method, path, origin }: LoggedExchange, known: KnownValues): string {
  const { said } = known;
  const url = new URL(path, origin);
  const segments = url.pathname.split("/").map((segment) => {
    const meant = decodedSegment(segment);
    if (meant === said.text) return "{text}";
    const { id, ending } = idInSegment(meant);
    const asFile = placeholderFor(id, known);
    return placeholderFor(meant, known) ?? (asFile === undefined ? segment : `${asFile}${ending}`);
  });
  const query = [...url.searchParams].map(([name, value]) => {
    const secret = isSecretField(name) ? "{token}" : undefined;
    const other = isModel({ name, value }, known) ? "{model}" : secret;
    const filled = value === said.text ? "{text}" : (placeholderFor(value, known) ?? other);
    const json = filled === undefined ? jsonInQuery(value) : undefined;
    return `${encodeURIComponent(name)}=${filled ?? (json && jsonTemplate(json, known)) ?? encodeURIComponent(value)}`;
  });
  return `${method} ${segments.join("/")}${query.length === 0 ? "" : `?${query.join("&")}`}`;
}

/** JSON in a query, with placeholders where ids stand in it. */
function jsonTemplate(json: object, known: KnownValues): string {
  const withIds = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(withIds);
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withIds(item)]));
    }
    return value === null ? null : (placeholderFor(String(value), known) ?? value);
  };
  // A number stands there without quotes, as it came.
  const isNumber = (id: string): boolean => leavesOf(json).some(({ value }) => value === Number(id));
  const numbers = known.ids.filter(({ value }) => /^\d+$/.test(value) && isNumber(value));
  const text = numbers.reduce(
    (all, { placeholder }) => all.replaceAll(`"{${placeholder}}"`, `{${placeholder}}`),
    JSON.stringify(withIds(json)),
  );
  return encodeURIComponent(text).replace(/%7B(conversation|message|reply|key)%7D/g, "{$1}");
}

/** The headers of a call in which ids stand, as templates. */
export function idHeadersOf(
  exchange: LoggedExchange,
  known: KnownValues,
): { readonly headers?: Readonly<Record<string, string>> } {
  const filled = ownHeadersOf(exchange).flatMap(([name, value]) => {
    const placeholder = placeholderFor(value, known);
    return placeholder === undefined ? [] : [[name, placeholder] as const];
  });
  return filled.length === 0 ? {} : { headers: Object.fromEntries(filled) };
}

/** A body as a template, with its type where that is not JSON, for a call that has one. `body`: of a WebSocket, its frame. */
export function bodyOf(
  exchange: LoggedExchange | undefined,
  known: KnownValues,
  body: unknown = exchange?.requestBody,
): { readonly body?: unknown; readonly content_type?: BodyType } {
  if (body === undefined) return {};
  const type = bodyTypeOf(exchange?.requestHeaders["content-type"] ?? "");
  // JSON is sent as text by pages that forget to say what it is, and such a back end reads it so.
  const isJson = typeof body !== "string" && type === "text/plain";
  return {
    body: filled(body, "", known),
    ...(type !== undefined && !isJson && { content_type: type }),
  };
}

function filled(value: unknown, place: string, known: KnownValues): unknown {
  if (Array.isArray(value)) {
    const history = historyAt(value, place, known);
    if (history !== undefined) return history;
    return value.map((item, index) => filled(item, `${place}.${index}`, known));
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, filled(item, `${place}.${name}`, known)]),
    );
  }
  return filledLeaf(value, place.slice(1), known);
}

/** A value with where it stands. */
export function leafKey({ place, value }: JsonLeaf): string {
  return `${place}=${value}`;
}

function historyAt(
  list: readonly unknown[],
  place: string,
  known: KnownValues,
): HistoryPlaceholder | undefined {
  const { at, isLikely } = known.history;
  if (at !== undefined) return place === `.${at.place}` ? at.placeholder : undefined;
  return isLikely ? historyPlaceholderOf(list, known.said.text) : undefined;
}

function filledLeaf(value: unknown, place: string, known: KnownValues): unknown {
  const name = lastName(place);
  const { ids, said } = known;
  if (value === said.text) return "{text}";
  const moment = momentOf({ place, value: value as JsonLeaf["value"] }, known);
  if (moment !== undefined) return moment;
  const placeholder =
    value === null || value === undefined ? undefined : placeholderFor(String(value), known);
  if (placeholder !== undefined)
    return typeof value === "number" ? placeholder.replace("}", "|number}") : placeholder;
  if (value === null && CONVERSATION_NAME.test(name)) {
    return isToldAsNumber(ids) ? "{conversation|number|null}" : "{conversation|null}";
  }
  if (typeof value !== "string") return value;
  if (isModel({ name, value }, known)) return "{model}";
  if (isSecretName(name)) return "{token}";
  return isKey({ place, value }, known) ? "{key}" : value;
}

/** A page may write down when it sends a message: as a text, or in milliseconds. Said again later, another moment is meant. */
function momentOf(leaf: JsonLeaf, { constants }: KnownValues): "{now}" | "{now|number}" | undefined {
  const { place, value } = leaf;
  if (!MOMENT_NAME.test(lastName(place)) || constants.has(leafKey(leaf))) return undefined;
  if (typeof value === "string") return ISO_MOMENT.test(value) ? "{now}" : undefined;
  return typeof value === "number" && value > SINCE_MS ? "{now|number}" : undefined;
}

const MOMENT_NAME = /(?:^|_)(?:time|timestamp|ts|now|date|at)$|(?:At|Time|Date|Timestamp)$/;
const ISO_MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/** In milliseconds since 1970; what is less is no moment in which a page was open. */
const SINCE_MS = Date.UTC(2020);

/** Whether a value is another one in each message. */
function isKey({ place, value }: JsonLeaf, { constants, keys }: KnownValues): boolean {
  const key = leafKey({ place, value });
  // Nobody is called by zeros alone.
  const isUuid = UUID.test(String(value)) && /[1-9a-f]/i.test(String(value)) && !constants.has(key);
  return isUuid || keys.has(key);
}

/** Whether a value is the model that is asked for: by its name, or as one of those that are listed. */
function isModel({ name, value }: NamedValue, { models }: KnownValues): boolean {
  const asked = models?.asked;
  return (
    models !== undefined &&
    (MODEL_NAME.test(name) || (asked !== undefined && asked.name === name && asked.value === value))
  );
}

function placeholderFor(
  value: string,
  { ids, addressKeys }: KnownValues,
): `{${IdPlaceholder | "key"}}` | undefined {
  const found = ids.find((id) => id.value === value);
  if (found !== undefined) return `{${found.placeholder}}`;
  return addressKeys.values.has(value) ? addressKeys.placeholder : undefined;
}

/** Whether the conversation's id is a number where it is told: then a request has it as one, too. Headers have only digits. */
function isToldAsNumber(ids: readonly LearnedId[]): boolean {
  const id = ids.find(({ placeholder }) => placeholder === "conversation");
  if (id?.told === undefined) return false;
  const { exchange, place } = id.told;
  return isHeaderPlace(place)
    ? /^\d+$/.test(id.value)
    : typeof valueAt(jsonAnswer(exchange), place) === "number";
}
