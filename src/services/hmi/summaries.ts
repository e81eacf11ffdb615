import { setTimeout as sleep } from "node:timers/promises";
import { DEFAULTS, LIMITS } from "../../contract/defaults.ts";
import type { StreamEvent } from "../../contract/events.ts";
import type { ChatRequest } from "../../contract/gateway.ts";
import type { Message } from "../../contract/hmi.ts";
import { WireError } from "../../errors.ts";
import { buildSummaryPrompt } from "../conversations/prompt.ts";
import type { ConversationStore } from "../conversations/store.ts";
import type { GatewayClient } from "./gateway-client.ts";

export interface SummarySettings {
  readonly store: ConversationStore;
  readonly gateway: GatewayClient;
  readonly onError: (error: unknown, what: string) => void;
}

/**
 * Keeps prompts short: a conversation with more than 60 messages that no summary stands for gets one
 * for all but its last 30. It is made when a reply has ended, and gives way to the next message at
 * once, because an engine may have a single slot.
 */
export class Summaries {
  readonly #settings: SummarySettings;
  readonly #running = new Map<string, Running>();

  constructor(settings: SummarySettings) {
    this.#settings = settings;
  }

  /** Begins a summary of this conversation if one is due. */
  consider(user: string, sessionId: string): void {
    const before = this.#running.get(sessionId);
    if (before !== undefined && !before.stop.signal.aborted) return;
    const stop = new AbortController();
    // One that gives way has the same name at the gateway, until it is stopped there.
    const ended = (before?.ended ?? Promise.resolve())
      .then(() => this.#summarise(user, sessionId, stop.signal))
      // A summary that failed is due again after the next reply.
      .catch((error: unknown) => {
        if (!stop.signal.aborted) this.#settings.onError(error, `summary of conversation ${sessionId}`);
      })
      .finally(() => {
        if (this.#running.get(sessionId)?.stop === stop) this.#running.delete(sessionId);
      });
    this.#running.set(sessionId, { stop, ended });
  }

  /** Stops a summary in the making. */
  giveWay(sessionId: string): void {
    this.#running.get(sessionId)?.stop.abort();
  }

  async close(): Promise<void> {
    for (const { stop } of this.#running.values()) stop.abort();
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  async #summarise(user: string, sessionId: string, signal: AbortSignal): Promise<void> {
    const store = this.#settings.store.as(user);
    const { summary, messages } = await store.messages.history(sessionId);
    if (messages.length <= LIMITS.summaryAfterMessages || signal.aborted) return;
    const covered = messages.slice(0, -LIMITS.verbatimMessages);
    const content = await this.#ask(sessionId, summary, covered, signal);
    if (signal.aborted) return;
    const last = covered.at(-1);
    await store.messages.add({
      sessionId,
      role: "system",
      messageType: "summary",
      content,
      modelName: last?.model_name ?? null,
      status: "complete",
      coversUntil: last?.message_id,
    });
  }

  async #ask(
    sessionId: string,
    summary: string | null,
    covered: readonly Message[],
    signal: AbortSignal,
  ): Promise<string> {
    // A generation of its own at the gateway, so that it never stands in the way of the conversation's.
    const session_id = `summary-of-${sessionId}`;
    const model = covered.findLast((row) => row.model_name !== null)?.model_name ?? undefined;
    const request: ChatRequest = {
      session_id,
      message_id: crypto.randomUUID(),
      agent_id: DEFAULTS.agentId,
      content: "Summarise the conversation.",
      messages: buildSummaryPrompt(summary, covered),
      ...(model === undefined ? {} : { model }),
    };
    const hangUp = new AbortController();
    const heard = Promise.withResolvers<void>();
    const stop = async (): Promise<void> => {
      // The gateway cannot cancel what it has not got yet.
      await Promise.race([heard.promise, silence()]);
      await Promise.race([this.#cancel(session_id), silence()]);
      hangUp.abort();
    };
    signal.addEventListener("abort", stop, { once: true });
    try {
      return await finishedText(this.#settings.gateway.chat(request, hangUp.signal), heard.resolve);
    } finally {
      signal.removeEventListener("abort", stop);
      heard.resolve();
    }
  }

  async #cancel(session_id: string): Promise<void> {
    try {
      await this.#settings.gateway.cancel(session_id);
    } catch (error) {
      // It never got there, or is forgotten there: nothing works on it.
      if (error instanceof WireError && error.code === "conversation_not_found") return;
      this.#settings.onError(error, "cancelling a summary");
    }
  }
}

interface Running {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** How long a summary that gives way waits for a gateway that says nothing. */
const silence = (): Promise<void> => sleep(1_000, undefined, { ref: false });

/** The text of a reply that came to its end: half a summary would hide for good what it leaves out. */
async function finishedText(
  reply: AsyncIterable<readonly StreamEvent[]>,
  onHeard: () => void,
): Promise<string> {
  let text = "";
  let isFinished = false;
  for await (const event of flatten(reply)) {
    onHeard();
    if (event.type === "token") text += event.content;
    if (event.type === "error") throw new WireError("engine_error", event.message, event.hint);
    if (event.type === "done") isFinished = event.finish_reason !== "cancelled";
  }
  if (isFinished && text !== "") return text;
  throw new WireError("engine_error", "The summary was not finished.");
}

async function* flatten<Item>(groups: AsyncIterable<readonly Item[]>): AsyncIterable<Item> {
  for await (const group of groups) yield* group;
}
