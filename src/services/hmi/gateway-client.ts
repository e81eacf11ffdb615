import type { Dispatcher } from "undici";
import { PROGRAM_HEADER } from "../../contract/caller-headers.ts";
import { ErrorBody, Health, ModelList } from "../../contract/common-schemas.ts";
import { DEFAULTS } from "../../contract/contract-defaults.ts";
import type { StreamEvent } from "../../contract/event-schemas.ts";
import { CancelAnswer, type ChatRequest } from "../../contract/gateway-schemas.ts";
import { gatewayRoutes } from "../../contract/routes.ts";
import { trimmedNotice } from "../../contract/trimmed-notice.ts";
import { WIRE_ERRORS, WireError, type WireErrorCode } from "../../contract/wire-error.ts";
import { createUpstream, type Upstream } from "../http/upstream-client.ts";
import { createReplyLimit } from "../stream/reply-limit.ts";
import { type GatewayHabits, GatewaySilence } from "./gateway-silence.ts";
import { type ReplyKey, readGatewayReply, reopenReply } from "./read-gateway-reply.ts";

/** What is asked of the gateway for a reply. */
export interface ReplyRequest extends ReplyKey {
  /** Makes the whole question, for a gateway that cannot load it from the store by itself. */
  readonly question: () => Promise<ChatRequest>;
  /** True where the store does not have all of it, so that the gateway could not load it from there. */
  readonly byPostOnly?: boolean;
}

/** The gateway as the HMI uses it. Every call may throw a WireError, also the gateway's own. */
export interface GatewayClient {
  health(): Promise<Health>;
  models(): Promise<ModelList>;
  /**
   * The events of a reply, in groups as they arrive; the gateway's GET is tried first, then its POST.
   * Throws `gateway_error` where the stream breaks the contract, and `reply_too_long` where it goes on for too long.
   */
  chat(request: ReplyRequest, signal: AbortSignal): AsyncIterable<readonly StreamEvent[]>;
  /**
   * The same events again, from the first, of a reply that the gateway writes or keeps; it never begins one.
   * Throws where it has none (`nothing_to_stream` and others) or does not answer in 10 s.
   */
  join(reply: ReplyKey, signal: AbortSignal): AsyncIterable<readonly StreamEvent[]>;
  /** Ends the conversation's reply, or only the one that is named. */
  cancel(sessionId: string, options?: CancelOptions): Promise<CancelAnswer>;
  close(): Promise<void>;
}

export interface CancelOptions {
  /** The reply that is meant; without it, whichever runs. */
  readonly messageId?: string | undefined;
  /** Gives the call up. */
  readonly signal?: AbortSignal | undefined;
}

export interface GatewayClientOptions {
  /** Most that a reply has, in characters. */
  readonly maxReplyChars?: number | undefined;
  /** The setting `stream.heartbeat_ms`, by which a gateway is taken to be cut off. */
  readonly heartbeatMs?: number;
  /** How long a gateway of which it is known that it answers at once may take to begin its answer, in milliseconds. */
  readonly answerMs?: number;
}

/** One of ours passes a call on for 25 s at most to the copy that has the reply, and may have to wait for its database. */
const ANSWER_MS = 45_000;

/** A client of the gateway there, or of several that share their work; `token` is what they ask for, empty for none. */
export function createGatewayClient(
  url: string | readonly string[],
  token = "",
  options: GatewayClientOptions = {},
): GatewayClient {
  const { maxReplyChars = DEFAULTS.maxReplyChars } = options;
  const { heartbeatMs = DEFAULTS.heartbeatMs, answerMs = ANSWER_MS } = options;
  /** What is known of the gateway: with each stream it is known better. */
  const habits: GatewayHabits = { heartbeatMs, answerMs, sendsHeartbeats: false };
  const gateway = createUpstream({
    urls: [url].flat(),
    token,
    name: "gateway",
    unavailable: "gateway_unavailable",
    hint: "Run `stack status` to see which service is down.",
    broken: "gateway_error",
    refusal,
  });
  return {
    health: () => gateway.ask({ method: "GET", path: gatewayRoutes.health.path() }, Health),
    models: () => gateway.ask({ method: "GET", path: gatewayRoutes.models.path() }, ModelList),
    cancel: (session_id, { messageId: message_id, signal } = {}) => {
      const path = gatewayRoutes.cancel.path({ session_id });
      const body = message_id === undefined ? undefined : { message_id };
      return gateway.ask({ method: "POST", path, body }, CancelAnswer, signal);
    },
    async *chat(request, signal) {
      const { answer, posted, silence } = await openPatiently(gateway, request, habits, signal);
      const body = await gateway.bodyOf(answer);
      const limit = createReplyLimit("gateway", maxReplyChars);
      const events = readGatewayReply(
        gateway,
        request,
        { headers: answer.headers, body, silence, limit },
        signal,
      );
      yield* posted?.left_out === undefined ? events : tellTrimmed(events, posted.left_out);
    },
    async *join(reply, signal) {
      const silence = new GatewaySilence(habits);
      const { message_id: messageId } = reply;
      const opened = await reopenReply(gateway, reply, AbortSignal.any([signal, silence.signal]));
      const limit = createReplyLimit("gateway", maxReplyChars);
      yield* readGatewayReply(gateway, reply, { ...opened, silence, limit, messageId }, signal);
    },
    close: () => gateway.close(),
  };
}

/**
 * What a gateway answers that does not have the reply's GET (404, 405, 501), or whose store does not have
 * this message: it may be another store than ours, with other conversations under the same keys (404, 409).
 */
const GET_UNAVAILABLE: ReadonlySet<number> = new Set([404, 405, 409, 501]);

const DUMP_TIMEOUT_MS = 1_000;

/** How often a reply is asked for at a gateway that says nothing at all. */
const OPENINGS = 2;

/** Asks anew where the gateway is cut off before it has begun its answer: what it has begun already is joined then. */
async function openPatiently(
  gateway: Upstream,
  request: ReplyRequest,
  habits: GatewayHabits,
  signal: AbortSignal,
): Promise<OpenedReply & { readonly silence: GatewaySilence }> {
  for (let attempt = 1; ; attempt += 1) {
    const silence = new GatewaySilence(habits);
    try {
      silence.waitForAnswer();
      return { ...(await openReply(gateway, request, AbortSignal.any([signal, silence.signal]))), silence };
    } catch (error) {
      if (signal.aborted || !silence.hasFallen) throw error;
      if (attempt >= OPENINGS) throw silence.unanswered(OPENINGS);
    } finally {
      silence.end();
    }
  }
}

/** Asks by GET, where the gateway loads the history itself; by POST, with all of it, where it cannot. */
async function openReply(
  gateway: Upstream,
  { session_id, message_id, question, byPostOnly = false }: ReplyRequest,
  signal: AbortSignal,
): Promise<OpenedReply> {
  const post = async (): Promise<OpenedReply> => {
    const posted = await question();
    const path = gatewayRoutes.chat.path();
    return { answer: await gateway.send({ method: "POST", path, body: posted, signal }), posted };
  };
  if (byPostOnly) return await post();
  const path = gatewayRoutes.resume.path({ session_id }, { message_id });
  const answer = await gateway.send({ method: "GET", path, headers: PROGRAM_HEADER, signal });
  if (!GET_UNAVAILABLE.has(answer.statusCode)) return { answer, posted: undefined };
  // Only so that the connection can be used again; an answer that does not end is left.
  await answer.body
    .dump({ signal: AbortSignal.timeout(DUMP_TIMEOUT_MS), limit: 64 * 1024 })
    .catch(() => undefined);
  return await post();
}

interface OpenedReply {
  readonly answer: Dispatcher.ResponseData;
  /** What the gateway was sent; undefined where it has the history from the store. */
  readonly posted: ChatRequest | undefined;
}

/** Puts in, where the gateway does not tell it, that messages were left out: it need not know that word of ours. */
async function* tellTrimmed(
  groups: AsyncIterable<readonly StreamEvent[]>,
  leftOut: number,
): AsyncIterable<readonly StreamEvent[]> {
  let isOver = false;
  for await (const events of groups) {
    yield events.flatMap((event) => {
      const isBefore =
        event.type === "started" || (event.type === "status_update" && event.status === "planning");
      if (isOver || isBefore) return [event];
      isOver = true;
      return event.type === "notice" ? [event] : [trimmedNotice(leftOut), event];
    });
  }
}

/** The gateway's own error, passed on as it is where it is one of the contract's. */
function refusal(status: number, body: string): WireError {
  try {
    const { error } = ErrorBody.parse(JSON.parse(body));
    // The user's own token was right, or this call would not have been made.
    if (error.code === "unauthorized") {
      return new WireError("gateway_error", `The gateway refuses the HMI: ${error.message}`, SAME_TOKEN);
    }
    if (isWireErrorCode(error.code)) return new WireError(error.code, error.message, error.hint);
    return new WireError("gateway_error", error.message, error.hint);
  } catch {
    return new WireError("gateway_error", `The gateway answered ${status}: ${body.slice(0, 200)}`);
  }
}

const SAME_TOKEN = "Start both with the same setting auth.token.";

function isWireErrorCode(code: string): code is WireErrorCode {
  return Object.hasOwn(WIRE_ERRORS, code);
}
