import { methodAndPath } from "../contract/method-and-path.ts";
import type { WireSettings } from "../contract/wire-description.ts";
import { hasPlaceholder } from "../targets/drivers/has-placeholder.ts";
import { valueAt } from "../targets/drivers/json-place.ts";
import { readPacket } from "../targets/drivers/socket-io.ts";
import type { LearnedMessage, LearnedTalk } from "./find-message-and-reply.ts";
import { isMadeForOne, isNumber, isSameEndpoint } from "./id-uses.ts";
import { lastName, leavesOf } from "./json-leaves.ts";
import { learnHistory } from "./learn-history.ts";
import { framesBefore } from "./learn-socket-opening.ts";
import type { UnknownSetting } from "./learned-wire.ts";
import { pageFrames } from "./message-candidates.ts";
import { jsonAnswer, jsonInQuery, type LoggedExchange, type NetworkLog, requestOf } from "./network-log.ts";
import { CONVERSATION_NAME, isVersion, maskSecrets, segmentsOf } from "./network-log-words.ts";
import { stoppedOnSocket } from "./stopped-replies.ts";
import { bytesInLine } from "./stream-findings.ts";

/** What no log had, each with what a person would have to do for it. */
const ASK: Readonly<Partial<Record<keyof WireSettings, string>>> = {
  cancel:
    "nothing in the log is seen to end a reply: press stop in mid-reply; where closing the stream ends a reply, write `cancel: close`",
  rows: "no list showed the message with its reply: reload the page after the reply",
  delete_conversation:
    "no call was seen to delete a conversation by its address: what `verify` says stays in it",
  conversations: "no list in the log names the conversation",
  models: "no list in the log is one of models",
  health:
    "nothing in the log is called as a health report is: write `health: { request: GET /health }`, if there is one",
};

interface Learned {
  readonly wire: WireSettings;
  readonly talk: LearnedTalk;
  readonly log: NetworkLog;
}

/** What a wire does not say, and how it could be learned. */
export function unknownOf({ wire, talk, log }: Learned): UnknownSetting[] {
  const { reply, turns } = talk;
  // A wire to which the whole conversation is told keeps nothing that could be listed.
  const keepsNothing = hasPlaceholder(wire.send, "history") && !hasPlaceholder(wire.send, "conversation");
  const needless = new Set(keepsNothing ? ["rows", "conversations", "delete_conversation"] : []);
  const missing = Object.entries(ASK).filter(
    ([name]) => wire[name as keyof WireSettings] === undefined && !needless.has(name),
  );
  const names = wire.conversation !== undefined || hasPlaceholder(wire.send, "conversation") || keepsNothing;
  const stopWords = leftWords(log, talk) ?? stopFrameWords(log, talk);
  return [
    ...reply.unknown.map((why) => ({ setting: "stream", why })),
    ...(names ? [] : [{ setting: "send", why: namelessWords(log, talk) }]),
    ...(isGuessedHistory({ wire, talk, log })
      ? [
          {
            setting: "send",
            why: "whether its list of messages is the whole conversation, or only what is new, one message does not tell: it is taken for the whole; send two messages before you save",
          },
        ]
      : []),
    ...before(talk),
    ...(turns === undefined || isOneCall(turns.first) === isOneCall(turns.later)
      ? []
      : [{ setting: "send_first", why: "its reply comes in another way than those of later messages" }]),
    ...unfilledIds(wire),
    ...unseenPages(wire, log),
    ...literals(wire),
    ...missing.map(([setting, why]) => ({
      setting,
      why: (setting === "cancel" ? stopWords : undefined) ?? why,
    })),
  ];
}

/** Whether a list of one turn is taken for a whole conversation, beside the id of one by which the back end may know the rest. */
function isGuessedHistory({ wire, talk, log }: Learned): boolean {
  const isNamed = hasPlaceholder(wire.send, "conversation");
  return isNamed && hasPlaceholder(wire.send, "history") && learnHistory(log, talk).isSent === undefined;
}

/** What a wire does that no description says: a contract without it would be believed, and be wrong. */
export function unsayableOf({ wire, talk, log }: Learned): string[] {
  const isUntoldHistory = learnHistory(log, talk).isSent === true && !hasPlaceholder(wire.send, "history");
  const fixed = fixedConversation(wire);
  const { read } = talk;
  const isToldAgain =
    read.channel?.isTurn === true &&
    log.exchanges.some((each) => each.isToldAgain === true && isSameEndpoint(each, read));
  return [
    ...(read.untoldReplies === undefined
      ? []
      : [
          `${requestOf(read)} (${read.where}) has the replies to ${read.untoldReplies} messages, and nothing in its events ends each of them`,
        ]),
    ...(isToldAgain
      ? [
          `${requestOf(read)} tells earlier replies again to who opens it, and its events do not say which reply they are of`,
        ]
      : []),
    ...(isUntoldHistory
      ? [
          "each message brings the whole conversation before it, in a shape that {history} has not: no list of {role, content} or {role, parts}",
        ]
      : []),
    ...(fixed === undefined
      ? []
      : [
          `every message would go into ${fixed}, the conversation that the log is from: nothing in it tells how another one is begun`,
        ]),
  ];
}

/** What a message names as it stands in the log, and by which what was said is listed: somebody's own conversation. */
function fixedConversation({ send, rows }: WireSettings): string | undefined {
  if (send === undefined || rows === undefined || hasPlaceholder(send, "conversation")) return undefined;
  const { path } = methodAndPath(rows.request);
  const listed = new Set(segmentsOf(path).filter((segment) => segment !== ""));
  const inBody = leavesOf(send.body).flatMap(({ place, value }) =>
    CONVERSATION_NAME.test(lastName(place)) || isIdLike(String(value)) ? [String(value)] : [],
  );
  const inPath = segmentsOf(methodAndPath(send.request).path).filter(isIdLike);
  return [...inBody, ...inPath].find((word) => listed.has(word));
}

/** A version, as in `/v1/chat`, is no id. */
function isIdLike(word: string): boolean {
  return !isVersion(word) && (isNumber(word) || isMadeForOne(word));
}

/** Whether the call that carries a message is answered with the reply. */
function isOneCall({ said, read }: LearnedMessage): boolean {
  return said.exchange === read;
}

function namelessWords({ exchanges }: NetworkLog, { said }: LearnedTalk): string {
  const isAgain = exchanges.some((each) => each !== said.exchange && isSameEndpoint(each, said.exchange));
  const other =
    said.exchange.method === "WS"
      ? "its WebSocket, which a contract opens anew for each message"
      : "something else, such as a cookie";
  return isAgain
    ? `nothing in its messages says that they are of one conversation: each begins one, or the back end knows it by ${other}`
    : "nothing says which conversation a message is for: send two messages before you save";
}

/** What a page said on a WebSocket before its message, and not as soon as that was open: a contract does not say it. */
function before({ said: { exchange, body } }: LearnedTalk): UnknownSetting[] {
  if (exchange.method !== "WS") return [];
  // What socket.io says of itself is no frame of the page's.
  const frames = pageFrames(exchange)
    .filter((frame) => Array.isArray(frame) || !isSocketIo(exchange))
    .map((frame) => JSON.stringify(frame));
  const opening = new Set(framesBefore(exchange).map((frame) => JSON.stringify(frame)));
  const first = frames
    .slice(0, Math.max(frames.indexOf(JSON.stringify(body)), 0))
    .find((frame) => !opening.has(frame));
  return first === undefined
    ? []
    : [
        {
          setting: "send",
          why: `before its message the page says ${bytesInLine(first)}, which a contract does not`,
        },
      ];
}

function isSocketIo({ frames }: LoggedExchange): boolean {
  return frames.some(({ text }) => readPacket(text).kind === "event");
}

/** What only the answer before a message tells is not there when it is sent. */
function unfilledIds({ send }: WireSettings): UnknownSetting[] {
  if (!hasPlaceholder(send, "message")) return [];
  return [
    {
      setting: "send",
      why: "what stands at {message} was told of the message before, which a message of a contract does not know: it is left out",
    },
  ];
}

/** Of the stream of a reply that the page closed, where no call beside it ended it. */
function leftWords({ exchanges }: NetworkLog, { read }: LearnedTalk): string | undefined {
  const left = exchanges.find((each) => each.isLeft && isSameEndpoint(each, read));
  return (
    left &&
    `the page closed the stream of ${maskSecrets(requestOf(left))} (${left.where}) before its end, and no call was seen to end a reply; where it was not loaded anew then, and no list shows that the reply went on, \`cancel: close\` says it`
  );
}

/** Of a stop that a page says on its WebSocket. */
function stopFrameWords(log: NetworkLog, { read }: LearnedTalk): string | undefined {
  const [stop] = stoppedOnSocket(log, read);
  return (
    stop &&
    `the page ends a reply by ${bytesInLine(stop.frame)} on its WebSocket, and nothing in the log told what that names: write it as \`cancel: { frame: ... }\``
  );
}

/** Where a list says which page comes after it, of which the log has no call. */
function unseenPages({ rows }: WireSettings, { exchanges }: NetworkLog): UnknownSetting[] {
  if (rows === undefined || rows.next !== undefined) return [];
  const list = rows.list === "" ? undefined : rows.list;
  const answers = exchanges.map(jsonAnswer).filter((answer) => list && Array.isArray(valueAt(answer, list)));
  const place = answers
    .flatMap((answer) => leavesOf(answer))
    .map((leaf) => leaf.place)
    .find((each) => NEXT_PAGE.test(lastName(each)));
  return place === undefined
    ? []
    : [
        {
          setting: "rows.next",
          why: `its list has ${place}, and no longer conversation was in the log: where it comes in pages, write \`next: ${place}\` and {cursor} in its request; until then what is on a later page is taken to be missing`,
        },
      ];
}

/** What a list calls the mark at which its next page begins. */
const NEXT_PAGE = /^next_?(?:cursor|page|page_?token|token)$/i;

/** Ids that nothing in the log told, and that therefore stand in an address as they are. */
function literals(wire: WireSettings): UnknownSetting[] {
  return (["send", "send_first", "read", "cancel", "rows", "delete_conversation"] as const).flatMap(
    (setting) => {
      const given = wire[setting];
      if (typeof given !== "object" || given.request === undefined) return [];
      const { path } = methodAndPath(given.request);
      const fixed = [...segmentsOf(path).filter(isIdLike), ...idsInQuery(path)];
      return fixed.map((segment) => ({
        setting,
        why: `${segment} stands in its address as it is: nothing in the log told it before`,
      }));
    },
  );
}

/** Long words of a query, and of JSON in it, that are made for one thing. */
function idsInQuery(path: string): string[] {
  const query = [...new URLSearchParams(path.split("?")[1] ?? "")];
  const values = query.flatMap(([, text]) => {
    const json = jsonInQuery(text);
    return json === undefined ? [text] : leavesOf(json).map(({ value }) => String(value));
  });
  return values.filter((value) => value.length >= 16 && isMadeForOne(value));
}
