import { createNdjsonDecoder } from "../../contract/ndjson.ts";
import { createSseDecoder } from "../../contract/sse-decoder.ts";
import type { StreamDescription } from "../../contract/wire-description.ts";
import { CumulativeTexts } from "./cumulative-texts.ts";
import { countAt, idAt, textAt, valueAt } from "./json-place.ts";
import type { ReplyFact, Told } from "./reply-facts.ts";
import { readPacket } from "./socket-io.ts";

/** Takes the bytes of a reply's stream, cut anywhere (of a WebSocket frame by frame), and tells the facts in them. */
export interface FactReader {
  push(bytes: Uint8Array): void;
  /** Reads what the end of the stream completes. */
  end(): void;
}

/** Makes a reader that tells facts as they come. */
export type FactReaderMaker = (onFact: (fact: ReplyFact) => void) => FactReader;

interface ReaderOptions {
  /** The rules for an event, where they go by what it is. */
  readonly rulesFor?: (value: unknown) => StreamDescription;
  /** Changes an event's JSON before it is looked at. */
  readonly prepare?: (value: unknown) => unknown;
}

/** A reader of the streams that a description tells of. */
export function readerOf(
  description: StreamDescription,
  { rulesFor = () => description, prepare = (value) => value }: ReaderOptions = {},
): FactReaderMaker {
  return (onFact) => {
    const growing = new CumulativeTexts();
    const take = (given: unknown, name?: string): void => {
      const value = prepare(given);
      const rules = rulesFor(value);
      for (const fact of factsIn(value, name, rules)) {
        const told = growing.pieceOf(fact, rules);
        if (told !== undefined) onFact(told);
      }
    };
    return FRAMINGS[description.framing](take, onFact, description);
  };
}

type Take = (value: unknown, name?: string) => void;

const FRAMINGS: Readonly<
  Record<
    StreamDescription["framing"],
    (take: Take, onFact: (fact: ReplyFact) => void, description: StreamDescription) => FactReader
  >
> = {
  sse(take, onFact, description) {
    const { push } = createSseDecoder({
      onMessage({ data, event }) {
        const end = doneText(data, description);
        if (end !== undefined) onFact(end);
        else take(parsedEvent(data), event ?? "message");
      },
    });
    return { push, end: () => undefined };
  },
  websocket: (take, onFact, description) =>
    frameReader((text) => {
      const end = doneText(text, description);
      if (end !== undefined) onFact(end);
      else take(parsedEvent(text));
    }),
  "socket.io": (take) =>
    frameReader((text) => {
      const packet = readPacket(text);
      if (packet.kind === "event") take(packet.values[0], packet.name);
    }),
  ndjson(take) {
    const lines = createNdjsonDecoder(take);
    return tolerant({ push: (bytes) => lines.push(bytes), end: () => lines.end() });
  },
  text(_, onFact) {
    const utf8 = new TextDecoder();
    const say = (text: string): void => {
      if (text !== "") onFact({ kind: "text", text });
    };
    return { push: (bytes) => say(utf8.decode(bytes, { stream: true })), end: () => say(utf8.decode()) };
  },
  json(take) {
    const utf8 = new TextDecoder();
    let whole = "";
    return {
      push(bytes) {
        whole += utf8.decode(bytes, { stream: true });
      },
      end: () => take(parsedEvent(whole + utf8.decode())),
    };
  },
};

/** What is pushed is a whole text frame each time. */
function frameReader(read: (text: string) => void): FactReader {
  return { push: (bytes) => read(Buffer.from(bytes).toString()), end: () => undefined };
}

/** Lines that are no JSON mean nothing; a page of HTML is made of them. */
function tolerant(reader: FactReader): FactReader {
  let isReadable = true;
  const attempt = (read: () => void): void => {
    if (!isReadable) return;
    try {
      read();
    } catch {
      isReadable = false;
    }
  };
  return { push: (bytes) => attempt(() => reader.push(bytes)), end: () => attempt(() => reader.end()) };
}

/** An event's JSON; a back end may send bare text instead, and a figure in that is text, too. */
export function parsedEvent(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" || typeof value === "string" ? value : text;
  } catch {
    return text;
  }
}

function doneText(data: string, { done }: StreamDescription): ReplyFact | undefined {
  const isEnd = listOf(done).some((rule) => rule.data !== undefined && rule.data === data.trim());
  return isEnd ? { kind: "done", reason: null } : undefined;
}

/** What one event says, by the description's rules. `name`: what server-sent events call it. */
export function factsIn(value: unknown, name: string | undefined, stream: StreamDescription): ReplyFact[] {
  const type = typeOf(value, name, stream);
  const by = <Rule extends Condition>(
    rules: Rule | readonly Rule[] | undefined,
    read: (value: unknown, rule: Rule) => ReplyFact | undefined,
  ): ReplyFact[] =>
    listOf(rules)
      .filter((rule) => isMeant(value, type, rule))
      .flatMap((rule) => read(value, rule) ?? []);
  return [
    ...by(stream.started, startedIn),
    ...by(stream.model, modelIn),
    ...by(stream.thought, (event, { at }) => saidIn("thought", event, at)),
    ...by(stream.text, (event, { at }) => saidIn("text", event, at)),
    ...by(stream.usage, usageIn),
    ...by(stream.timings, timingsIn),
    ...by(stream.notice, noticeIn),
    ...by(stream.failure, failureIn),
    ...by(stream.done, doneIn),
  ];
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

function saidIn(kind: "text" | "thought", value: unknown, at: string): ReplyFact | undefined {
  const text = textAt(value, at);
  return text === null ? undefined : { kind, text };
}

function usageIn(value: unknown, rule: RuleOf<"usage">): ReplyFact | undefined {
  const [prompt, completion] = [countAt(value, rule.prompt), countAt(value, rule.completion)];
  return prompt === null && completion === null ? undefined : { kind: "usage", prompt, completion };
}

function failureIn(value: unknown, rule: RuleOf<"failure">): ReplyFact | undefined {
  const message = valueAt(value, rule.message) ?? null;
  return message === null ? undefined : { kind: "failure", ...told(value, wordsOf(message), rule) };
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
