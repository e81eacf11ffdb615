import { setTimeout as sleep } from "node:timers/promises";
import type { StreamSettings } from "../../config/config-schema.ts";
import type { StreamEvent } from "../../contract/event-schemas.ts";
import { WireError, type WireErrorCode } from "../../contract/wire-error.ts";
import type { Exchange } from "../conversations/conversation-store.ts";
import type { OwnedReply } from "../conversations/reply-store.ts";
import type { EventLog } from "../stream/event-log.ts";
import { whenReadersGone } from "../stream/reader-gone.ts";
import { FinishedLogs } from "../stream/retain-finished-logs.ts";
import type { GatewayClient, ReplyRequest } from "./gateway-client.ts";
import { replaySavedReply } from "./replay-saved-reply.ts";
import type { StartedReply } from "./reply-events.ts";
import { type ReplyOutcome, ReplyRelay, type ReplySettings, type ReplyStart } from "./reply-relay.ts";

interface RepliesSettings extends ReplySettings {
  readonly stream: StreamSettings;
  readonly gateway: GatewayClient;
  /** Told of a reply that is to be given up. */
  readonly onUnread: (reply: ReplyRelay) => void;
  /** Told of every reply that has ended, or is left to another HMI. */
  readonly onEnded: (reply: ReplyRelay, outcome: ReplyOutcome) => void;
}

/** A reply that is to be asked for, whose row is still empty. */
export interface NewReply extends StartedReply {
  /** Who is answered. */
  readonly user: string;
  /** {@link ReplyRequest.question} */
  readonly question: ReplyRequest["question"];
  /** {@link ReplyRequest.byPostOnly} */
  readonly byPostOnly: boolean;
}

/** The last reply of each conversation: running, or kept for late readers. */
export class RunningReplies {
  readonly #settings: RepliesSettings;
  readonly #bySession = new Map<string, ReplyRelay>();
  readonly #finished: FinishedLogs;
  #isClosed = false;

  constructor(settings: RepliesSettings) {
    this.#settings = settings;
    this.#finished = new FinishedLogs(settings.stream);
  }

  get activeCount(): number {
    return this.#running.length;
  }

  /** The conversation's running or kept reply. */
  find(sessionId: string): ReplyRelay | undefined {
    return this.#bySession.get(sessionId);
  }

  /** Of all that are written here, or kept. */
  get ids(): ReadonlySet<string> {
    return new Set([...this.#bySession.values()].map(({ messageId }) => messageId));
  }

  /** Why endings wait to be saved, one entry a reply. */
  get waiting(): unknown[] {
    return [...this.#bySession.values()].flatMap(({ waitsFor }) => waitsFor ?? []);
  }

  /**
   * The log of an exchange's reply: its own events where they are kept, else made again from its row. Throws
   * `owner_unreachable` where another HMI writes it, `draining` where this one has just left it to the others.
   */
  logOf({ user, reply: row }: Exchange): EventLog {
    const kept = this.#bySession.get(row.session_id);
    if (kept?.messageId === row.message_id) return kept.log;
    if (row.status !== "streaming") return replaySavedReply(row, user.message_id);
    if (this.#isClosed) {
      throw new WireError(
        "draining",
        `This HMI is being stopped, and has left the reply of conversation ${row.session_id} to the others.`,
        "Ask again: another one goes on with it.",
      );
    }
    throw new WireError(
      "owner_unreachable",
      `The reply of conversation ${row.session_id} is being written by another HMI, which has not said where it is reached.`,
      "Ask again: it may be at its end, or somebody may be taking it over.",
    );
  }

  /** Asks the gateway for a reply. */
  begin({ question, byPostOnly, ...started }: NewReply): ReplyRelay {
    const { gateway } = this.#settings;
    const { session_id, message_id } = started.row;
    const asked = { session_id, message_id, question, byPostOnly };
    const events: ReplyStart["events"] = (signal) => askFor(gateway, asked, signal);
    return this.#add({ ...started, events, isRejoined: false });
  }

  /** Takes a reply up again that a stopped HMI began; where the gateway has it no more, it ends as `interrupted`. */
  rejoin({ reply: row, message, user }: OwnedReply): ReplyRelay {
    const { gateway } = this.#settings;
    const { session_id, message_id } = row;
    const events: ReplyStart["events"] = (signal) => gateway.join({ session_id, message_id }, signal);
    return this.#add({ user, row, messageId: message?.message_id ?? null, events, isRejoined: true });
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

  get #running(): ReplyRelay[] {
    return [...this.#bySession.values()].filter((reply) => !reply.log.ended);
  }

  #add(start: Omit<ReplyStart, "stopAtGateway">): ReplyRelay {
    const { gateway, stream, onUnread } = this.#settings;
    const { session_id, message_id } = start.row;
    const stopAtGateway = () => stopAt(gateway, session_id, message_id);
    const reply = new ReplyRelay({ ...start, stopAtGateway }, this.#settings);
    this.#bySession.set(reply.sessionId, reply);
    if (stream.on_reader_gone === "cancel") {
      whenReadersGone(reply.log, stream.orphan_grace_ms, () => {
        if (!this.#isClosed) onUnread(reply);
      });
    }
    void reply.ended.then((outcome) => this.#keep(reply, outcome));
    // A message that came in while this service was stopping.
    if (this.#isClosed) void reply.leave();
    return reply;
  }

  #keep(reply: ReplyRelay, outcome: ReplyOutcome): void {
    const forget = (): void => {
      if (this.#bySession.get(reply.sessionId) === reply) this.#bySession.delete(reply.sessionId);
    };
    this.#settings.onEnded(reply, outcome);
    // Its log says that it is not saved. From then on its row tells what it is.
    if (outcome === "waiting") void reply.savedLate.then(forget);
    else if (outcome === "left") forget();
    else this.#finished.keep(reply.log, forget);
  }
}

async function* askFor(
  gateway: GatewayClient,
  asked: ReplyRequest,
  signal: AbortSignal,
): AsyncIterable<readonly StreamEvent[]> {
  try {
    yield* askWhileDraining(gateway, asked, signal);
  } catch (error) {
    if (!isWireError(error, "generation_in_progress")) throw error;
    // The store lets a conversation have one reply at a time, and it is this one: what the gateway still
    // works on was left there when this service was killed, or cut off from it.
    await gateway.cancel(asked.session_id);
    yield* askWhileDraining(gateway, asked, signal);
  }
}

/** How long a reply is asked for at gateways that are being stopped, in milliseconds, and how often. */
const LONGEST_DRAIN_MS = 5_000;
const DRAIN_PAUSE_MS = 200;

/** By the same address there may be other copies of the gateway than one that is being stopped. */
async function* askWhileDraining(
  gateway: GatewayClient,
  asked: ReplyRequest,
  signal: AbortSignal,
): AsyncIterable<readonly StreamEvent[]> {
  const until = performance.now() + LONGEST_DRAIN_MS;
  for (;;) {
    try {
      yield* gateway.chat(asked, signal);
      return;
    } catch (error) {
      if (!isWireError(error, "draining") || performance.now() > until) throw error;
      await sleep(DRAIN_PAUSE_MS, undefined, { signal });
    }
  }
}

function isWireError(error: unknown, code: WireErrorCode): boolean {
  return error instanceof WireError && error.code === code;
}

/** How long a gateway may take to hear that a reply is not wanted any more, in milliseconds. */
const LONGEST_STOP_MS = 500;

async function stopAt(gateway: GatewayClient, sessionId: string, messageId: string): Promise<void> {
  const signal = AbortSignal.timeout(LONGEST_STOP_MS);
  const stopped = gateway.cancel(sessionId, { messageId, signal }).catch(() => undefined);
  await Promise.race([stopped, sleep(LONGEST_STOP_MS, undefined, { ref: false })]);
}
