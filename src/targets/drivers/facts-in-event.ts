import type { StreamDescription } from "../../contract/wire-description.ts";
import { countAt, idAt, textAt, valueAt } from "./json-place.ts";
import type { ReplyFact, Told } from "./reply-facts.ts";

/** A fact of one event: of a text, whether it is the whole so far, and not a piece of it. */
export type EventFact = ReplyFact & { readonly isWhole?: true };

/** The facts in one event, by the description's rules. `name`: what server-sent events call it. */
export function factsIn(value: unknown, name: string | undefined, stream: StreamDescription): EventFact[] {
  const type = typeOf(value, name, stream);
  const by = <Rule extends Condition>(
    rules: Rule | readonly Rule[] | undefined,
    read: (value: unknown, rule: Rule) => EventFact | undefined,
  ): EventFact[] =>
    listOf(rules)
      .filter((rule) => isMeant(value, type, rule))
      .flatMap((rule) => read(value, rule) ?? []);
  return [
    ...by(stream.started, startedIn),
    ...by(stream.model, modelIn),
    ...by(stream.thought, (event, rule) => saidIn("thought", event, rule)),
    ...by(stream.text, (event, rule) => saidIn("text", event, rule)),
    ...by(stream.usage, usageIn),
    ...by(stream.timings, timingsIn),
    ...by(stream.notice, noticeIn),
    ...by(stream.failure, failureIn),
    ...by(stream.done, doneIn),
  ];
}

/** The end of a reply where bare text tells it, such as `[DONE]`; undefined for any other text. */
export function endInText(data: string, { done }: StreamDescription): ReplyFact | undefined {
  const isEnd = listOf(done).some((rule) => rule.data !== undefined && rule.data === data.trim());
  return isEnd ? { kind: "done", reason: null } : undefined;
}

/** One rule of those that a description has of a kind. */
type RuleOf<Kind extends keyof StreamDescription> = Exclude<
  NonNullable<StreamDescription[Kind]>,
  readonly unknown[]
>;

function startedIn(value: unknown, rule: RuleOf<"started">): ReplyFact | undefined {
  const names = {
    conversation: idAt(value, rule.conversation),
    message: idAt(value, rule.message),
    reply: idAt(value, rule.reply),
  };
  const isTold = Object.values(names).some((id) => id !== null);
  return isTold ? { kind: "started", ...names } : undefined;
}

function modelIn(value: unknown, { at }: RuleOf<"model">): ReplyFact | undefined {
  const name = textAt(value, at);
  // Where some name the model, others write a sentence.
  return name === null || /\s/.test(name) ? undefined : { kind: "model", name };
}

function saidIn(
  kind: "text" | "thought",
  value: unknown,
  { at, cumulative = false }: RuleOf<"text">,
): EventFact | undefined {
  const text = textAt(value, at);
  return text === null ? undefined : { kind, text, ...(cumulative && { isWhole: true }) };
}

function usageIn(value: unknown, rule: RuleOf<"usage">): ReplyFact | undefined {
  const [prompt, completion] = [countAt(value, rule.prompt), countAt(value, rule.completion)];
  return prompt === null && completion === null ? undefined : { kind: "usage", prompt, completion };
}

function failureIn(value: unknown, rule: RuleOf<"failure">): ReplyFact | undefined {
  const message = valueAt(value, rule.message) ?? null;
  // A field that is in every event, and says nothing in most.
  const isEmpty = (message === "" || message === false) && rule.of === undefined && rule.where === undefined;
  return message === null || isEmpty
    ? undefined
    : { kind: "failure", ...told(value, wordsOf(message), rule) };
}

function noticeIn(value: unknown, rule: RuleOf<"notice">): ReplyFact | undefined {
  const message = textAt(value, rule.message);
  return message === null ? undefined : { kind: "notice", notice: told(value, message, rule) };
}

function told(value: unknown, message: string, rule: RuleOf<"failure"> | RuleOf<"notice">): Told {
  const hint = textAt(value, rule.hint);
  return { code: idAt(value, rule.code), message, ...(hint !== null && { hint }) };
}

function doneIn(value: unknown, { data, has, reason, reasons = {} }: RuleOf<"done">): ReplyFact | undefined {
  if (data !== undefined) return undefined;
  if (has !== undefined && (valueAt(value, has) ?? null) === null) return undefined;
  const said = textAt(value, reason);
  const own = Object.entries(reasons).find(([, words]) => said !== null && words?.includes(said))?.[0];
  return { kind: "done", reason: own ?? said };
}

const PER_MS = { ms: 1, ns: 1e6 } as const;

function timingsIn(value: unknown, rule: RuleOf<"timings">): ReplyFact | undefined {
  const ms = (place: string | undefined): number | null => {
    const found = countAt(value, place);
    return found === null ? null : found / PER_MS[rule.unit];
  };
  const [total, queue, load_ms, prompt_ms, reply_ms] = [
    ms(rule.total),
    ms(rule.queue),
    ms(rule.load),
    ms(rule.prompt),
    ms(rule.reply),
  ];
  const parts = (load_ms ?? 0) + (prompt_ms ?? 0) + (reply_ms ?? 0);
  const queue_ms = total === null ? queue : Math.max(total - parts, 0);
  const isTold = [total, queue, load_ms, prompt_ms, reply_ms].some((each) => each !== null);
  return isTold ? { kind: "timings", timings: { queue_ms, load_ms, prompt_ms, reply_ms } } : undefined;
}

interface Condition {
  readonly of?: string | readonly string[] | undefined;
  readonly where?: Readonly<Record<string, unknown>> | undefined;
}

function typeOf(value: unknown, name: string | undefined, { type }: StreamDescription): string | null {
  if (type === undefined) return null;
  return type === "@event" ? (name ?? null) : textAt(value, type);
}

function isMeant(value: unknown, type: string | null, { of, where }: Condition): boolean {
  if (of !== undefined && !(type !== null && listOf(of).includes(type))) return false;
  return Object.entries(where ?? {}).every(([place, wanted]) => (valueAt(value, place) ?? null) === wanted);
}

function listOf<Item>(given: Item | readonly Item[] | undefined): readonly Item[] {
  if (given === undefined) return [];
  return Array.isArray(given) ? given : [given as Item];
}

/** What a back end says of a failure, whatever it says it in. */
function wordsOf(message: unknown): string {
  if (typeof message === "string") return message;
  const inner = valueAt(message, "message");
  return typeof inner === "string" ? inner : (JSON.stringify(message) ?? "nobody said why");
}
