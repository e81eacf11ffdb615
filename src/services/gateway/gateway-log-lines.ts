import type { FastifyBaseLogger } from "fastify";
import type { StreamEvent, StreamStatus } from "../../contract/event-schemas.ts";
import type { ChatRequest } from "../../contract/gateway-schemas.ts";

/** The lines that the log has of one reply: never a word of what was said, also not in what an engine answers. */
export class GatewayLogLines {
  readonly #logger: FastifyBaseLogger;
  readonly #names: { readonly conversation: string; readonly reply: string };
  readonly #start = performance.now();

  constructor(logger: FastifyBaseLogger, request: ChatRequest) {
    this.#logger = logger;
    this.#names = { conversation: request.session_id, reply: request.message_id };
  }

  /** One step on the way (`debug`). */
  hop(step: string, model?: string): void {
    this.#logger.debug({ ...this.#names, ...(model !== undefined && { model }), ms: this.#ms() }, step);
  }

  /** The reply's own line: what came of it. A failed one is a warning with its code. */
  end(model: string | undefined, status: StreamStatus, ending: readonly StreamEvent[]): void {
    const usage = ending.find((event) => event.type === "usage")?.usage;
    const code = ending.find((event) => event.type === "error")?.code;
    const line = {
      ...this.#names,
      model: model ?? null,
      status,
      tokens: usage?.completion_tokens ?? null,
      ms: this.#ms(),
    };
    if (code === undefined) this.#logger.info(line, "reply");
    else this.#logger.warn({ ...line, code }, "reply failed");
  }

  #ms(): number {
    return Math.round(performance.now() - this.#start);
  }
}
