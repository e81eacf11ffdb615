import { clientMessageKeys } from "./client-message-keys.ts";
import { type KnownValues, leafKey } from "./fill-templates.ts";
import type { LearnedTalk } from "./find-message-and-reply.ts";
import { idsToldBy, isSameEndpoint } from "./id-uses.ts";
import { leavesOf } from "./json-leaves.ts";
import { learnHistory } from "./learn-history.ts";
import type { LearnedId } from "./learn-ids.ts";
import {
  type LearnedSending,
  type LearnedSendings,
  learnSendings,
  messageHeadersOf,
} from "./learn-sending.ts";
import type { LoggedExchange, NetworkLog } from "./network-log.ts";
import { idInSegment, segmentsOf } from "./network-log-words.ts";

interface KnownIds {
  /** Of the message that is understood. */
  readonly ids: readonly LearnedId[];
  /** Of the first one of its conversation, where the log has that. */
  readonly firstIds: readonly LearnedId[];
  readonly allIds: readonly LearnedId[];
  /** What the page made up for its messages. */
  readonly keys: ReadonlySet<string>;
  readonly models: KnownValues["models"];
}

/** How messages are sent, with what is known of the values in their requests, and in all others. */
export function sendingsOf(
  log: NetworkLog,
  talk: LearnedTalk,
  { ids, firstIds, allIds, keys, models }: KnownIds,
): {
  readonly sendings: LearnedSendings;
  readonly knownInMessages: KnownValues;
  readonly known: KnownValues;
} {
  const { first, later } = talk.turns ?? { first: undefined, later: talk };
  const send = later.said.exchange;
  // Of one message only its address tells: one that names a conversation has its history there.
  const { isSent, at } = learnHistory(log, talk);
  const knownInMessages: KnownValues = {
    ids: allIds,
    said: talk.said,
    models,
    history: { at, isLikely: isSent ?? !hasId(send, ids) },
    constants: constantsIn(log, send),
    keys: keysIn(log, send),
    addressKeys: { values: keys, placeholder: "{key}" },
  };
  const sendings = learnSendings(
    { message: later, known: { ...knownInMessages, ids, said: later.said } },
    first && {
      message: first,
      known: {
        ...knownInMessages,
        ids: firstIds,
        said: first.said,
        keys: keysIn(log, first.said.exchange),
      },
    },
  );
  const named = withReplyOf(sendings.send, later.read, ids);
  // What the answer calls the reply is the word that the page made up.
  const isToldBack = named !== sendings.send && keys.has(later.read.channel?.value ?? "");
  return {
    sendings: { ...sendings, send: named },
    knownInMessages,
    known: {
      ...knownInMessages,
      addressKeys: { values: keys, placeholder: isToldBack ? "{reply}" : "{key}" },
    },
  };
}

/** A message's answer that tells its reply's id to the stream of all alone. */
function withReplyOf(
  sending: LearnedSending,
  { channel }: LoggedExchange,
  ids: readonly LearnedId[],
): LearnedSending {
  if (channel?.value === undefined || ids.some(({ value }) => value === channel.value)) return sending;
  const place = idsToldBy(sending.exchange).find(({ value }) => value === channel.value)?.place;
  return place === undefined ? sending : { ...sending, told: { ...sending.told, reply: place } };
}

/** With the headers in which another message of the log has ids: of its reply nothing need have been kept. */
export function withIdHeaders(
  { exchanges }: NetworkLog,
  sending: LearnedSending,
  known: KnownValues,
): LearnedSending {
  const alike = exchanges.filter((each) => isSameEndpoint(each, sending.exchange));
  const headers = alike.flatMap((each) => Object.entries(messageHeadersOf(each, known).headers ?? {}));
  return headers.length === 0 ? sending : { ...sending, headers: Object.fromEntries(headers) };
}

/** An id is another one in each message, and goes with those that have it. */
export function withoutIds(
  headers: Readonly<Record<string, string>>,
  ids: readonly LearnedId[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).filter(([, text]) => !ids.some(({ value }) => value === text)),
  );
}

/** The values that all messages have alike. */
function constantsIn({ exchanges }: NetworkLog, send: LoggedExchange): ReadonlySet<string> {
  const [first, ...others] = exchanges
    .filter((each) => isSameEndpoint(each, send))
    .map((each) => new Set(leavesOf(each.requestBody).map(leafKey)));
  const isAlike = (key: string): boolean => others.every((keys) => keys.has(key));
  return new Set(others.length === 0 ? [] : [...(first ?? [])].filter(isAlike));
}

function keysIn(log: NetworkLog, send: LoggedExchange): ReadonlySet<string> {
  return new Set(clientMessageKeys(log, send).map(leafKey));
}

export function hasId({ path }: LoggedExchange, ids: readonly LearnedId[]): boolean {
  const segments = segmentsOf(path).flatMap((segment) => [segment, idInSegment(segment).id]);
  return ids.some(({ value }) => segments.includes(value));
}
