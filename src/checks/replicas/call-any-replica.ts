/** The calls that the checks of this suite make, each of whichever copy it arrives at. */
import { type Message, MessageList, SentMessage } from "../../contract/hmi-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { CouldNotRun } from "../../harness/define-check.ts";
import { answerExcerpt } from "../../targets/answer-excerpt.ts";
import type { SeenCall, SeenStream } from "../../targets/http-client.ts";
import { TRIES_TO_MEET } from "../../targets/service-replicas.ts";
import { type Context, expectAnswer } from "../contract-conversations.ts";
import { followStream, type StreamReading } from "../follow-stream.ts";
import { replicaIn, targetReplicas } from "./met-replicas.ts";

/** A message as it is sent. */
export interface MessageToAnyReplica {
  readonly session_id: string;
  readonly message: string;
  readonly client_message_id?: string | undefined;
}

/** Sends a message; what its answer means is for whoever sends it. */
export async function sendSomewhere(context: Context, body: MessageToAnyReplica): Promise<SeenCall> {
  const { hmi } = targetReplicas(context);
  return await hmi.call("POST", hmiRoutes.sendMessage.path(), { body, signal: context.signal });
}

/** A reply that has begun, while it is read. */
export interface ReplicaReply {
  /** The copy that took the message, and so owns the reply. */
  readonly owner: string;
  readonly stream: Promise<SeenStream>;
}

/** Sends a message, and reads its reply: resolves with its first token. Throws {@link CouldNotRun} where it is not taken. */
export async function beginSomewhere(
  context: Context,
  message: MessageToAnyReplica,
  listening: Pick<StreamReading, "leave"> = {},
): Promise<ReplicaReply> {
  const sent = await sendSomewhere(context, message);
  expectAnswer(sent, SentMessage);
  const begun = Promise.withResolvers<void>();
  const stream = followSomewhere(context, message.session_id, {
    ...listening,
    onEvent({ event }) {
      if ("type" in event && event.type === "token") begun.resolve();
    },
  });
  await Promise.race([begun.promise, stream]);
  return { owner: replicaIn(sent), stream };
}

/**
 * Follows a conversation's reply at the first copy that streams it: that others may refuse to is the subject of
 * `replicas/resume` alone.
 */
async function followSomewhere(
  context: Context,
  session_id: string,
  listening: Pick<StreamReading, "leave" | "onEvent">,
): Promise<SeenStream> {
  const { hmi } = targetReplicas(context);
  const path = hmiRoutes.stream.path({ session_id });
  for (let tries = 1; ; tries += 1) {
    const stream = await followStream(context, { client: hmi, method: "GET", path, ...listening });
    if (stream.status === 200) return stream;
    if (tries === TRIES_TO_MEET)
      throw new CouldNotRun(`${stream.request} answered ${stream.status}, ${answerExcerpt(stream)}`);
  }
}

/** What a copy showed of a conversation. */
export interface ShownConversation {
  readonly copy: string;
  readonly status: number;
  /** None where it refused. */
  readonly messages: readonly Message[];
}

/** Looks at a conversation. */
export async function lookSomewhere(context: Context, session_id: string): Promise<ShownConversation> {
  const path = hmiRoutes.messages.path({ session_id });
  const call = await targetReplicas(context).hmi.call("GET", path, { signal: context.signal });
  const messages = MessageList.safeParse(call.body).data?.messages ?? [];
  return { copy: replicaIn(call), status: call.status, messages };
}
