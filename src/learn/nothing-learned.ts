import { UserError } from "../errors/user-error.ts";
import type { MessageCandidate } from "./message-candidates.ts";
import { type LoggedExchange, type NetworkLog, requestOf } from "./network-log.ts";
import { maskSecrets } from "./network-log-words.ts";

/** What was looked for in vain. */
interface Missing {
  /** What the person said, where that is known. */
  readonly text: string | undefined;
  /** What is most likely the message; undefined where nothing is. */
  readonly message: MessageCandidate | undefined;
  /** Whether something in the log could be a reply. */
  readonly isAnswered: boolean;
}

/** That a log has no message with its reply: which of them is missing, and what there is in its place. */
export function nothingLearned(
  { name, exchanges }: NetworkLog,
  { text, message, isAnswered }: Missing,
): UserError {
  const form = exchanges.find(isFormLeftOut);
  if (message === undefined && form !== undefined) return formLeftOut(name, form);
  const empty = exchanges.find(isLeftOut);
  const isReplyLeftOut =
    empty !== undefined && (message !== undefined || !isAnswered || empty.method !== "GET");
  const what = message === undefined ? `no message${text === undefined ? "" : ` "${text}"`}` : "no reply";
  const channel = message && channelFor(message, exchanges);
  if (channel !== undefined && !isLeftOut(channel)) return onChannel(name, channel);
  const why =
    message === undefined || isReplyLeftOut
      ? "."
      : `: no event stream, no lines of JSON, no WebSocket that answers. ${answered(message)}`;
  const hint = isReplyLeftOut
    ? `The body of ${requestOf(empty)} (${empty.where}), which streams, is not in it: browsers leave bodies out that they have not kept. Record with \`stack tap --to ${empty.origin} --record chat.jsonl\` instead.`
    : hintFor(message?.exchange);
  return new UserError("nothing_learned", `In ${name} is ${what}${why}`, { hint });
}

/** Whether this sent a form that the browser did not keep: it does not keep one with a file, also where that is empty. */
function isFormLeftOut({ method, requestBody, requestHeaders, status }: LoggedExchange): boolean {
  const isForm = requestHeaders["content-type"]?.startsWith("multipart/form-data") === true;
  return method !== "GET" && requestBody === undefined && isForm && status < 400;
}

function formLeftOut(name: string, form: LoggedExchange): UserError {
  const { where, origin } = form;
  return new UserError(
    "nothing_learned",
    `In ${name} is no message: what ${maskSecrets(requestOf(form))} (${where}) sent, a form, is not in it.`,
    {
      hint: `Browsers leave a form with a file out of what they save. Record with \`stack tap --to ${origin} --record chat.jsonl\` instead.`,
    },
  );
}

/** Whether this streamed what the browser did not keep: what was said there is not known. */
export function isLeftOut({ contentType, answer, answerHeaders, method }: LoggedExchange): boolean {
  if (answer !== null) return false;
  if (contentType === "text/event-stream") return true;
  // Also of a stream by another type, which a page has read piece by piece, nothing is kept.
  const isStream = method !== "GET" && /chunked/i.test(answerHeaders["transfer-encoding"] ?? "");
  return isStream && STREAMED_AS.test(contentType);
}

/** What replies are streamed as, beside events. */
const STREAMED_AS = /^text\/plain$|json-?l|ndjson|json-seq|octet-stream/;

/** A stream of events that was there before the message was sent, and after: replies may come by it. */
function channelFor(
  { exchange }: MessageCandidate,
  exchanges: readonly LoggedExchange[],
): LoggedExchange | undefined {
  return exchanges.find(
    (each) =>
      each.contentType === "text/event-stream" &&
      each.origin === exchange.origin &&
      each.began_ms < exchange.began_ms &&
      (each.isLeft || each.ended_ms > exchange.began_ms),
  );
}

function onChannel(name: string, channel: LoggedExchange): UserError {
  const stream = `${maskSecrets(requestOf(channel))} (${channel.where})`;
  return new UserError(
    "nothing_learned",
    `In ${name} is no reply that a description can say: ${stream} streams from before the message was sent.`,
    {
      hint: "Its events have no id of a message by which one reply could be told from others, and none of them ends each: it needs a driver in code (`contract.driver: ./driver.ts`, docs/contract.md, section 8).",
    },
  );
}

function answered({ exchange, text }: MessageCandidate): string {
  const said = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  const { status, contentType, where } = exchange;
  return `${maskSecrets(requestOf(exchange))} (${where}), which carried "${said}", was answered ${status}${contentType === "" ? "" : ` with ${contentType}`}.`;
}

function hintFor(exchange: LoggedExchange | undefined): string {
  return exchange?.contentType === "text/html"
    ? "No description reads a reply out of HTML: a driver in code can (`contract.driver: ./driver.ts`, docs/contract.md, section 8)."
    : "Open the page with the network tab open, send one message, wait for its reply, reload, and save all as HAR with content.";
}
