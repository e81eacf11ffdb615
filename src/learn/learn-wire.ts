import type { StreamDescription, WireSettings } from "../contract/wire-description.ts";
import type { Driver } from "../targets/drivers/driver.ts";
import { bodyTemplate, type KnownValues, requestTemplate } from "./fill-templates.ts";
import { learnCalls } from "./learn-calls.ts";
import { type IdSlot, type LearnedId, learnIds } from "./learn-ids.ts";
import { learnRows } from "./learn-rows.ts";
import { type LearnedTalk, learnTalk } from "./learn-talk.ts";
import { learnHeaders } from "./learned-headers.ts";
import type { LearnedFinding, LearnedWire, UnknownSetting } from "./learned-wire.ts";
import { segmentsOf, withoutSecrets } from "./log-words.ts";
import { type LoggedExchange, type NetworkLog, requestOf } from "./network-log.ts";
import { departuresFrom, recogniseDriver } from "./recognise-driver.ts";
import { bytesInLine, streamFindings } from "./stream-findings.ts";
import { unknownOf } from "./unknown-settings.ts";

/** One setting of a wire, with what it was inferred from. */
interface LearnedSetting {
  readonly name: keyof WireSettings;
  readonly value: unknown;
  readonly from: LoggedExchange;
  readonly bytes: string;
}

/**
 * Infers from a network log how its back end is talked to. Known drivers come first: of those only what departs is in
 * the result. Throws a UserError `nothing_learned` where no message with a reply is in it.
 *
 * @param text what the person said, where that is known
 */
export function learnWire(log: NetworkLog, text?: string): LearnedWire {
  const talk = learnTalk(log, text);
  const driver = recogniseDriver(talk);
  const settings = settingsOf(log, talk);
  const learned = Object.fromEntries(settings.map(({ name, value }) => [name, value])) as WireSettings;
  const { notes } = learnHeaders(talk.said.exchange);
  const unknown: UnknownSetting[] = [
    ...notes.map((why) => ({ setting: "headers", why })),
    ...unknownOf(driver?.wire ?? learned, talk),
  ];
  return {
    driver: driver?.name ?? "described",
    wire: wireBeside(driver, learned),
    service: driver?.service ?? "hmi",
    url: talk.said.exchange.origin,
    talk: { said: talk.said.text, reply: talk.reply.text },
    findings: settings.flatMap((setting) => findingsOf(setting, talk)),
    unknown,
  };
}

/** What has to be said beside a driver. */
function wireBeside(driver: Driver | undefined, learned: WireSettings): WireSettings {
  if (driver === undefined) return { service: "hmi", ...learned };
  // The contract's own wire is not described, and what a known driver says of messages and their streams holds,
  // whatever else a page puts there.
  const { send: _, stream: __, ...beside } = learned;
  return driver.wire === undefined ? {} : departuresFrom(driver.wire, beside);
}

function settingsOf(log: NetworkLog, talk: LearnedTalk): readonly LearnedSetting[] {
  const { said, read, reply } = talk;
  const send = said.exchange;
  const rows = learnRows(log, talk);
  const ids = learnIds(log, talk, rows?.exchange);
  const calls = learnCalls(log, { talk, ids, rows: rows?.exchange });
  const known: KnownValues = { ids, said, isModelListed: calls.models !== undefined };
  const { headers } = learnHeaders(send);
  const setting = (
    name: keyof WireSettings,
    from: LoggedExchange | undefined,
    more: object = {},
    bytes = bytesInLine(from?.answer ?? requestOf(from ?? send)),
  ): LearnedSetting[] =>
    from === undefined
      ? []
      : [{ name, from, bytes, value: { request: requestTemplate(from, known), ...more } }];
  const isOneCall = read === send;
  const told = isOneCall ? undefined : placesOf(ids, send);
  const { cancel, conversations, deletion, models, health, page } = calls;
  return [
    ...(Object.keys(headers).length === 0
      ? []
      : [{ name: "headers", value: headers, from: send, bytes: Object.keys(headers).join(", ") } as const]),
    ...makingOf(ids, talk, known),
    ...setting(
      "send",
      send,
      { ...bodyOf(said.body, known), ...(told !== undefined && { told }) },
      bytesInLine(JSON.stringify(said.body ?? send.path)),
    ),
    ...(isOneCall ? [] : setting("read", read, {}, bytesInLine(requestOf(read)))),
    { name: "stream", value: streamWith(reply.description, talk, ids), from: read, bytes: "" },
    ...setting("cancel", cancel, bodyOf(cancel?.requestBody, known)),
    ...setting("rows", rows?.exchange, rows?.rows),
    ...setting("conversations", conversations?.exchange, conversations?.rest),
    ...setting("delete_conversation", deletion, {}, bytesInLine(requestOf(deletion ?? send))),
    ...setting("models", models?.exchange, models?.rest),
    ...setting("health", health),
    ...(page === undefined || hasId(page, ids)
      ? []
      : [
          {
            name: "page",
            value: segmentsOf(page.path).join("/"),
            from: page,
            bytes: bytesInLine(requestOf(page)),
          } as const,
        ]),
  ];
}

/** How a conversation is made, where that is before its first message. */
function makingOf(
  ids: readonly LearnedId[],
  { said, read }: LearnedTalk,
  known: KnownValues,
): LearnedSetting[] {
  const id = ids.find(({ slot }) => slot === "conversation");
  if (id === undefined) return [];
  const bytes = bytesInLine(id.value);
  if (id.told === undefined) return [{ name: "conversation", value: "own", from: id.used, bytes }];
  const { exchange, place } = id.told;
  if (exchange === said.exchange || exchange === read || exchange.method === "GET") return [];
  const making = { request: requestTemplate(exchange, known), ...bodyOf(exchange.requestBody, known) };
  return [
    {
      name: "conversation",
      value: { ...making, told: { conversation: place } },
      from: exchange,
      bytes: bytesInLine(exchange.answer ?? ""),
    },
  ];
}

function bodyOf(body: unknown, known: KnownValues): { readonly body?: unknown } {
  const template = bodyTemplate(body, known);
  return template === undefined ? {} : { body: template };
}

/** Where an exchange tells the ids that it makes; undefined where it tells none. */
function placesOf(
  ids: readonly LearnedId[],
  exchange: LoggedExchange,
): Partial<Record<IdSlot, string>> | undefined {
  const told = ids.flatMap(({ slot, told }) =>
    told?.exchange === exchange ? [[slot, told.place] as const] : [],
  );
  return told.length === 0 ? undefined : Object.fromEntries(told);
}

/** A stream that is the only one to tell the ids says so itself. */
function streamWith(
  description: StreamDescription,
  { said, read, reply }: LearnedTalk,
  ids: readonly LearnedId[],
): StreamDescription {
  const told = placesOf(ids, read);
  if (told === undefined || (read !== said.exchange && reply.knownAs !== undefined)) return description;
  return { ...description, started: told };
}

function hasId({ path }: LoggedExchange, ids: readonly LearnedId[]): boolean {
  return ids.some(({ value }) => segmentsOf(path).includes(value));
}

function findingsOf({ name, value, from, bytes }: LearnedSetting, talk: LearnedTalk): LearnedFinding[] {
  const where = withoutSecrets(`${from.where}, ${requestOf(from)}`);
  if (name === "stream") return streamFindings(value as StreamDescription, talk.reply, where);
  return [{ setting: name, value: inShort(value), where, bytes }];
}

/** A setting on a line: its request, and what else there is of it. */
function inShort(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const { request, ...rest } = value as { request?: string };
  const more = Object.entries(rest).map(
    ([name, each]) => `${name} ${typeof each === "string" ? each || '""' : JSON.stringify(each)}`,
  );
  return [...(request === undefined ? [] : [request]), ...more].join(", ");
}
