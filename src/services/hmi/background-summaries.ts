import { setTimeout as sleep } from "node:timers/promises";
import type { StreamEvent } from "../../contract/event-schemas.ts";
import type { ChatRequest } from "../../contract/gateway-schemas.ts";
import type { Session } from "../../contract/hmi-schemas.ts";
import type { Profile } from "../../contract/profile-schemas.ts";
import { WireError } from "../../contract/wire-error.ts";
import { instructionsOf } from "../conversations/agents.ts";
import type { ConversationStore } from "../conversations/conversation-store.ts";
import { type LimitsOf, windowOf } from "../conversations/model-limits.ts";
import { readTurn } from "../conversations/reply-request.ts";
import { planSummary, SUMMARY_TOKENS, type SummaryPlan } from "../conversations/summary-plan.ts";
import { firstOfEach, type ThinkAndKeepAlive } from "../conversations/think-and-keep-alive.ts";
import type { GatewayClient, ReplyRequest } from "./gateway-client.ts";
import type { SaverSettings } from "./reply-saver.ts";
import type { UserEventPublisher } from "./shared-user-events.ts";

export interface SummarySettings extends Pick<SaverSettings, "onError"> {
  readonly store: ConversationStore;
  readonly gateway: GatewayClient;
  readonly limitsOf: LimitsOf;
  /** Where it is told that one was made. */
  readonly events: UserEventPublisher;
  /**
   * For how long nobody may have been answered before one is begun, in milliseconds: whoever goes on talking at once would
   * wait for what the engine has begun to read of it.
   */
  readonly summaryQuietMs: number;
  /** How models are to answer where no profile says it. */
  readonly defaults: ThinkAndKeepAlive;
}

/** How long one summary may take, in milliseconds. */
const LONGEST_SUMMARY_MS = 60_000;

/** How long one waits that the gateway has ended, for the message of another HMI's user, in milliseconds. */
const PAUSE_MS = 5_000;

/**
 * Keeps prompts short: a conversation that has grown long gets a summary for all but its last messages (contract,
 * section 3). One is made at a time, when no reply has run for a moment, because an engine may have a single slot; it
 * gives way to any person's message at once, and is taken up again later.
 */
export class BackgroundSummaries {
  readonly #settings: SummarySettings;
  /** Whether a reply is being written that a summary would be in the way of. */
  readonly #isBusy: () => boolean;
  /** Conversations that have grown, and whose they are; the oldest first. */
  readonly #due = new Map<string, string>();
  /** Up to which message each conversation's last summary stands, since it was last considered. */
  readonly #madeUntil = new Map<string, string>();
  #running: Running | undefined;
  #quiet: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(settings: SummarySettings, isBusy: () => boolean) {
    this.#settings = settings;
    this.#isBusy = isBusy;
  }

  /** Makes a summary of this conversation, if one is due, as soon as no reply has run for a moment. */
  consider(user: string, sessionId: string): void {
    this.#due.set(sessionId, user);
    this.#madeUntil.delete(sessionId);
    this.goOn();
  }

  /** To be called when a reply has ended: there may be time for a summary. */
  goOn(): void {
    clearTimeout(this.#quiet);
    if (this.#next() === undefined) return;
    const { summaryQuietMs } = this.#settings;
    if (summaryQuietMs === 0) this.#begin();
    else this.#quiet = setTimeout(() => this.#begin(), summaryQuietMs).unref();
  }

  /** The conversation that comes next, and whose it is; undefined where there is none, or no time for it. */
  #next(): readonly [sessionId: string, user: string] | undefined {
    if (this.#running !== undefined || this.#isClosed || this.#isBusy()) return undefined;
    const [next] = this.#due;
    return next;
  }

  #begin(): void {
    const next = this.#next();
    if (next === undefined) return;
    const [sessionId, user] = next;
    this.#due.delete(sessionId);
    const stop = new AbortController();
    let isStillQuiet = false;
    const run = async (): Promise<void> => {
      isStillQuiet = await this.#run(user, sessionId, stop.signal);
    };
    const ended = run().finally(() => {
      this.#running = undefined;
      // Of many conversations that have had a reply, hardly any is due: the last must not wait for a moment for each of them.
      if (isStillQuiet) this.#begin();
      else this.goOn();
    });
    this.#running = { user, sessionId, stop, ended };
  }

  /** Lets a person's message go first. */
  giveWay(): void {
    clearTimeout(this.#quiet);
    if (this.#running === undefined) return;
    const { user, sessionId, stop } = this.#running;
    stop.abort();
    this.#due.set(sessionId, user);
  }

  /** Makes no summary of this conversation any more, until it is considered again. */
  drop(sessionId: string): void {
    if (this.#running?.sessionId === sessionId) this.#running.stop.abort();
    this.#due.delete(sessionId);
    this.#madeUntil.delete(sessionId);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#quiet);
    this.#running?.stop.abort();
    await this.#running?.ended;
  }

  /** Whether it came to its end without anybody's message meanwhile. */
  async #run(user: string, sessionId: string, signal: AbortSignal): Promise<boolean> {
    try {
      const outcome = await this.#summarise(user, sessionId, signal);
      // What had no room in it is due again.
      if (outcome === "made") this.#due.set(sessionId, user);
      if (outcome === "gave way" && !signal.aborted)
        setTimeout(() => this.consider(user, sessionId), PAUSE_MS).unref();
      return outcome !== "gave way" && !signal.aborted;
    } catch (error) {
      // One that failed is due again after the next reply.
      const isGone = error instanceof WireError && error.code === "conversation_not_found";
      if (!signal.aborted && !isGone) this.#settings.onError(error, `summary of conversation ${sessionId}`);
      return false;
    }
  }

  async #summarise(user: string, sessionId: string, signal: AbortSignal): Promise<SummaryOutcome> {
    const { limitsOf, events } = this.#settings;
    const store = this.#settings.store.as(user);
    const { session, history, profile } = await readTurn(store, sessionId);
    const answered = history.messages.findLast(({ role }) => role === "assistant");
    const window = windowOf(profile, await limitsOf(answered?.model_name ?? null));
    const agentInstructions = instructionsOf(session.agent_id);
    const plan = planSummary({ agentInstructions, profile, history, window });
    if (plan === undefined || signal.aborted) return "not due";
    const until = plan.coversUntil.message_id;
    // Made, and not there: whatever has become of it, it would be made for ever.
    if (this.#madeUntil.get(sessionId) === until) return "not due";
    const content = await this.#ask(this.#requestFor(plan, session, profile), signal);
    if (content === undefined) return "gave way";
    if (signal.aborted) return "not due";
    await store.messages.add({
      sessionId,
      role: "system",
      messageType: "summary",
      content,
      modelName: plan.modelName,
      status: "complete",
      coversUntil: until,
    });
    this.#madeUntil.set(sessionId, until);
    events.publish(user, { type: "summary_made", session_id: sessionId, covers_until: until });
    return "made";
  }

  #requestFor(plan: SummaryPlan, session: Session, profile: Profile | null): ReplyRequest {
    const { instructions, transcript, modelName } = plan;
    const options = profile?.settings.options;
    const allowed = options?.["num_predict"];
    const isLess = typeof allowed === "number" && allowed > 0 && allowed < SUMMARY_TOKENS;
    const key = {
      // A generation of its own at the gateway, so that it never stands in the way of the conversation's.
      session_id: `summary-of-${session.session_id}`,
      message_id: crypto.randomUUID(),
    };
    const question: ChatRequest = {
      ...key,
      agent_id: session.agent_id,
      content: transcript,
      messages: [
        { role: "system", content: instructions },
        { role: "user", content: transcript },
      ],
      // The window stays what it is: with another one the engine would load the model anew, twice.
      options: { ...options, num_predict: isLess ? allowed : SUMMARY_TOKENS },
      ...firstOfEach(profile?.settings, this.#settings.defaults),
      think: false,
      background: true,
      ...(modelName === null ? {} : { model: modelName }),
    };
    return { ...key, question: async () => question, byPostOnly: true };
  }

  /** The summary; undefined where the gateway has ended it to make room for a person. */
  async #ask(request: ReplyRequest, signal: AbortSignal): Promise<string | undefined> {
    const { gateway } = this.#settings;
    const hangUp = new AbortController();
    const heard = Promise.withResolvers<void>();
    const stop = async (): Promise<void> => {
      // The gateway cannot cancel what it has not got yet.
      await Promise.race([heard.promise, silence()]);
      await Promise.race([this.#cancel(request), silence()]);
      hangUp.abort();
    };
    const tooLong = AbortSignal.timeout(LONGEST_SUMMARY_MS);
    const either = AbortSignal.any([signal, tooLong]);
    either.addEventListener("abort", stop, { once: true });
    try {
      const text = await finishedText(gateway.chat(request, hangUp.signal), heard.resolve);
      if (text !== undefined || !tooLong.aborted) return text;
      throw new WireError("reply_timeout", `The summary took longer than ${LONGEST_SUMMARY_MS / 1_000} s.`);
    } finally {
      either.removeEventListener("abort", stop);
      heard.resolve();
    }
  }

  async #cancel({ session_id, message_id }: ReplyRequest): Promise<void> {
    try {
      await this.#settings.gateway.cancel(session_id, { messageId: message_id });
    } catch (error) {
      // It never got there, or is forgotten there: nothing works on it.
      if (error instanceof WireError && error.code === "conversation_not_found") return;
      this.#settings.onError(error, "cancelling a summary");
    }
  }
}

/** What became of a summary; one that this service has stopped is not due until it is considered again. */
type SummaryOutcome = "made" | "gave way" | "not due";

interface Running {
  readonly user: string;
  readonly sessionId: string;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** How long a summary that gives way waits for a gateway that says nothing. */
const silence = (): Promise<void> => sleep(1_000, undefined, { ref: false });

/**
 * The text of a reply that came to its end, because half a summary would hide for good what it leaves out; undefined
 * where it was cancelled.
 */
async function finishedText(
  reply: AsyncIterable<readonly StreamEvent[]>,
  onHeard: () => void,
): Promise<string | undefined> {
  let text = "";
  for await (const event of flatten(reply)) {
    onHeard();
    if (event.type === "token") text += event.content;
    if (event.type === "error") throw new WireError("engine_error", event.message, event.hint);
    if (event.type !== "done") continue;
    if (event.finish_reason === "cancelled") return undefined;
    if (text.trim() !== "") return text;
  }
  throw new WireError("engine_error", "The summary was not finished.");
}

async function* flatten<Item>(groups: AsyncIterable<readonly Item[]>): AsyncIterable<Item> {
  for await (const group of groups) yield* group;
}
