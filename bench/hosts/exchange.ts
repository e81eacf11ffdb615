import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { hmiRoutes } from "../../src/contract/routes.ts";
import { messageOf } from "../../src/errors/thrown-error.ts";
import { callPatiently } from "./patient-call.ts";
import { ReturningReader } from "./returning-reader.ts";

/** One message of a round: when it is sent, how long its reply is, and what its reader does. */
export interface ExchangePlan {
  readonly startsAfterMs: number;
  /** Of the reply, each a number that follows the last. */
  readonly words: number;
  /** The reader leaves there by itself, and comes back. */
  readonly leavesAt: number;
  /** Cancelled this long after it was sent; null: not at all. */
  readonly cancelledAfterMs: number | null;
}

export const anyExchange: fc.Arbitrary<ExchangePlan> = fc.noBias(
  fc.record({
    startsAfterMs: fc.nat(1_500),
    words: fc.integer({ min: 25, max: 60 }),
    leavesAt: fc.nat(400),
    cancelledAfterMs: fc.oneof(
      { weight: 9, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.nat(8_000) },
    ),
  }),
);

/** What a message was acknowledged with. */
export interface Acknowledged {
  readonly sessionId: string;
  readonly messageId: string;
  readonly replyId: string;
}

/** What a client saw of a message, its reply, and its cancel. */
export interface ClientEvidence {
  readonly name: string;
  readonly content: string;
  /** The reply, where it is whole. */
  readonly whole: string;
  /** Undefined where nobody has acknowledged it. */
  readonly acknowledged: Acknowledged | undefined;
  /** What was answered to its cancel, or `unanswered`; undefined where there was none. */
  readonly cancel: string | undefined;
  readonly reader:
    | Pick<ReturningReader, "text" | "finishReason" | "connections" | "faults" | "longestGapMs">
    | undefined;
  /** From the sending to the first text, in milliseconds. */
  readonly firstTextMs: number | undefined;
  /**
   * From the sending of the next message, where the reply failed, to that one's first text, in milliseconds: a gateway that died
   * has its conversation until its lease ends.
   */
  readonly nextTextMs: number | undefined;
  /** What a client was answered that it cannot go on with. */
  readonly failures: readonly string[];
}

/** Who sends a message, and where. */
export interface Client {
  /** The page's address. */
  readonly base: string;
  readonly authorization: Readonly<Record<string, string>>;
  /** Of the message, which no other has. */
  readonly name: string;
  /** When it is given up, on the clock of `performance.now()`. */
  readonly until: () => number;
}

/** Sends a message until it is acknowledged, and reads its reply to the end. */
export async function runExchange(client: Client, plan: ExchangePlan): Promise<ClientEvidence> {
  const { name, until } = client;
  await sleep(plan.startsAfterMs);
  const whole = `${name}:${Array.from({ length: plan.words }, (_, index) => ` ${index + 1}`).join("")}`;
  const content = `Say: ${whole}`;
  const failures: string[] = [];
  const begunAt = performance.now();
  const note = (error: unknown): undefined => {
    failures.push(messageOf(error));
  };
  const acknowledged = await send(client, content).catch(note);
  if (acknowledged === undefined) {
    return {
      ...{ name, content, whole, acknowledged, failures },
      cancel: undefined,
      reader: undefined,
      firstTextMs: undefined,
      nextTextMs: undefined,
    };
  }
  const reader = readerOf(client, acknowledged, plan.leavesAt);
  const [cancel] = await Promise.all([
    cancelLater(client, acknowledged, plan.cancelledAfterMs).catch((error: unknown) => {
      note(error);
      return "unanswered";
    }),
    reader.read(until),
  ]);
  const firstTextMs = reader.firstTextAt === undefined ? undefined : reader.firstTextAt - begunAt;
  const hasFailed = reader.finishReason === "error";
  const nextTextMs = hasFailed ? await sendNext(client, acknowledged.sessionId).catch(note) : undefined;
  return { name, content, whole, acknowledged, cancel, reader, firstTextMs, nextTextMs, failures };
}

function readerOf(
  { base, authorization }: Client,
  { sessionId, replyId }: Acknowledged,
  leavesAt: number,
): ReturningReader {
  const path = hmiRoutes.stream.path({ session_id: sessionId }, { message_id: replyId });
  return new ReturningReader({ url: base + path, authorization, messageId: replyId, leavesAt });
}

/** Another message of the same conversation; returns the time to its first text. */
async function sendNext(client: Client, sessionId: string): Promise<number | undefined> {
  const begunAt = performance.now();
  const next = { ...client, name: `${client.name}-next` };
  const acknowledged = await send(next, "Say: on we go", sessionId);
  const reader = readerOf(next, acknowledged, Number.POSITIVE_INFINITY);
  await reader.read(client.until);
  return reader.firstTextAt === undefined ? undefined : reader.firstTextAt - begunAt;
}

async function send(client: Client, message: string, session_id?: string): Promise<Acknowledged> {
  const body = { message, client_message_id: client.name, session_id };
  const json = await post(client, hmiRoutes.sendMessage.path(), body);
  return { sessionId: json.session_id, messageId: json.message_id, replyId: json.assistant_message_id };
}

async function cancelLater(
  client: Client,
  { sessionId, replyId }: Acknowledged,
  afterMs: number | null,
): Promise<string | undefined> {
  if (afterMs === null) return undefined;
  await sleep(afterMs);
  const path = hmiRoutes.cancel.path({ session_id: sessionId });
  return (await post(client, path, { message_id: replyId })).status;
}

async function post({ base, until, authorization }: Client, path: string, body: object) {
  return (await callPatiently(base + path, until, { authorization, body })).json;
}
