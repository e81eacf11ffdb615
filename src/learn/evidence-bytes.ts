import { HEADER_PLACE, isHeaderPlace } from "../targets/drivers/json-place.ts";
import type { LearnedMessage } from "./find-message-and-reply.ts";
import { pollPauseOf } from "./join-polls.ts";
import type { LearnedClose } from "./learn-cancel-by-close.ts";
import type { LearnedCancel } from "./learn-cancel-call.ts";
import { type LoggedExchange, requestOf } from "./network-log.ts";
import { bytesInLine } from "./stream-findings.ts";

/** What carried a message, what answered it where that tells ids, and whether later ones had it in them again. */
export function sendingBytes(
  { body, exchange }: LearnedMessage["said"],
  {
    told,
    isRepeated,
  }: { readonly told: Readonly<Record<string, string>> | undefined; readonly isRepeated: boolean },
): string {
  const sent = bytesInLine(body === undefined ? exchange.path : JSON.stringify(body));
  const answer = told === undefined ? "" : `; answered ${answerBytes(exchange, Object.values(told))}`;
  return `${sent}${answer}${isRepeated ? "; a later message has an earlier one, or its reply, in it" : ""}`;
}

/** What an answer has at these places: the headers among them, else its body. */
export function answerBytes({ answer, answerHeaders }: LoggedExchange, places: readonly string[]): string {
  const headers = places.filter(isHeaderPlace).map((place) => {
    const [name = ""] = place.slice(HEADER_PLACE.length).split(".");
    return `${name}: ${answerHeaders[name] ?? ""}`;
  });
  return bytesInLine(headers.length > 0 ? headers.join(", ") : (answer ?? ""));
}

/** The call that streams a reply; of one that is polled, how often that was. */
export function readingBytes(read: LoggedExchange): string {
  const every_ms = pollPauseOf(read);
  const request = bytesInLine(requestOf(read));
  return every_ms === undefined
    ? request
    : `${request}, asked ${read.polls.length} times, as a rule ${every_ms} ms after an answer`;
}

/** What was sent to end a reply, and the reply that ended with it. */
export function cancelBytes({ exchange, ended }: LearnedCancel): string {
  const sent = callBytes(exchange);
  return ended === undefined
    ? `${sent}, by its name: no reply was seen to end with it`
    : `${sent}, while the reply of ${ended.where} came, which then ended early`;
}

/** That the page closed a stream, and what became of its reply. */
export function closeBytes({ fate }: LearnedClose): string {
  return fate === "ended"
    ? "the page closed it before its end, and its row ends where the page had stopped to hear"
    : "the page closed it before its end; what became of the reply no list shows";
}

/** What a call sent: its body, or else its address. */
export function callBytes(exchange: LoggedExchange): string {
  return bytesInLine(JSON.stringify(exchange.requestBody) ?? requestOf(exchange));
}
