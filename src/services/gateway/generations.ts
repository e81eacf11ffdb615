import type { ChatRequest } from "../../contract/gateway.ts";
import { WireError } from "../../errors.ts";
import { whenAbandoned } from "../stream/abandonment.ts";
import { Generation, type GenerationSettings } from "./generation.ts";

export interface GenerationsSettings extends Omit<GenerationSettings, "onEnd"> {
  /** How long a generation goes on without a reader, in milliseconds. */
  readonly orphanGraceMs: number;
  /** How long a finished one is kept for late readers, in milliseconds. */
  readonly keepFinishedMs: number;
}

/** The generations that run, and the finished ones that are kept for late readers: the last of each conversation. */
export class Generations {
  readonly #settings: GenerationsSettings;
  readonly #bySession = new Map<string, Generation>();

  constructor(settings: GenerationsSettings) {
    this.#settings = settings;
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
    if (present?.request.message_id === request.message_id) return present;
    if (present !== undefined && !present.log.ended) {
      throw new WireError(
        "generation_in_progress",
        `Conversation "${request.session_id}" is still answering message "${present.request.message_id}".`,
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

  /** Ends all of them, for a shutdown. */
  close(): void {
    for (const generation of this.#bySession.values()) generation.cancel();
    this.#bySession.clear();
  }

  #keep(generation: Generation): void {
    const forget = (): void => {
      const { session_id } = generation.request;
      if (this.#bySession.get(session_id) === generation) this.#bySession.delete(session_id);
    };
    // What is merely kept must not keep the process alive.
    setTimeout(forget, this.#settings.keepFinishedMs).unref();
  }
}
