import type { Notice, Timings, Usage } from "../../contract/event-schemas.ts";
import type { Message } from "../../contract/hmi-schemas.ts";

/** What the engine's own clock says of a reply, in milliseconds; null where it does not tell. */
export interface EngineTimings {
  /** From the request until the engine turned to it. */
  readonly queue_ms: number | null;
  readonly load_ms: number | null;
  readonly prompt_ms: number | null;
  readonly reply_ms: number | null;
}

/** What a person is told, in the back end's own words. */
export interface Told {
  readonly code: string | null;
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** One thing that a reply's stream says, in words that are no wire's own. What is not told is null. */
export type ReplyFact =
  | {
      readonly kind: "started";
      readonly conversation: string | null;
      /** The person's message. */
      readonly message: string | null;
      readonly reply: string | null;
    }
  | { readonly kind: "model"; readonly name: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "thought"; readonly text: string }
  | { readonly kind: "usage"; readonly prompt: number | null; readonly completion: number | null }
  | { readonly kind: "timings"; readonly timings: EngineTimings }
  /** What the conversation is called from now on, where the reply's own stream tells it. */
  | { readonly kind: "title"; readonly title: string }
  /** What a person should know of a reply that goes on. */
  | { readonly kind: "notice"; readonly notice: Told }
  | ({ readonly kind: "failure" } & Told)
  | { readonly kind: "done"; readonly reason: string | null };

/** A fact, with when its last byte arrived after the request was sent, in milliseconds. */
export type TimedFact = ReplyFact & { readonly at_ms: number };

/** What is told of a reply, written down with the time of each fact; `take` gives it as it was written down. */
export interface FactRecord {
  readonly facts: readonly TimedFact[];
  take(told: ReplyFact): TimedFact;
}

/**
 * Writes down facts as they come.
 *
 * @param now since the message was sent, in milliseconds
 * @param onFact told of each
 */
export function recordFacts(now: () => number, onFact?: (fact: TimedFact) => void): FactRecord {
  const facts: TimedFact[] = [];
  return {
    facts,
    take(told) {
      const fact: TimedFact = { ...told, at_ms: now() };
      facts.push(fact);
      onFact?.(fact);
      return fact;
    },
  };
}

/** What facts are read from. */
interface Heard {
  readonly facts: readonly TimedFact[];
}

/** The last fact of a kind; undefined where it was not told. */
export function lastFact<Kind extends ReplyFact["kind"]>(
  { facts }: Heard,
  kind: Kind,
): Extract<TimedFact, { kind: Kind }> | undefined {
  return facts.findLast((fact): fact is Extract<TimedFact, { kind: Kind }> => fact.kind === kind);
}

/** The ids that a stream told, by names of their own; undefined where it told none. */
export function idsStarted(heard: Heard): Readonly<Record<string, string>> | undefined {
  const { conversation, message, reply } = lastFact(heard, "started") ?? {};
  if (!conversation && !message && !reply) return undefined;
  return {
    ...(conversation && { conversation_id: conversation }),
    ...(message && { message_id: message }),
    ...(reply && { reply_id: reply }),
  };
}

/** The reply's text as it was streamed. */
export function textOf({ facts }: Heard): string {
  return facts.map((fact) => (fact.kind === "text" ? fact.text : "")).join("");
}

/** What the model thought before and while it answered. */
export function thoughtsOf({ facts }: Heard): string {
  return facts.map((fact) => (fact.kind === "thought" ? fact.text : "")).join("");
}

/** What failed; the word that has a code before one that has none. Undefined where nothing was told to have. */
export function failureOf({ facts }: Heard): Extract<ReplyFact, { kind: "failure" }> | undefined {
  const failures = facts.filter((fact) => fact.kind === "failure");
  return failures.find(({ code }) => code !== null) ?? failures[0];
}

/** Fields by the contract's names, each with whatever a back end has there. */
export type AnyValues<Fields> = { readonly [Name in keyof Fields]?: unknown };

/** What a row says of the tokens. */
export type SeenUsage = AnyValues<Usage>;

/** One of a row's notices. */
export type SeenNotice = AnyValues<Notice>;

/** What a back end may say in words, or in JSON, that are not the contract's. They are for the checks to judge. */
interface UncheckedFields {
  readonly role: string;
  readonly message_type: string;
  readonly status: string;
  readonly finish_reason: string | null;
  readonly usage: SeenUsage | null;
  readonly timings: AnyValues<Timings> | null;
  readonly notices: readonly SeenNotice[];
  readonly error: AnyValues<NonNullable<Message["error"]>> | null;
}

/** A row of which everything was told. */
export type WholeRow = Omit<Message, keyof UncheckedFields> & UncheckedFields;

type AlwaysTold = "role" | "content" | "session_id";

/** A row of a conversation, by the contract's names. A field that is not there was not told; null is what was told as null. */
export type SeenRow = Pick<WholeRow, AlwaysTold> &
  Partial<Omit<WholeRow, AlwaysTold>> & {
    /** The back end's own word for its status, where nobody says which of ours it is. */
    readonly status_said?: string;
  };
