import type { StreamDescription, WireSettings } from "../contract/wire-description.ts";
import type { Driver } from "../targets/drivers/define-driver.ts";
import { isHeaderPlace } from "../targets/drivers/json-place.ts";
import { keysInAddresses } from "./client-message-keys.ts";
import {
  answerBytes,
  callBytes,
  cancelBytes,
  closeBytes,
  readingBytes,
  sendingBytes,
} from "./evidence-bytes.ts";
import { bodyOf, idHeadersOf, type KnownValues, requestTemplate } from "./fill-templates.ts";
import {
  exchangesOf,
  findMessageAndReply,
  type LearnedMessage,
  type LearnedTalk,
} from "./find-message-and-reply.ts";
import { joinPolledSockets } from "./join-polled-sockets.ts";
import { joinPolls, pollPauseOf } from "./join-polls.ts";
import { isInList } from "./json-leaves.ts";
import { withKnownWords } from "./known-row-words.ts";
import { learnCalls } from "./learn-calls.ts";
import { type LearnedClose, learnClose } from "./learn-cancel-by-close.ts";
import { learnCancelled, withCancelReason, withCancelStatus } from "./learn-cancelled.ts";
import { withLearnedFailure } from "./learn-failure.ts";
import { learnGradio } from "./learn-gradio.ts";
import { learnHeaders } from "./learn-headers.ts";
import { learnHistory } from "./learn-history.ts";
import { type IdPlaceholder, idPlacesOf, kindredIds, type LearnedId, learnIds } from "./learn-ids.ts";
import { learnLastReply } from "./learn-last-reply.ts";
import { type LearnedLogin, learnLogin } from "./learn-login.ts";
import { type LearnedModels, likelyModelsNote } from "./learn-models.ts";
import { inPages, learnPages } from "./learn-pages.ts";
import { type LearnedRows, learnRows } from "./learn-rows.ts";
import type { LearnedSending } from "./learn-sending.ts";
import { learnSocketChannel, type SocketChannel } from "./learn-socket-channel.ts";
import { type LearnedOpening, learnOpening } from "./learn-socket-opening.ts";
import { type LearnedStopFrame, learnStopFrame } from "./learn-stop-frame.ts";
import { learnStoppedReply } from "./learn-stopped-reply.ts";
import { findingsOf, type LearnedSetting } from "./learned-setting.ts";
import type { LearnedWire, UnknownSetting } from "./learned-wire.ts";
import { type KnownPeople, withLoginFields } from "./login-fields.ts";
import { type LoggedExchange, type NetworkLog, requestOf } from "./network-log.ts";
import { segmentsOf } from "./network-log-words.ts";
import { departuresFrom, recogniseDriver } from "./recognise-driver.ts";
import { splitBatches } from "./split-batches.ts";
import { splitChannels } from "./split-channels.ts";
import { splitSockets } from "./split-sockets.ts";
import { splitSubscriptions } from "./split-subscriptions.ts";
import { bytesInLine } from "./stream-findings.ts";
import { withOperations } from "./tell-operations.ts";
import { unknownOf, unsayableOf } from "./unknown-settings.ts";
import { hasId, sendingsOf, withIdHeaders, withoutIds } from "./values-in-messages.ts";

/**
 * Infers from a network log how its back end is talked to. Known drivers come first: of those only what departs is in
 * the result. Throws a UserError `nothing_learned` where no message with a reply is in it.
 *
 * @param text what the person said, where that is known
 * @param people those that are known, with whom a login can be tried
 */
export function learnWire(logged: NetworkLog, text?: string, people: KnownPeople = {}): LearnedWire {
  const gradio = learnGradio(logged);
  if (gradio !== undefined) return gradio;
  const log = withLoginFields(
    withOperations(
      joinPolls(splitChannels(splitSockets(splitSubscriptions(joinPolledSockets(splitBatches(logged)))))),
    ),
    people,
  );
  const talk = withLearnedFailure(log, findMessageAndReply(log, text));
  const driver = recogniseDriver(talk);
  const login = learnLogin(log, talk.said.exchange, Object.keys(people).length);
  const { settings, channel, models } = settingsOf(log, talk, login);
  const learned = Object.fromEntries(settings.map(({ name, value }) => [name, value])) as WireSettings;
  const { notes } = learnHeaders(talk.said.exchange, login, log.exchanges);
  const unknown: UnknownSetting[] = [
    ...(login?.notes ?? []).map((why) => ({ setting: "login", why })),
    ...notes.map((why) => ({ setting: "headers", why })),
    ...(channel?.isSeen === false ? [unseenChannel(channel)] : []),
    ...(models?.isLikely === true ? [likelyModelsNote(models)] : []),
    ...(driver?.connect === undefined ? unknownOf({ wire: driver?.wire ?? learned, talk, log }) : []),
  ];
  return {
    driver: driver?.name ?? "described",
    wire: wireBeside(driver, learned),
    service: driver?.service ?? "hmi",
    url: talk.said.exchange.origin,
    talk: { said: talk.said.text, reply: talk.reply.text },
    findings: settings.flatMap((setting) => findingsOf(setting, talk)),
    unknown,
    unsayable: driver === undefined ? unsayableOf({ wire: learned, talk, log }) : [],
  };
}

/** What has to be said beside a driver. */
function wireBeside(driver: Driver | undefined, learned: WireSettings): WireSettings {
  if (driver === undefined) return { service: "hmi", ...learned };
  // The contract's own wire is not described, and what a known driver says of messages and their streams holds,
  // whatever else a page puts there.
  const { send: _, send_first: __, stream: ___, ...beside } = learned;
  const isCode = driver.wire === undefined || driver.connect !== undefined;
  return isCode ? {} : departuresFrom(driver.wire, beside);
}

function settingsOf(
  log: NetworkLog,
  talk: LearnedTalk,
  login: LearnedLogin | undefined,
): {
  readonly settings: readonly LearnedSetting[];
  readonly channel: SocketChannel | undefined;
  readonly models: LearnedModels | undefined;
} {
  const { first, later } = talk.turns ?? { first: undefined, later: talk };
  const send = later.said.exchange;
  const { read } = later;
  const listed = learnRows(log, talk);
  const keys = new Set(
    [later, first ?? later].flatMap(({ said }) => [...keysInAddresses(log, said.exchange)]),
  );
  const beside = { rows: listed?.exchange, keys };
  const named = withLastReply(learnIds(log, later, beside), { log, later, rows: listed });
  const ids = [...named, ...learnStoppedReply(log, later.read, named)];
  const firstIds = first === undefined ? [] : learnIds(log, first, beside);
  const allIds = [...ids, ...firstIds, ...kindredIds(log, [...ids, ...firstIds])];
  const rows = withKnownWords(listed, allIds, talk);
  const calls = learnCalls(log, { talk, ids: allIds, keys, rows: rows?.exchange });
  const { models } = calls;
  const { sendings, known, knownInMessages } = sendingsOf(log, talk, { ids, firstIds, allIds, keys, models });
  const headers = withoutIds(learnHeaders(send, login, log.exchanges).headers, allIds);
  const setting = (
    name: keyof WireSettings,
    from: LoggedExchange | undefined,
    more: object = {},
    bytes = bytesInLine(from?.answer ?? requestOf(from ?? send)),
  ): LearnedSetting[] =>
    from === undefined
      ? []
      : [
          {
            name,
            from,
            bytes,
            value: { request: requestTemplate(from, known), ...idHeadersOf(from, known), ...more },
          },
        ];
  const isOneCall = read === send;
  const opening = learnOpening(log, read, { known, description: talk.reply.description });
  const toSend = isOneCall ? opening : {};
  const sending = (
    name: "send" | "send_first",
    { exchange: from, ...value }: LearnedSending,
    said: LearnedMessage["said"],
  ): LearnedSetting => ({
    name,
    from,
    value,
    bytes: sendingBytes(said, { told: value.told, isRepeated: learnHistory(log, talk).isSent === true }),
  });
  const started = [...(first === undefined ? [] : [idPlacesOf(firstIds, first.read)]), idPlacesOf(ids, read)];
  const { conversations, deletion, health, page } = calls;
  const cancel = calls.cancel?.exchange;
  const channel = learnSocketChannel(log, talk, allIds);
  const close = learnClose(log, { read: talk.read, description: talk.reply.description, rows });
  const cancelled = learnCancelled(log, {
    cancel,
    read: talk.read,
    description: talk.reply.description,
    rows,
  });
  const settings: LearnedSetting[] = [
    ...(Object.keys(headers).length === 0
      ? []
      : [{ name: "headers", value: headers, from: send, bytes: Object.keys(headers).join(", ") } as const]),
    ...loginSetting(login),
    ...makingOf(ids, talk, known),
    ...(first === undefined || sendings.first === undefined
      ? []
      : [sending("send_first", opened(sendings.first, toSend), first.said)]),
    sending("send", opened(withIdHeaders(log, sendings.send, knownInMessages), toSend), later.said),
    ...(isOneCall
      ? []
      : setting("read", read, { ...bodyOf(read, known), ...pauseOf(read), ...opening }, readingBytes(read))),
    {
      name: "stream",
      value: {
        ...withCancelReason(streamWith(talk, Object.assign({}, ...started)), cancelled),
        ...channelOf(talk.read, allIds, channel),
      },
      from: talk.read,
      bytes: "",
    },
    ...setting("cancel", cancel, bodyOf(cancel, known), calls.cancel && cancelBytes(calls.cancel)),
    ...(cancel === undefined ? endingSetting(learnStopFrame(log, talk.read, known), close) : []),
    ...setting(
      "rows",
      rows?.exchange,
      rows && {
        ...bodyOf(rows.exchange, known),
        ...inPagesOf(log, rows.exchange, known),
        ...withCancelStatus(rows.rows, cancelled.status),
      },
    ),
    ...setting("conversations", conversations?.exchange, {
      ...bodyOf(conversations?.exchange, known),
      ...conversations?.rest,
    }),
    ...setting("delete_conversation", deletion, bodyOf(deletion, known), callBytes(deletion ?? send)),
    ...setting("models", models?.call.exchange, {
      ...bodyOf(models?.call.exchange, known),
      ...models?.call.rest,
    }),
    ...setting("account", calls.account?.exchange, {
      ...bodyOf(calls.account?.exchange, known),
      ...calls.account?.rest,
    }),
    ...setting("health", health),
    ...(page === undefined || hasId(page, allIds)
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
  return { settings, channel, models };
}

/** A message with how its WebSocket is opened, where it goes by one. */
function opened(sending: LearnedSending, opening: LearnedOpening): LearnedSending {
  return sending.exchange.method === "WS" ? { ...sending, ...opening } : sending;
}

/** By which of its ids a reply is told from others on one stream. */
function channelOf(
  { channel }: LoggedExchange,
  ids: readonly LearnedId[],
  onSocket: SocketChannel | undefined,
): Pick<StreamDescription, "channel"> {
  if (onSocket?.isSeen === true) return { channel: onSocket.channel };
  if (channel === undefined) return {};
  const { place, value } = channel;
  const placeholder = ids.find((id) => id.value === value)?.placeholder ?? "reply";
  return { channel: place === undefined ? {} : { [placeholder]: place } };
}

/** Of frames that name their conversation, where the log has one a WebSocket: whether that is enough for several it does not tell. */
function unseenChannel({ channel }: SocketChannel): UnknownSetting {
  const said = Object.entries(channel).map(([name, place]) => `${name}: ${place}`);
  return {
    setting: "stream.channel",
    why: `its frames name their conversation, and the page had one only on its WebSocket: where it keeps that for all, write \`channel: { ${said.join(", ")} }\`, or begin a second conversation in the page before you save`,
  };
}

/** With the id of the reply before, where the message names that. */
function withLastReply(
  ids: readonly LearnedId[],
  { log, later, rows }: { log: NetworkLog; later: LearnedMessage; rows: LearnedRows | undefined },
): readonly LearnedId[] {
  const last = learnLastReply(log, later, { ids, rows });
  return last === undefined ? ids : [...ids.filter(({ value }) => value !== last.value), last];
}

/** The call of a list that comes in pages. */
function inPagesOf(
  log: NetworkLog,
  list: LoggedExchange,
  known: KnownValues,
): { readonly request?: string; readonly next?: string } {
  const pages = learnPages(log, list);
  return pages === undefined
    ? {}
    : { request: inPages(requestTemplate(list, known), pages), next: pages.next };
}

function loginSetting(learned: LearnedLogin | undefined): LearnedSetting[] {
  if (learned === undefined) return [];
  const { login, exchange, bytes } = learned;
  return [{ name: "login", value: login, from: exchange, bytes }];
}

/** How a reply is ended where no call does it: by a frame, or by closing its stream. */
function endingSetting(
  stop: LearnedStopFrame | undefined,
  close: LearnedClose | undefined,
): LearnedSetting[] {
  if (stop !== undefined) {
    const { frame, from, bytes } = stop;
    return [{ name: "cancel", value: { frame }, from, bytes }];
  }
  if (close === undefined || close.fate === "went on") return [];
  return [{ name: "cancel", value: "close", from: close.exchange, bytes: closeBytes(close) }];
}

/** How often a reply that is polled is asked for. */
function pauseOf(read: LoggedExchange): { readonly every_ms?: number } {
  const every_ms = pollPauseOf(read);
  return every_ms === undefined ? {} : { every_ms };
}

/** How a conversation is made, where that is before its first message. */
function makingOf(ids: readonly LearnedId[], talk: LearnedTalk, known: KnownValues): LearnedSetting[] {
  const id = ids.find(({ placeholder }) => placeholder === "conversation");
  if (id === undefined) return [];
  const bytes = bytesInLine(id.value);
  if (id.told === undefined) return [{ name: "conversation", value: "own", from: id.used, bytes }];
  const { exchange, place } = id.told;
  // What lists conversations makes none.
  if (exchangesOf(talk).includes(exchange) || exchange.method === "GET" || isInList(place)) return [];
  const making = { request: requestTemplate(exchange, known), ...bodyOf(exchange, known) };
  return [
    {
      name: "conversation",
      value: { ...making, told: { conversation: place } },
      from: exchange,
      bytes: answerBytes(exchange, [place]),
    },
  ];
}

/** A stream that is the only one to tell the ids says so itself. */
function streamWith(
  { said, read, reply: { description, knownAs } }: LearnedTalk,
  told: Partial<Record<IdPlaceholder, string>>,
): StreamDescription {
  const started = Object.entries(told).filter(([, place]) => !isHeaderPlace(place));
  if (started.length === 0 || (read !== said.exchange && knownAs !== undefined)) return description;
  // What a known stream tells of itself is not guessed.
  const own = knownAs === undefined ? undefined : description.started;
  return { ...description, started: own ?? Object.fromEntries(started) };
}
