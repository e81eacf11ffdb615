import type { StreamEvent } from "../../contract/events.ts";
import type { ChatRequest } from "../../contract/gateway.ts";
import type { Message, Session } from "../../contract/hmi.ts";
import { WireError } from "../../errors.ts";
import type { OwnedReply } from "../conversations/store.ts";
import { whenAbandoned } from "../stream/abandonment.ts";
import type { EventLog } from "../stream/event-log.ts";
import { FinishedLogs, type FinishedLogsSettings } from "../stream/finished-logs.ts";
import type { GatewayClient } from "./gateway-client.ts";
import { Reply, type ReplyOutcome, type ReplyStart } from "./reply.ts";
import { logOfRow } from "./reply-events.ts";
import type { SaverSettings } from "./reply-saver.ts";

export interface RepliesSettings extends SaverSettings, FinishedLogsSettings {
  readonly gateway: GatewayClient;
  /** What becomes of a reply that nobody reads any more: written to its end, or given up after the grace. */
  readonly onReaderGone: "finish" | "cancel";
  /** How long such a reply waits for a reader, in milliseconds. */
  readonly orphanGraceMs: number;
  /** Told of a reply that is to be given up. */
  readonly onAbandoned: (reply: Reply) => void;
  /** Told of a reply that is complete, and still the last of its conversation. */
  readonly onComplete: (reply: Reply) => void;
}

/** The last reply of each conversation: running, or kept for late readers. */
export class Replies {
  readonly #settings: RepliesSettings;
  readonly #bySession = new Map<string, Reply>();
  readonly #finished: FinishedLogs;
  #isClosed = false;

  constructor(settings: RepliesSettings) {
    this.#settings = settings;
    this.#finished = new FinishedLogs(settings);
  }

  get activeCount(): number {
    return this.#running.length;
  }

  /** The conversation's running or kept reply. */
  find(sessionId: string): Reply | undefined {
    return this.#bySession.get(sessionId);
  }

  /** Why endings wait to be saved, one entry a reply. */
  get waiting(): unknown[] {
    return [...this.#bySession.values()].flatMap(({ waitsFor }) => waitsFor ?? []);
  }

  /**
   * The log of one reply, by its row: its own events where they are kept, else made again from the row. Throws
   * `generation_in_progress` where another HMI writes it.
   */
  logOf(row: Message): EventLog {
    const kept = this.#bySession.get(row.session_id);
    if (kept?.log.messageId === row.message_id) return kept.log;
    if (row.status !== "streaming") return logOfRow(row);
    throw new WireError(
      "generation_in_progress",
      `The reply of conversation ${row.session_id} is being written by another HMI.`,
      "Ask there, or wait for its end.",
    );
  }

  /** Asks the gateway for a reply, whose row is still empty. */
  begin(user: string, row: Message, request: ChatRequest, created?: Session): Reply {
    const { gateway } = this.#settings;
    const events: ReplyStart["events"] = (signal) => askFor(gateway, request, signal);
    return this.#add({ user, sessionId: request.session_id, row, created, events, isRejoined: false });
  }

  /** Takes a reply up again that a stopped HMI began; where the gateway has it no more, it ends as `interrupted`. */
  rejoin({ user, reply: row }: OwnedReply): Reply {
    const { gateway } = this.#settings;
    const { session_id, message_id } = row;
    const events: ReplyStart["events"] = (signal) => gateway.join({ session_id, message_id }, signal);
    return this.#add({ user, sessionId: session_id, row, events, isRejoined: true });
  }

  /** Forgets a deleted conversation. */
  forget(sessionId: string): void {
    this.#bySession.delete(sessionId);
  }

  /** Saves what every reply has, and leaves those that run to the next HMI. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#bySession.values()].map((reply) => reply.leave()));
  }

  get #running(): Reply[] {
    return [...this.#bySession.values()].filter((reply) => !reply.log.ended);
  }

  #add(start: ReplyStart): Reply {
    const { onReaderGone, orphanGraceMs, onAbandoned } = this.#settings;
    const reply = new Reply(start, this.#settings);
    this.#bySession.set(reply.sessionId, reply);
    if (onReaderGone === "cancel") {
      whenAbandoned(reply.log, orphanGraceMs, () => {
        if (!this.#isClosed) onAbandoned(reply);
      });
    }
    void reply.ended.then((outcome) => this.#keep(reply, outcome));
    // A message that came in while this service was stopping.
    if (this.#isClosed) void reply.leave();
    return reply;
  }

  #keep(reply: Reply, outcome: ReplyOutcome): void {
    const isLast = (): boolean => this.#bySession.get(reply.sessionId) === reply;
    const forget = (): void => {
      if (isLast()) this.#bySession.delete(reply.sessionId);
    };
    if (outcome === "complete" && isLast()) this.#settings.onComplete(reply);
    // Its log says that it is not saved. From then on its row tells what it is.
    if (outcome === "waiting") void reply.savedLate.then(forget);
    else this.#finished.keep(reply.log, forget);
  }
}

async function* askFor(
  gateway: GatewayClient,
  request: ChatRequest,
  signal: AbortSignal,
): AsyncIterable<readonly StreamEvent[]> {
  try {
    yield* gateway.chat(request, signal);
  } catch (error) {
    if (!(error instanceof WireError) || error.code !== "generation_in_progress") throw error;
    // The store lets a conversation have one reply at a time, and it is this one: what the gateway still
    // works on was left there when this service was killed, or cut off from it.
    await gateway.cancel(request.session_id);
    yield* gateway.chat(request, signal);
  }
}
