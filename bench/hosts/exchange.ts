import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { hmiRoutes } from "../../src/contract/routes.ts";
import { messageOf } from "../../src/errors.ts";
import { callPatiently } from "./patient-call.ts";
import { ReturningReader } from "./returning-reader.ts";

/** One message of a round: when it is sent, how long its reply is, and what its reader does. */
export interface ExchangePlan {
  readonly startsAfterMs: number;
  /** Of the reply, each a number that follows the last. */
  readonly words: number;
  /** The reader leaves there by itself, and comes back. */
  readonly leavesAt: number;
  /** Cancelled so long after it was sent; null: not at all. */
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
  /** What was answered to its cancel; undefined where there was none. */
  readonly cancel: string | undefined;
  readonly reader:
    | Pick<ReturningReader, "text" | "finishReason" | "connections" | "faults" | "longestGapMs">
    | undefined;
  /** From the sending to the first text, in milliseconds. */
  readonly firstTextMs: number | undefined;
  /** What a client was answered that it cannot go on with. */
  readonly failures: readonly string[];
}

/**
 * Sends a message until it is acknowledged, and reads its reply to the end.
 *
 * @param base the page's address
 * @param name which no other message has
 * @param until when it is given up, on the clock of `performance.now()`
 */
export async function runExchange(
  base: string,
  name: string,
  plan: ExchangePlan,
  until: () => number,
): Promise<ClientEvidence> {
  await sleep(plan.startsAfterMs);
  const whole = `${name}:${Array.from({ length: plan.words }, (_, index) => ` ${index + 1}`).join("")}`;
  const content = `Say: ${whole}`;
  const failures: string[] = [];
  const begunAt = performance.now();
  const note = (error: unknown): undefined => {
    failures.push(messageOf(error));
  };
  const acknowledged = await send(base, name, content, until).catch(note);
  if (acknowledged === undefined) {
    return {
      ...{ name, content, whole, acknowledged, failures },
      cancel: undefined,
      reader: undefined,
      firstTextMs: undefined,
    };
  }
  const { sessionId, replyId } = acknowledged;
  const path = hmiRoutes.stream.path({ session_id: sessionId }, { message_id: replyId });
  const reader = new ReturningReader({ url: base + path, messageId: replyId, leavesAt: plan.leavesAt });
  const [cancel] = await Promise.all([
    cancelLater(base, acknowledged, plan.cancelledAfterMs, until).catch(note),
    reader.read(until),
  ]);
  const firstTextMs = reader.firstTextAt === undefined ? undefined : reader.firstTextAt - begunAt;
  return { name, content, whole, acknowledged, cancel, reader, firstTextMs, failures };
}

async function send(base: string, name: string, message: string, until: () => number): Promise<Acknowledged> {
  const body = { message, client_message_id: name };
  const { json } = await callPatiently(base + hmiRoutes.sendMessage.path(), until, { method: "POST", body });
  return { sessionId: json.session_id, messageId: json.message_id, replyId: json.assistant_message_id };
}

async function cancelLater(
  base: string,
  { sessionId, replyId }: Acknowledged,
  afterMs: number | null,
  until: () => number,
): Promise<string | undefined> {
  if (afterMs === null) return undefined;
  await sleep(afterMs);
  const path = hmiRoutes.cancel.path({ session_id: sessionId });
  const { json } = await callPatiently(base + path, until, { method: "POST", body: { message_id: replyId } });
  return json.status;
}
