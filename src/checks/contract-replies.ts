import type { StreamEvent } from "../contract/event-schemas.ts";
import { type Message, MessageList, SentMessage } from "../contract/hmi-schemas.ts";
import { hmiRoutes } from "../contract/routes.ts";
import { CouldNotRun } from "../harness/define-check.ts";
import type { WholeRow } from "../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../targets/http-client.ts";
import type { Target } from "../targets/open-target.ts";
import { pollUntil } from "../targets/poll-until.ts";
import { type Context, expectAnswer } from "./contract-conversations.ts";
import { requireLongEnough } from "./engine-generations.ts";
import { StreamWaiter } from "./stream-waiter.ts";

/** One reply while it is read. */
export interface ReplyReading {
  /**
   * Rejects with {@link CouldNotRun} where the stream ends before such an event comes; with {@link NotObservable}, where the
   * model had no more to say.
   */
  until(what: string, isIt: (event: StreamEvent) => boolean): Promise<void>;
  /** The whole stream, once it has ended in any way. */
  readonly ended: Promise<SeenStream>;
  readonly hasEnded: boolean;
  /** Closes the connection, as a closed tab does. */
  leave(): void;
}

/** How long a stack of this pace may be silent before it is taken for stuck, in milliseconds. */
export function patienceOf({ settings }: Target): number {
  return Math.max(1_000, 4 * settings.heartbeatMs);
}

/** Sends a message to a conversation. Throws {@link CouldNotRun} where it is not taken. */
export async function sendMessage(
  context: Context,
  sessionId: string,
  message: string,
): Promise<SentMessage> {
  const body = { session_id: sessionId, message };
  const path = hmiRoutes.sendMessage.path();
  return expectAnswer(
    await context.target.hmi.call("POST", path, { body, signal: context.signal }),
    SentMessage,
  );
}

/** Joins a conversation's reply, and gives it up as {@link StreamWaiter} does. */
export function readReply(context: Context, sessionId: string): ReplyReading {
  const left = new AbortController();
  const leave = (): void => left.abort();
  const waiter = new StreamWaiter<StreamEvent>(patienceOf(context.target), leave);
  const ended = waiter.endWith(
    context.target.hmi.stream("GET", hmiRoutes.stream.path({ session_id: sessionId }), {
      signal: AbortSignal.any([context.signal, left.signal]),
      onEvent({ event }) {
        if (!("type" in event)) return;
        waiter.take(event, { isTalk: event.type !== "started" && event.type !== "status_update" });
      },
    }),
  );
  const of = `the reply in conversation ${sessionId}`;
  return {
    ended,
    get hasEnded() {
      return waiter.hasEnded;
    },
    async until(what, isIt) {
      try {
        await waiter.until(ended, { what, of }, isIt);
      } catch (error) {
        if (error instanceof CouldNotRun) requireLongEnough(context, await ended, what);
        throw error;
      }
    },
    leave,
  };
}

/** Sends a message and reads its reply to the end. */
export async function sendAndReadReply(
  context: Context,
  sessionId: string,
  message: string,
): Promise<SeenStream> {
  await sendMessage(context, sessionId, message);
  return await readReply(context, sessionId).ended;
}

/** Is true of the last of the first `count` tokens. */
export function tokens(count: number): (event: StreamEvent) => boolean {
  let came = 0;
  return (event) => {
    if (event.type === "token") came += 1;
    return came >= count;
  };
}

/** What was said in a conversation, oldest first, as it is stored. */
export async function readRows(context: Context, sessionId: string): Promise<readonly WholeRow[]> {
  return (await readAllRows(context, sessionId)).filter((row) => row.message_type === "chat");
}

/** The same with summaries, and from the store itself where the target has one to look into. */
export async function readAllRows(
  context: Context,
  sessionId: string,
  limit?: number,
): Promise<readonly WholeRow[]> {
  const stored = await context.target.store?.messagesOf(sessionId);
  if (stored === undefined) return await readHistory(context, sessionId, limit);
  const isTold = stored.every((row) => row.status !== undefined && row.message_type !== undefined);
  const shown = isTold ? [] : await readHistory(context, sessionId, limit);
  // What the store has no column for is as the HMI shows it.
  return stored.map((row) => ({
    ...NOTHING,
    ...shown.find(({ message_id }) => message_id === row.message_id),
    ...row,
  }));
}

/** What a row has where nobody says otherwise. */
const NOTHING: Omit<Message, "role" | "content" | "session_id"> = {
  message_id: "",
  model_id: null,
  message_type: "chat",
  thinking: null,
  thinking_ms: null,
  images: [],
  model_name: null,
  agent_id: "",
  status: "complete",
  usage: null,
  timings: null,
  notices: [],
  finish_reason: null,
  error: null,
  timestamp: "",
  parent_id: null,
  versions: [],
  covers_until: null,
};

/** What the HMI shows of a conversation; with a limit, this many of its newest rows. */
export async function readHistory(
  context: Context,
  sessionId: string,
  limit?: number,
): Promise<readonly Message[]> {
  const path = hmiRoutes.messages.path({ session_id: sessionId }, { limit });
  const call = await context.target.hmi.call("GET", path, { signal: context.signal });
  return expectAnswer(call, MessageList).messages;
}

/** The same, as soon as no reply is being written any more; as it is then, where one is for too long. */
export async function readSettledRows(context: Context, sessionId: string): Promise<readonly WholeRow[]> {
  return await pollUntil(
    context,
    patienceOf(context.target),
    () => readRows(context, sessionId),
    (rows) => rows.every((row) => row.status !== "streaming"),
  );
}
