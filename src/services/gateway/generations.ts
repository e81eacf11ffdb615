import type { ChatRequest } from "../../contract/gateway.ts";
import { WireError } from "../../errors.ts";
import { whenAbandoned } from "../stream/abandonment.ts";
import { FinishedLogs, type FinishedLogsSettings } from "../stream/finished-logs.ts";
import { Generation, type GenerationSettings } from "./generation.ts";

export interface GenerationsSettings
  extends Omit<GenerationSettings, "onEnd" | "caller">,
    FinishedLogsSettings {
  /** How long a generation goes on without a reader, in milliseconds. */
  readonly orphanGraceMs: number;
}

/** The generations that run, and the finished ones that are kept for late readers. */
export class Generations {
  readonly #settings: GenerationsSettings;
  /** All of them, by the reply that they write: several, where several callers gave the same key. */
  readonly #byMessage = new Map<string, readonly Generation[]>();
  /** The last of each conversation. */
  readonly #bySession = new Map<string, Generation>();
  readonly #finished: FinishedLogs;

  constructor(settings: GenerationsSettings) {
    this.#settings = settings;
    this.#finished = new FinishedLogs(settings);
  }

  get activeCount(): number {
    return this.#all().filter((generation) => !generation.log.ended).length;
  }

  /**
   * The generation of this request: a new one, or where the same was sent before, the one that it started. Throws
   * `key_reused` where its key was sent with another question, and `generation_in_progress` while another message
   * of the conversation is answered.
   *
   * @param caller Who asks, where that is a person with a token of their own: the keys of one are no keys of another,
   * or anybody could use up those that the HMI will give to others' replies.
   */
  start(request: ChatRequest, caller?: string): Generation {
    const { message_id: messageId } = request;
    const sameKey = this.#byMessage.get(messageId) ?? [];
    const same = sameKey.find((generation) => generation.answers(request));
    if (same !== undefined) return same;
    if (sameKey.some((used) => used.caller === caller || used.sessionId === request.session_id)) {
      throw new WireError(
        "key_reused",
        `The message_id "${messageId}" was used for another text, model, history or conversation.`,
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
    const settings = { ...this.#settings, caller, onEnd: (ended: Generation) => this.#keep(ended) };
    const generation = new Generation(request, settings);
    this.#byMessage.set(messageId, [...sameKey, generation]);
    this.#bySession.set(request.session_id, generation);
    whenAbandoned(generation.log, this.#settings.orphanGraceMs, () => generation.cancel());
    return generation;
  }

  /** The conversation's running or kept generation: its last, or that of a reply. */
  find(sessionId: string, messageId?: string): Generation | undefined {
    if (messageId === undefined) return this.#bySession.get(sessionId);
    return this.#byMessage.get(messageId)?.find((generation) => generation.sessionId === sessionId);
  }

  /** Stops the engine's work for all of them, for a shutdown: readers are told no end, as after a crash. */
  close(): void {
    for (const generation of this.#all()) generation.leave();
    this.#byMessage.clear();
    this.#bySession.clear();
  }

  #all(): Generation[] {
    return [...this.#byMessage.values()].flat();
  }

  #keep(generation: Generation): void {
    const { sessionId, messageId, log } = generation;
    this.#finished.keep(log, () => {
      const others = this.#byMessage.get(messageId)?.filter((other) => other !== generation) ?? [];
      if (others.length > 0) this.#byMessage.set(messageId, others);
      else this.#byMessage.delete(messageId);
      if (this.#bySession.get(sessionId) === generation) this.#bySession.delete(sessionId);
    });
  }
}
