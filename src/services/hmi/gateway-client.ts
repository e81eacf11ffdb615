import { type Dispatcher, Pool } from "undici";
import * as z from "zod";
import { ErrorBody, Health, ModelList } from "../../contract/common.ts";
import type { StreamEvent } from "../../contract/events.ts";
import { CancelAnswer, type ChatRequest } from "../../contract/gateway.ts";
import { gatewayRoutes, type Route } from "../../contract/routes.ts";
import { createSseDecoder, parseEventData } from "../../contract/sse.ts";
import { messageOf, WIRE_ERRORS, WireError, type WireErrorCode } from "../../errors.ts";

/** The gateway as the HMI uses it. Every call may throw a WireError, also the gateway's own. */
export interface GatewayClient {
  health(): Promise<Health>;
  models(): Promise<ModelList>;
  /** The events of a reply, in groups as they arrive; the gateway's GET is tried first, then its POST. Throws `gateway_error` where the stream breaks the contract. */
  chat(request: ChatRequest, signal: AbortSignal): AsyncIterable<readonly StreamEvent[]>;
  cancel(sessionId: string): Promise<CancelAnswer>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 5_000;
const ANSWER_TIMEOUT_MS = 15_000;

export function createGatewayClient(url: string): GatewayClient {
  const pool = new Pool(url, {
    connect: { timeout: CONNECT_TIMEOUT_MS },
    connections: null,
    // Heartbeats come while a model loads, but a foreign gateway may not send them.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const ask = async <Schema extends z.ZodType>(
    method: Route["method"],
    path: string,
    schema: Schema,
  ): Promise<z.output<Schema>> => {
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const answer = await send(pool, url, { method, path, signal });
    if (answer.statusCode !== 200) throw await refusal(answer);
    const parsed = schema.safeParse(await jsonOf(answer));
    if (parsed.success) return parsed.data;
    throw new WireError(
      "gateway_error",
      `The gateway's ${path} broke the contract: ${z.prettifyError(parsed.error)}`,
    );
  };
  return {
    health: () => ask("GET", gatewayRoutes.health.path(), Health),
    models: () => ask("GET", gatewayRoutes.models.path(), ModelList),
    cancel: (session_id) => ask("POST", gatewayRoutes.cancel.path({ session_id }), CancelAnswer),
    async *chat(request, signal) {
      const answer = await openReply(pool, url, request, signal);
      if (answer.statusCode !== 200) throw await refusal(answer);
      yield* readEvents(answer.body);
    },
    close: () => pool.destroy(),
  };
}

/**
 * What a gateway answers that does not have the reply's GET (404, 405, 501), or whose store does not have
 * this message: it may be another store than ours, with other conversations under the same keys (404, 409).
 */
const GET_UNAVAILABLE: ReadonlySet<number> = new Set([404, 405, 409, 501]);

/** Asks by GET, where the gateway loads the history itself; by POST, with all of it, where it cannot. */
async function openReply(
  pool: Pool,
  url: string,
  request: ChatRequest,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const { session_id, message_id } = request;
  const path = gatewayRoutes.resume.path({ session_id }, { message_id });
  const answer = await send(pool, url, { method: "GET", path, signal });
  if (!GET_UNAVAILABLE.has(answer.statusCode)) return answer;
  await answer.body.dump();
  return await send(pool, url, {
    method: "POST",
    path: gatewayRoutes.chat.path(),
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
    signal,
  });
}

async function send(
  pool: Pool,
  url: string,
  options: Dispatcher.RequestOptions,
): Promise<Dispatcher.ResponseData> {
  try {
    return await pool.request(options);
  } catch (error) {
    throw new WireError(
      "gateway_unavailable",
      `The gateway at ${url} does not answer: ${messageOf(error)}.`,
      "Run `stack status` to see which service is down.",
      { cause: error },
    );
  }
}

/** The body's value; undefined where it is not JSON, which no schema takes. */
async function jsonOf(answer: Dispatcher.ResponseData): Promise<unknown> {
  return await answer.body.json().catch(() => undefined);
}

/** The gateway's own error, passed on as it is where it is one of the contract's. */
async function refusal(answer: Dispatcher.ResponseData): Promise<WireError> {
  const text = await answer.body.text();
  try {
    const { error } = ErrorBody.parse(JSON.parse(text));
    if (isWireErrorCode(error.code)) return new WireError(error.code, error.message, error.hint);
    return new WireError("gateway_error", error.message, error.hint);
  } catch {
    return new WireError("gateway_error", `The gateway answered ${answer.statusCode}: ${text.slice(0, 200)}`);
  }
}

function isWireErrorCode(code: string): code is WireErrorCode {
  return Object.hasOwn(WIRE_ERRORS, code);
}

async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncIterable<readonly StreamEvent[]> {
  let events: StreamEvent[] = [];
  const decoder = createSseDecoder({
    onMessage({ data }) {
      const event = parseEventData(data);
      if ("malformed" in event) {
        throw new WireError(
          "gateway_error",
          `The gateway sent something else than an event: ${event.malformed}`,
        );
      }
      events.push(event);
    },
  });
  for await (const bytes of body) {
    try {
      decoder.push(bytes);
    } finally {
      // A failure costs nothing of what came before it.
      yield events;
      events = [];
    }
  }
}
