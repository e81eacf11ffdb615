import type { FastifyBaseLogger } from "fastify";
import type { StreamSettings } from "../../config/config-schema.ts";
import { STEP } from "../../contract/event-id.ts";
import {
  type FinishReason,
  type StreamEvent,
  type StreamStatus,
  type Timings,
  type Usage,
  usageOf,
} from "../../contract/event-schemas.ts";
import type { ChatRequest } from "../../contract/gateway-schemas.ts";
import { withoutPrefix } from "../../contract/model-names.ts";
import { trimmedNotice } from "../../contract/trimmed-notice.ts";
import { WireError } from "../../contract/wire-error.ts";
import { messageOf } from "../../errors/thrown-error.ts";
import { EventLog } from "../stream/event-log.ts";
import { type AskListener, askEngine, type EngineAccess } from "./ask-engine.ts";
import { emptyReplyError } from "./empty-reply.ts";
import type { EngineDelta, FinalDelta } from "./engine-deltas.ts";
import type { FastReplyThrottle } from "./fast-reply-throttle.ts";
import { GatewayLogLines } from "./gateway-log-lines.ts";
import type { GatewayMetrics, StreamMeter } from "./gateway-metrics.ts";
import { ReplyEventWriter } from "./reply-event-writer.ts";
import { startReplyTimeout } from "./reply-timeout.ts";
import { fingerprintLater, requestFingerprint } from "./request-fingerprint.ts";
import { unknownModel } from "./unknown-model.ts";

export interface GenerationSettings {
  readonly access: EngineAccess;
  readonly stream: Pick<StreamSettings, "max_reply_ms">;
  readonly metrics: GatewayMetrics;
  readonly logger: FastifyBaseLogger;
  /** Whose key the reply's is, where a person with a token of their own gave it. */
  readonly caller: string | undefined;
  /** Where those that come in floods let others begin. */
  readonly starting: FastReplyThrottle;
  /** Told once, when the generation has ended in any way. */
  readonly onEnd: (generation: GatewayGeneration) => void;
}

/** How long an engine that has said its last word may hold the connection open. */
const HANG_UP_MS = 1_000;

/** One reply in the making: it asks the engine, and writes what comes into its log. */
export class GatewayGeneration {
  readonly sessionId: string;
  readonly messageId: string;
  /** Whose key that is: undefined for the HMI's, else the person's. */
  readonly caller: string | undefined;
  readonly log: EventLog;
  readonly #settings: GenerationSettings;
  readonly #fingerprint: () => string;
  readonly #meter: StreamMeter;
  readonly #lines: GatewayLogLines;
  readonly #abort = new AbortController();
  readonly #writer = new ReplyEventWriter();
  #isLeft = false;
  #model: string | undefined;
  /** Ends a reply that takes too long; later, an engine that does not hang up. */
  #callOffTimer = (): void => undefined;

  constructor(request: ChatRequest, settings: GenerationSettings) {
    this.sessionId = request.session_id;
    this.messageId = request.message_id;
    this.caller = settings.caller;
    this.log = new EventLog(request.message_id);
    this.#settings = settings;
    this.#fingerprint = fingerprintLater(request);
    this.#meter = settings.metrics.start();
    this.#lines = new GatewayLogLines(settings.logger, request);
    // Before the engine is asked, so that the reader knows at once that it was heard.
    this.log.append(
      startedEvent(request),
      statusEvent("planning"),
      ...(request.left_out === undefined ? [] : [trimmedNotice(request.left_out)]),
    );
    void this.#run(request);
  }

  /** Whether a request with this reply's key is the one that it answers, sent again. */
  answers(request: ChatRequest): boolean {
    return requestFingerprint(request) === this.#fingerprint();
  }

  /** Ends it now, for every reader, and makes the engine stop. Nothing where it has ended already. */
  cancel(): void {
    this.#end("cancelled", this.#usageSoFar(), doneEvent("cancelled"));
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
    this.#callOffTimer = startReplyTimeout(this.#settings.stream.max_reply_ms, (error) => {
      this.#fail(error);
      this.#abort.abort();
    });
    try {
      await askEngine(this.#settings.access, request, this.#listener(), this.#abort.signal);
    } catch (error) {
      // After an end of our own the engine's protest is its answer to the abort.
      if (!this.log.ended) this.#fail(await this.#explain(error, request.model));
    } finally {
      this.#settings.starting.begun(this);
      this.#callOffTimer();
      this.#fingerprint();
    }
  }

  #listener(): AskListener {
    return {
      onModel: (model) => {
        this.#model = model;
        this.#append(statusEvent("executing", model));
      },
      onWait: (status) => {
        if (this.#writer.hasBegun) return;
        this.#lines.hop(status);
        this.#append(statusEvent(status));
      },
      onAsked: (model) => {
        this.#lines.hop("asked the engine", model);
        this.#settings.starting.asked(this);
      },
      onPieces: (pieces) => this.#write(pieces),
      giveWay: () => {
        this.#lines.hop("gives way to a person's message");
        this.cancel();
      },
    };
  }

  async #write(pieces: readonly EngineDelta[]): Promise<void> {
    // After the end only the connection's own end is awaited, so that it can be used again.
    if (this.log.ended) return;
    if (!this.#writer.hasBegun) {
      this.#lines.hop("first piece");
      this.#settings.starting.begun(this);
    }
    const { events, final } = this.#writer.write(pieces);
    this.log.append(...events);
    this.#meter.saw(events);
    if (final !== undefined) this.#complete(final);
    await this.log.room();
    await this.#settings.starting.room(pieces.length);
  }

  #append(event: StreamEvent): void {
    if (!this.log.ended) this.log.append(event);
  }

  #complete(final: FinalDelta): void {
    const usage = this.#usageEvent(usageIn(final), final.timings);
    const empty = emptyReplyError(final, this.#writer);
    if (empty === undefined) this.#end("complete", usage, doneEvent(final.finishReason));
    else this.#fail(empty, usage);
    this.#callOffTimer();
    const timer = setTimeout(() => this.#abort.abort(), HANG_UP_MS).unref();
    this.#callOffTimer = () => clearTimeout(timer);
  }

  async #explain(thrown: unknown, model: string | undefined): Promise<WireError> {
    const error =
      thrown instanceof WireError
        ? thrown
        : new WireError("internal_error", `The gateway failed: ${messageOf(thrown)}.`);
    if (error.code !== "model_not_found" || model === undefined) return error;
    return await unknownModel(this.#settings.access.engine, model).catch(() => error);
  }

  #fail(error: WireError, usage = this.#writer.hasBegun ? this.#usageSoFar() : undefined): void {
    const counted = usage === undefined ? [] : [usage];
    this.#end("error", errorEvent(error), ...counted, doneEvent("error"));
  }

  #usageSoFar(): StreamEvent {
    return this.#usageEvent(this.#writer.counted, null);
  }

  #usageEvent(usage: Usage, timings: Timings | null): StreamEvent {
    const isFree = this.#model === undefined || this.#settings.access.engine.isFree(this.#model);
    return { type: "usage", usage, cost_usd: isFree ? 0 : null, timings };
  }

  /** Every way to the end goes through here, once. */
  #end(status: StreamStatus, ...rest: StreamEvent[]): void {
    if (this.log.ended || this.#isLeft) return;
    const hasExecuted = this.log.place.step >= STEP.executing;
    const ending = [...this.#writer.end(), statusEvent(status), ...rest];
    this.log.append(...(hasExecuted ? [] : [statusEvent("executing")]), ...ending);
    this.#meter.saw(ending);
    this.#lines.end(this.#model, status, ending);
    this.log.release();
    this.#settings.onEnd(this);
  }
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

function statusEvent(status: StreamStatus, detail?: string): StreamEvent {
  return { type: "status_update", status, ...(detail !== undefined && { detail }) };
}

function errorEvent({ code, message, hint, retryAfterS }: WireError): StreamEvent {
  return {
    type: "error",
    code,
    message,
    ...(hint !== undefined && { hint }),
    ...(retryAfterS !== undefined && { retry_after_s: retryAfterS }),
  };
}

function doneEvent(finish_reason: FinishReason): StreamEvent {
  return { type: "done", finish_reason };
}

function usageIn({ promptTokens, completionTokens, thinkingTokens }: FinalDelta): Usage {
  return {
    ...usageOf(promptTokens, completionTokens),
    ...(thinkingTokens !== undefined && { thinking_tokens: thinkingTokens }),
  };
}
