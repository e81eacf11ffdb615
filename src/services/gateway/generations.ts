import type { ChatRequest } from "../../contract/gateway.ts";
import { WireError } from "../../errors.ts";
import { whenAbandoned } from "../stream/abandonment.ts";
import { FinishedLogs, type FinishedLogsSettings } from "../stream/finished-logs.ts";
import { Generation, type GenerationSettings } from "./generation.ts";

export interface GenerationsSettings extends Omit<GenerationSettings, "onEnd">, FinishedLogsSettings {
  /** How long a generation goes on without a reader, in milliseconds. */
  readonly orphanGraceMs: number;
}

/** The generations that run, and the finished ones that are kept for late readers: the last of each conversation. */
export class Generations {
  readonly #settings: GenerationsSettings;
  readonly #bySession = new Map<string, Generation>();
  readonly #finished: FinishedLogs;

  constructor(settings: GenerationsSettings) {
    this.#settings = settings;
    this.#finished = new FinishedLogs(settings);
  }

  get activeCount(): number {
    return [...this.#bySession.values()].filter((generation) => !generation.log.ended).length;
  }

  /**
   * The generation of this request: a new one, or where the same message was sent before, the one that
   * it started. Throws `generation_in_progress` while another message of the conversation is answered.
   */
  start(request: ChatRequest): Generation {
    const present = this.#bySession.get(request.session_id);
    if (present?.messageId === request.message_id) return present;
    if (present !== undefined && !present.log.ended) {
      throw new WireError(
        "generation_in_progress",
        `Conversation "${request.session_id}" is still answering message "${present.messageId}".`,
        "Wait for its end, or cancel it.",
      );
    }
    const generation = new Generation(request, { ...this.#settings, onEnd: (ended) => this.#keep(ended) });
    this.#bySession.set(request.session_id, generation);
    whenAbandoned(generation.log, this.#settings.orphanGraceMs, () => generation.cancel());
    return generation;
  }

  /** The conversation's running or kept generation. */
  find(sessionId: string): Generation | undefined {
    return this.#bySession.get(sessionId);
  }

  /** Stops the engine's work for all of them, for a shutdown: readers are told no end, as after a crash. */
  close(): void {
    for (const generation of this.#bySession.values()) generation.leave();
    this.#bySession.clear();
  }

  #keep(generation: Generation): void {
    const { sessionId, log } = generation;
    this.#finished.keep(log, () => {
      if (this.#bySession.get(sessionId) === generation) this.#bySession.delete(sessionId);
    });
  }
}
