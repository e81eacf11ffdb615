/** Two messages that are sent at the same moment, and arrive at two copies. */

import type { WholeRow } from "../../targets/drivers/reply-facts.ts";
import type { SeenCall } from "../../targets/http-client.ts";
import type { SeenGeneration } from "../../targets/seen-evidence.ts";
import { TRIES_TO_MEET } from "../../targets/service-replicas.ts";
import { type Context, makeProfile, makeSession } from "../contract-conversations.ts";
import { readReply, readSettledRows } from "../contract-replies.ts";
import { generationsFor } from "../engine-generations.ts";
import { sendSomewhere } from "./call-any-replica.ts";
import { replicaIn, targetReplicas, untilAtTwo } from "./met-replicas.ts";

export interface SentAtOnce {
  readonly answers: readonly SeenCall[];
  readonly copies: readonly string[];
  /** What was answered where the first was sent again after the reply, at two copies; left out where it has no key. */
  readonly later?: readonly SeenCall[];
  /** What the conversation holds after that. */
  readonly rows: readonly WholeRow[];
  /** What the engine was asked for these messages; empty where it cannot be watched. */
  readonly generations: readonly SeenGeneration[];
}

/**
 * Sends two messages to one conversation at once, until they arrive at two copies.
 *
 * @param keyOf the client's own key of the message of that number; undefined where it has none
 */
export async function sendAtOnce(
  context: Context,
  name: string,
  keyOf: (number: number, word: string) => string | undefined,
): Promise<SentAtOnce> {
  // Each is still being answered when the other one arrives.
  const options = { num_predict: 64, stand_in_tokens: 24, stand_in_token_ms: 20 };
  const modelId = await makeProfile(context, { name, options });
  await generationsFor(context, "");
  const play = async (attempt: number): Promise<SentAtOnce> => {
    const session_id = await makeSession(context, modelId);
    const word = context.canary(`${name} ${attempt}`);
    const send = async (number: number): Promise<SeenCall> => {
      const client_message_id = keyOf(number, word);
      // One message where it is sent again, two where they are two.
      const message =
        client_message_id === undefined ? `Count to 20. ${word} ${number}` : `Count to 20. ${word}`;
      return await sendSomewhere(context, { session_id, message, client_message_id });
    };
    const answers = await Promise.all([send(1), send(2)]);
    await readReply(context, session_id).ended;
    const later = keyOf(1, word) === undefined ? undefined : await sendToTwo(() => send(1));
    const rows = await readSettledRows(context, session_id);
    const asked = [...new Set(rows.filter(({ role }) => role === "user").map(({ content }) => content))];
    const generations = await Promise.all(asked.map((text) => generationsFor(context, text)));
    return {
      answers,
      copies: answers.map(replicaIn),
      ...(later !== undefined && { later }),
      rows,
      generations: generations.flat(),
    };
  };
  return await untilAtTwo(
    context,
    targetReplicas(context).hmi,
    play,
    ({ copies }) => new Set(copies).size > 1,
  );
}

/** Sends the same again, until two copies have answered. */
async function sendToTwo(send: () => Promise<SeenCall>): Promise<SeenCall[]> {
  const answers: SeenCall[] = [];
  const copies = new Set<string>();
  while (copies.size < 2 && answers.length < TRIES_TO_MEET) {
    const answer = await send();
    answers.push(answer);
    copies.add(replicaIn(answer));
  }
  return answers;
}

/** What was answered and saved, in words. */
export function describeSent({ answers, rows, generations }: SentAtOnce): string {
  const statuses = answers.map(({ status }) => status).join(" and ");
  return `answered ${statuses}; rows: ${rows.map(({ role }) => role).join(", ") || "none"}; requests at the engine: ${generations.length}`;
}

/** True where the conversation holds one message and one reply, and the engine was asked once, as far as that can be seen. */
export function isOneExchange({ rows, generations }: SentAtOnce): boolean {
  return rows.map(({ role }) => role).join(", ") === "user, assistant" && generations.length <= 1;
}
