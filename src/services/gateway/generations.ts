import type { ChatRequest } from "../../contract/gateway.ts";
import { WireError } from "../../errors.ts";
import { whenAbandoned } from "../stream/abandonment.ts";
import { FinishedLogs, type FinishedLogsSettings } from "../stream/finished-logs.ts";
import { Generation, type GenerationSettings } from "./generation.ts";

export interface GenerationsSettings extends Omit<GenerationSettings, "onEnd">, FinishedLogsSettings {
  /** How long a generation goes on without a reader, in milliseconds. */
  readonly orphanGraceMs: number;
}

/** The generations that run, and the finished ones that are kept for late readers. */
export class Generations {
  readonly #settings: GenerationsSettings;
  /** All of them, by the reply that they write. */
  readonly #byMessage = new Map<string, Generation>();
  /** The last of each conversation. */
  readonly #bySession = new Map<string, Generation>();
  readonly #finished: FinishedLogs;

  constructor(settings: GenerationsSettings) {
    this.#settings = settings;
    this.#finished = new FinishedLogs(settings);
  }

  get activeCount(): number {
    return this.#running().length;
  }

  /**
   * The generation of this request: a new one, or where the same was sent before, the one that it started. Throws
   * `key_reused` where its key was sent with another question, and `generation_in_progress` while another message
   * of the conversation is answered.
   */
  start(request: ChatRequest): Generation {
    const same = this.#byMessage.get(request.message_id);
    if (same?.answers(request)) return same;
    if (same !== undefined) {
      throw new WireError(
        "key_reused",
        `The message_id "${request.message_id}" was used for another text, model, history or conversation.`,
        "Give each reply a key of its own.",
      );
    }
    const present = this.#bySession.get(request.session_id);
    if (present !== undefined && !present.log.ended) {
      throw new WireError(
        "generation_in_progress",
        `Conversation "${request.session_id}" is still answering message "${present.messageId}".`,
        "Wait for its end, or cancel it.",
      );
    }
    const generation = new Generation(request, { ...this.#settings, onEnd: (ended) => this.#keep(ended) });
    this.#byMessage.set(request.message_id, generation);
    this.#bySession.set(request.session_id, generation);
    whenAbandoned(generation.log, this.#settings.orphanGraceMs, () => generation.cancel());
    return generation;
  }

  /** The conversation's running or kept generation: its last, or that of a reply. */
  find(sessionId: string, messageId?: string): Generation | undefined {
    if (messageId === undefined) return this.#bySession.get(sessionId);
    const generation = this.#byMessage.get(messageId);
    return generation?.sessionId === sessionId ? generation : undefined;
  }

  /** Stops the engine's work for all of them, for a shutdown: readers are told no end, as after a crash. */
  close(): void {
    for (const generation of this.#byMessage.values()) generation.leave();
    this.#byMessage.clear();
    this.#bySession.clear();
  }

  #running(): Generation[] {
    return [...this.#byMessage.values()].filter((generation) => !generation.log.ended);
  }

  #keep(generation: Generation): void {
    const { sessionId, messageId, log } = generation;
    this.#finished.keep(log, () => {
      this.#byMessage.delete(messageId);
      if (this.#bySession.get(sessionId) === generation) this.#bySession.delete(sessionId);
    });
  }
}
