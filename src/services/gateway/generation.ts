import { STEP } from "../../contract/event-id.ts";
import { type StreamEvent, usageOf } from "../../contract/events.ts";
import type { ChatRequest } from "../../contract/gateway.ts";
import { withoutPrefix } from "../../contract/model-names.ts";
import { messageOf, WireError } from "../../errors.ts";
import { EventLog } from "../stream/event-log.ts";
import type { EngineClient, EngineRequest } from "./engine-client.ts";
import type { EnginePiece, FinalPiece } from "./engine-reply.ts";
import type { GatewayMetrics, StreamMeter } from "./metrics.ts";
import { type DefaultModel, unknownModel } from "./models.ts";

export interface GenerationSettings {
  readonly engine: EngineClient;
  /** The model where the request names none. */
  readonly defaultModel: DefaultModel;
  readonly metrics: GatewayMetrics;
  /** Told once, when the generation has ended in any way. */
  readonly onEnd: (generation: Generation) => void;
}

/** How long an engine that has said its last word may hold the connection open. */
const HANG_UP_MS = 1_000;

/** One reply in the making: it asks the engine, and writes what comes into its log. */
export class Generation {
  readonly sessionId: string;
  readonly messageId: string;
  readonly log: EventLog;
  readonly #settings: GenerationSettings;
  readonly #meter: StreamMeter;
  readonly #abort = new AbortController();
  #tokensSent = 0;
  #isLeft = false;
  #hangUp: NodeJS.Timeout | undefined;

  constructor(request: ChatRequest, settings: GenerationSettings) {
    this.sessionId = request.session_id;
    this.messageId = request.message_id;
    this.log = new EventLog(request.message_id);
    this.#settings = settings;
    this.#meter = settings.metrics.start();
    // Before the engine is asked, so that the reader knows at once that it was heard.
    this.log.append(startedEvent(request), { type: "status_update", status: "planning" });
    void this.#run(request);
  }

  /** Ends it now, for every reader, and makes the engine stop. Nothing where it has ended already. */
  cancel(): void {
    const usage = usageOf(null, this.#tokensSent);
    this.#end(
      { type: "status_update", status: "cancelled" },
      { type: "usage", usage, cost_usd: 0, timings: null },
      { type: "done", finish_reason: "cancelled" },
    );
    this.#abort.abort();
  }

  /** Makes the engine stop and tells nobody an end: for a shutdown, when its readers' connections are cut. */
  leave(): void {
    this.#isLeft = true;
    this.#abort.abort();
    this.log.release();
  }

  /** The request is not kept beyond its end: its history may be a mebibyte. */
  async #run(request: ChatRequest): Promise<void> {
    const { defaultModel } = this.#settings;
    const { signal } = this.#abort;
    const { model: named } = request;
    const prompt = promptOf(request);
    try {
      // A name is not looked up before it is asked for: the engine itself knows best what it has.
      const model = named === undefined ? await defaultModel.name(signal) : withoutPrefix(named);
      if (signal.aborted) return;
      this.log.append({ type: "status_update", status: "executing", detail: model });
      await (named === undefined ? this.#askDefault(model, prompt) : this.#ask(model, prompt));
    } catch (error) {
      // After an end of our own the engine's protest is its answer to the abort.
      if (!this.log.ended) this.#fail(await this.#explain(error, named));
    } finally {
      clearTimeout(this.#hangUp);
      this.#hangUp = undefined;
    }
  }

  /** Asks what was the default model; where the engine has that no more, what is it now. */
  async #askDefault(model: string, prompt: Prompt): Promise<void> {
    const { defaultModel } = this.#settings;
    try {
      await this.#ask(model, prompt);
    } catch (error) {
      // A reply that was cancelled says nothing about the model.
      if (this.log.ended) throw error;
      defaultModel.forget();
      const isGone = error instanceof WireError && error.code === "model_not_found";
      const present = isGone ? await defaultModel.name(this.#abort.signal) : model;
      if (present === model) throw error;
      await this.#ask(present, prompt);
    }
  }

  async #ask(model: string, prompt: Prompt): Promise<void> {
    await this.#relay(this.#settings.engine.chat({ model, ...prompt }, this.#abort.signal));
  }

  async #relay(reply: AsyncIterable<readonly EnginePiece[]>): Promise<void> {
    for await (const pieces of reply) {
      // After the end only the connection's own end is awaited, so that it can be used again.
      if (this.log.ended) continue;
      const tokens: StreamEvent[] = [];
      for (const piece of pieces) {
        if ("text" in piece) {
          tokens.push({ type: "token", content: piece.text });
        } else if ("thought" in piece) {
          tokens.push({ type: "thinking", content: piece.thought });
        } else {
          this.#complete(tokens.splice(0), piece);
          break;
        }
      }
      this.#tokensSent += tokens.length;
      this.log.append(...tokens);
      this.#meter.saw(tokens);
      await this.log.room();
    }
  }

  #complete(tokens: StreamEvent[], final: FinalPiece): void {
    const usage = usageOf(final.promptTokens, final.completionTokens);
    this.#end(
      ...tokens,
      { type: "status_update", status: "complete" },
      { type: "usage", usage, cost_usd: 0, timings: final.timings },
      { type: "done", finish_reason: final.finishReason },
    );
    this.#hangUp = setTimeout(() => this.#abort.abort(), HANG_UP_MS).unref();
  }

  async #explain(thrown: unknown, model: string | undefined): Promise<WireError> {
    const error =
      thrown instanceof WireError
        ? thrown
        : new WireError("internal_error", `The gateway failed: ${messageOf(thrown)}.`);
    if (error.code !== "model_not_found" || model === undefined) return error;
    return await unknownModel(this.#settings.engine, model).catch(() => error);
  }

  #fail({ code, message, hint }: WireError): void {
    this.#end(
      { type: "status_update", status: "error" },
      { type: "error", code, message, ...(hint === undefined ? {} : { hint }) },
      { type: "done", finish_reason: "error" },
    );
  }

  /** Every way to the end goes through here, once. */
  #end(...ending: StreamEvent[]): void {
    if (this.log.ended || this.#isLeft) return;
    const begun = this.log.place.step >= STEP.executing;
    const executing: StreamEvent = { type: "status_update", status: "executing" };
    this.log.append(...(begun ? [] : [executing]), ...ending);
    this.#meter.saw(ending);
    this.log.release();
    this.#settings.onEnd(this);
  }
}

type Prompt = Omit<EngineRequest, "model">;

function promptOf({ content, messages, options }: ChatRequest): Prompt {
  return { messages: messages ?? [{ role: "user" as const, content }], ...(options && { options }) };
}

function startedEvent(request: ChatRequest): StreamEvent {
  return {
    type: "started",
    session_id: request.session_id,
    message_id: request.user_message_id ?? null,
    assistant_message_id: request.message_id,
    model: request.model === undefined ? null : withoutPrefix(request.model),
    model_id: request.model_id ?? null,
  };
}
