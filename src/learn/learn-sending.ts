import type { BodyType, WireSettings } from "../contract/wire-description.ts";
import { isHeaderPlace } from "../targets/drivers/json-place.ts";
import { bodyOf, idHeadersOf, type KnownValues, requestTemplate } from "./fill-templates.ts";
import type { LearnedMessage } from "./find-message-and-reply.ts";
import { idsToldBy } from "./id-uses.ts";
import { leavesOf } from "./json-leaves.ts";
import { type IdPlaceholder, idPlacesOf, type LearnedId } from "./learn-ids.ts";
import type { LoggedExchange } from "./network-log.ts";

/** A call that carries a message: `contract.wire.send`, or `send_first`. */
export interface LearnedSending {
  readonly exchange: LoggedExchange;
  readonly request: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly content_type?: BodyType;
  readonly told?: Partial<Record<IdPlaceholder, string>>;
  readonly before?: NonNullable<WireSettings["send"]>["before"];
  readonly auth?: NonNullable<WireSettings["send"]>["auth"];
}

/** How messages are sent: all alike, or a conversation's first one by a call of its own. */
export interface LearnedSendings {
  readonly send: LearnedSending;
  readonly first: LearnedSending | undefined;
}

/** A message with what is known of the values in its request. */
export interface KnownMessage {
  readonly message: LearnedMessage;
  readonly known: KnownValues;
}

/** Makes templates of a conversation's later message, and of its first one where the log has that. */
export function learnSendings(later: KnownMessage, first: KnownMessage | undefined): LearnedSendings {
  const send = first === undefined ? sendingOf(later) : withoutEchoes(sendingOf(later), first.message);
  if (first === undefined) return { send, first };
  const begin = sendingOf(first, send.told);
  if (!isSameCall(send, begin)) return { send, first: begin };
  const told = { ...begin.told, ...send.told };
  const body = withNulls(send.body, first.message.said.body);
  return {
    send: { ...send, ...(body !== undefined && { body }), ...(Object.keys(told).length > 0 && { told }) },
    first: undefined,
  };
}

/**
 * A later message without what a page only hands back of the turns before, such as a state that an answer told, where the first one had
 * nothing there: of another conversation it is another.
 */
function withoutEchoes(sending: LearnedSending, { said: before, reply }: LearnedMessage): LearnedSending {
  const [body, empty] = [sending.body, before.body];
  if (!isRecord(body) || !isRecord(empty)) return sending;
  const told = new Set([before.text, reply.text].map((text) => text.trim()));
  const isEcho = (value: unknown): boolean =>
    leavesOf(value).some((leaf) => typeof leaf.value === "string" && told.has(leaf.value.trim()));
  const fields = Object.entries(body).map(([name, value]) => [
    name,
    isEmpty(empty[name]) && isEcho(value) ? empty[name] : value,
  ]);
  return { ...sending, body: Object.fromEntries(fields) };
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `more`: where a later message is told its ids, which may be so of this one, too. */
function sendingOf(
  { message: { said, read }, known }: KnownMessage,
  more: LearnedSending["told"] = {},
): LearnedSending {
  const { exchange } = said;
  const places = new Set(idsToldBy(exchange).map(({ place }) => place));
  const alike = Object.entries(more).filter(([, place]) => places.has(place));
  const own = toldBySending(known.ids, exchange, { isStream: exchange === read });
  const told = own === undefined && alike.length === 0 ? undefined : { ...Object.fromEntries(alike), ...own };
  const { body, ...type } = bodyOf(exchange, known, said.body);
  return {
    exchange,
    request: requestTemplate(exchange, known).replaceAll("{reply}", "{last_reply}"),
    ...messageHeadersOf(exchange, known),
    ...(body !== undefined && { body: ofReplyBefore(body) }),
    ...type,
    ...(told !== undefined && { told }),
  };
}

/** The headers in which a message has ids. */
export function messageHeadersOf(
  exchange: LoggedExchange,
  known: KnownValues,
): Pick<LearnedSending, "headers"> {
  const { headers } = idHeadersOf(exchange, known);
  return headers === undefined
    ? {}
    : { headers: ofReplyBefore(headers) as NonNullable<LearnedSending["headers"]> };
}

/** The reply that a message names is the one before it. */
function ofReplyBefore(template: unknown): unknown {
  if (typeof template === "string") return template.replace(/^\{reply(?=[|}])/, "{last_reply");
  if (Array.isArray(template)) return template.map(ofReplyBefore);
  if (typeof template !== "object" || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([name, value]) => [name, ofReplyBefore(value)]));
}

/** A stream's events tell ids themselves; only its headers are the call's. */
function toldBySending(
  ids: readonly LearnedId[],
  exchange: LoggedExchange,
  { isStream }: { readonly isStream: boolean },
): LearnedSending["told"] {
  const told = Object.entries(idPlacesOf(ids, exchange) ?? {}).filter(
    ([, place]) => !isStream || isHeaderPlace(place),
  );
  return told.length === 0 ? undefined : Object.fromEntries(told);
}

/** Whether two templates are of one call, in which ids are there or not. */
function isSameCall(one: LearnedSending, other: LearnedSending): boolean {
  return one.request === other.request && said(one.body) === said(other.body);
}

/** What a body says that is neither an id, nor a number or a time that is another one each time. */
function said(body: unknown): string {
  const words = leavesOf(body).filter(
    ({ value }) =>
      value !== null &&
      value !== "" &&
      typeof value !== "number" &&
      !/^\{(?!text|history)|^\d{4}-\d\d-\d\dT/.test(String(value)),
  );
  return JSON.stringify(words.toSorted((a, b) => (a.place < b.place ? -1 : 1)));
}

/** What is null in the first message is written so where there is nothing for a placeholder. */
function withNulls(template: unknown, first: unknown): unknown {
  if (typeof template === "string" && first === null)
    return template.replace(/^\{([a-z_|]+)\}$/, "{$1|null}");
  if (typeof template !== "object" || template === null || Array.isArray(template)) return template;
  const beside = typeof first === "object" && first !== null ? (first as Record<string, unknown>) : {};
  return Object.fromEntries(
    Object.entries(template).map(([name, value]) => [name, withNulls(value, beside[name])]),
  );
}
