import type { StreamDescription } from "../contract/wire-description.ts";
import { factsIn } from "../targets/drivers/facts-in-event.ts";
import type { ReplyFact } from "../targets/drivers/reply-facts.ts";
import type { LearnedTalk } from "./find-message-and-reply.ts";
import type { LearnedFinding } from "./learned-wire.ts";
import { requestOf } from "./network-log.ts";
import { maskSecrets } from "./network-log-words.ts";

/** Longest quotation, in characters. */
const MOST_CHARS = 100;

/** Bytes as they stand in a log, on one line, without the secrets that are named as such. */
export function bytesInLine(text: string): string {
  return inLine(maskSecrets(text));
}

/** Of a reply, in which `token` is a piece of text. */
function inLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > MOST_CHARS ? `${line.slice(0, MOST_CHARS)}…` : line;
}

/** Each rule of a stream with the first event that it was inferred from. */
const RULES: readonly (readonly [rule: keyof StreamDescription, kind: ReplyFact["kind"]])[] = [
  ["started", "started"],
  ["model", "model"],
  ["thought", "thought"],
  ["text", "text"],
  ["usage", "usage"],
  ["timings", "timings"],
  ["failure", "failure"],
  ["done", "done"],
];

/** What was understood of a stream, rule by rule. */
export function streamFindings(
  description: StreamDescription,
  { reply: { logged, knownAs }, failure }: Pick<LearnedTalk, "reply" | "failure">,
  where: string,
): LearnedFinding[] {
  const [first] = logged.events;
  const framing = {
    setting: "stream.framing",
    value: knownAs === undefined ? description.framing : `${description.framing}: ${knownAs}`,
    where,
    bytes: inLine(first?.text ?? ""),
  };
  const rules = RULES.flatMap(([rule, kind]): LearnedFinding[] => {
    const said = description[rule];
    if (said === undefined) return [];
    if (rule === "failure" && failure !== undefined) {
      const { exchange, event } = failure;
      const seenAt = maskSecrets(`${exchange.where}, ${requestOf(exchange)}`);
      return [{ setting: "stream.failure", value: inWords(said), where: seenAt, bytes: inLine(event.text) }];
    }
    const event = logged.events.find(
      ({ name, value, text }) =>
        factsIn(value, name ?? "message", description).some((fact) => fact.kind === kind) ||
        (kind === "done" && isEndText(description, text)),
    );
    // A known stream has rules for more than every reply shows.
    return event === undefined
      ? []
      : [{ setting: `stream.${rule}`, value: inWords(said), where, bytes: inLine(event.text) }];
  });
  return [framing, ...rules];
}

function isEndText({ done }: StreamDescription, text: string): boolean {
  return [done].flat().some((rule) => rule?.data !== undefined && rule.data === text.trim());
}

function inWords(rule: unknown): string {
  return JSON.stringify(rule).replaceAll('"', "");
}
