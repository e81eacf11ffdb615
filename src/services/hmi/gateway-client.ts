import type { Dispatcher } from "undici";
import { ErrorBody, Health, ModelList } from "../../contract/common.ts";
import type { StreamEvent } from "../../contract/events.ts";
import { CancelAnswer, type ChatRequest } from "../../contract/gateway.ts";
import { gatewayRoutes } from "../../contract/routes.ts";
import { createSseDecoder, parseEventData } from "../../contract/sse.ts";
import { WIRE_ERRORS, WireError, type WireErrorCode } from "../../errors.ts";
import { createUpstream, type Upstream } from "../http/upstream.ts";

/** The gateway as the HMI uses it. Every call may throw a WireError, also the gateway's own. */
export interface GatewayClient {
  health(): Promise<Health>;
  models(): Promise<ModelList>;
  /**
   * The events of a reply, in groups as they arrive; the gateway's GET is tried first, then its POST.
   * Throws `gateway_error` where the stream breaks the contract.
   */
  chat(request: ChatRequest, signal: AbortSignal): AsyncIterable<readonly StreamEvent[]>;
  cancel(sessionId: string): Promise<CancelAnswer>;
  close(): Promise<void>;
}

export function createGatewayClient(url: string): GatewayClient {
  const gateway = createUpstream({
    url,
    name: "gateway",
    unavailable: "gateway_unavailable",
    hint: "Run `stack status` to see which service is down.",
    broken: "gateway_error",
    refusal,
  });
  return {
    health: () => gateway.ask({ method: "GET", path: gatewayRoutes.health.path() }, Health),
    models: () => gateway.ask({ method: "GET", path: gatewayRoutes.models.path() }, ModelList),
    cancel: (session_id) =>
      gateway.ask({ method: "POST", path: gatewayRoutes.cancel.path({ session_id }) }, CancelAnswer),
    async *chat(request, signal) {
      yield* readEvents(await gateway.bodyOf(await openReply(gateway, request, signal)));
    },
    close: () => gateway.close(),
  };
}

/**
 * What a gateway answers that does not have the reply's GET (404, 405, 501), or whose store does not have
 * this message: it may be another store than ours, with other conversations under the same keys (404, 409).
 */
const GET_UNAVAILABLE: ReadonlySet<number> = new Set([404, 405, 409, 501]);

/** Asks by GET, where the gateway loads the history itself; by POST, with all of it, where it cannot. */
async function openReply(
  gateway: Upstream,
  request: ChatRequest,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const { session_id, message_id } = request;
  const path = gatewayRoutes.resume.path({ session_id }, { message_id });
  const answer = await gateway.send({ method: "GET", path, signal });
  if (!GET_UNAVAILABLE.has(answer.statusCode)) return answer;
  await answer.body.dump();
  return await gateway.send({ method: "POST", path: gatewayRoutes.chat.path(), body: request, signal });
}

/** The gateway's own error, passed on as it is where it is one of the contract's. */
function refusal(status: number, body: string): WireError {
  try {
    const { error } = ErrorBody.parse(JSON.parse(body));
    if (isWireErrorCode(error.code)) return new WireError(error.code, error.message, error.hint);
    return new WireError("gateway_error", error.message, error.hint);
  } catch {
    return new WireError("gateway_error", `The gateway answered ${status}: ${body.slice(0, 200)}`);
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
