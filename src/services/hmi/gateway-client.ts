import type { Dispatcher } from "undici";
import { PROGRAM_HEADER } from "../../contract/caller-headers.ts";
import { ErrorBody, Health, ModelList } from "../../contract/common-schemas.ts";
import { DEFAULTS } from "../../contract/contract-defaults.ts";
import { formatEventId, parseEventId, STEP } from "../../contract/event-id.ts";
import type { StreamEvent } from "../../contract/event-schemas.ts";
import { CancelAnswer, type ChatRequest } from "../../contract/gateway-schemas.ts";
import { gatewayRoutes } from "../../contract/routes.ts";
import { parseEventData } from "../../contract/sse.ts";
import { createSseDecoder } from "../../contract/sse-decoder.ts";
import { trimmedNotice } from "../../contract/trimmed-notice.ts";
import { WIRE_ERRORS, WireError, type WireErrorCode } from "../../contract/wire-error.ts";
import { createUpstream, type Upstream } from "../http/upstream-client.ts";
import { createReplyLimit, type ReplyLimit } from "../stream/reply-limit.ts";
import { GatewaySilence } from "./gateway-silence.ts";

/** Names one reply at the gateway. */
export type ReplyKey = Pick<ChatRequest, "session_id" | "message_id">;

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
}

/** A client of the gateway there, or of several that share their work; `token` is what they ask for, empty for none. */
export function createGatewayClient(
  url: string | readonly string[],
  token = "",
  { maxReplyChars = DEFAULTS.maxReplyChars, heartbeatMs = DEFAULTS.heartbeatMs }: GatewayClientOptions = {},
): GatewayClient {
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
      const silence = new GatewaySilence(heartbeatMs);
      const { answer, posted } = await openReply(gateway, request, AbortSignal.any([signal, silence.signal]));
      const reading = { answer, silence, limit: createReplyLimit("gateway", maxReplyChars) };
      const events = readOn(gateway, request, reading, signal);
      yield* posted?.left_out === undefined ? events : tellTrimmed(events, posted.left_out);
    },
    async *join(reply, signal) {
      const silence = new GatewaySilence(heartbeatMs);
      const { message_id: messageId } = reply;
      const answer = await reopenReply(gateway, reply, AbortSignal.any([signal, silence.signal]));
      const reading = { answer, silence, limit: createReplyLimit("gateway", maxReplyChars), messageId };
      yield* readOn(gateway, reply, reading, signal);
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

/** For a gateway that runs, where a reply that has begun is answered at once. */
const REOPEN_TIMEOUT_MS = 10_000;

/** Asks as a reader that comes back, because for such a one nothing is started; without `lastId`, for all from the first on. */
async function reopenReply(
  gateway: Upstream,
  { session_id, message_id }: ReplyKey,
  signal: AbortSignal,
  lastId?: string,
): Promise<Dispatcher.ResponseData> {
  const path = gatewayRoutes.resume.path({ session_id }, { message_id });
  const beforeTheFirst = formatEventId({
    messageId: message_id,
    place: { step: STEP.started, thinking: 0, text: 0 },
  });
  const headers = { ...PROGRAM_HEADER, "last-event-id": lastId ?? beforeTheFirst };
  const timeout = new AbortController();
  const reason = new DOMException(`no answer in ${REOPEN_TIMEOUT_MS / 1_000} s`, "TimeoutError");
  const timer = setTimeout(() => timeout.abort(reason), REOPEN_TIMEOUT_MS);
  try {
    const either = AbortSignal.any([signal, timeout.signal]);
    return await gateway.send({ method: "GET", path, headers, signal: either });
  } finally {
    // The stream itself may take as long as it likes.
    clearTimeout(timer);
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

/** A reply that is read. */
interface Reading {
  readonly answer: Dispatcher.ResponseData;
  /** Ends what is read where the gateway is cut off. */
  readonly silence: GatewaySilence;
  /** Most that it has, thoughts included: also over several connections. */
  readonly limit: ReplyLimit;
  /** Only this reply's events are taken, because another one's text must not be saved as its. */
  readonly messageId?: string;
}

/** How often the rest of a reply is asked for whose gateway says nothing more. */
const REOPENINGS = 3;

/** The events of a reply, over another connection where one falls silent: each once, because its place is known. */
async function* readOn(
  gateway: Upstream,
  reply: ReplyKey,
  first: Reading,
  signal: AbortSignal,
): AsyncIterable<readonly StreamEvent[]> {
  let reading = first;
  let lastId = "";
  for (;;) {
    const { silence } = reading;
    try {
      silence.watch(reading.answer.headers);
      yield* readEvents(await gateway.bodyOf(reading.answer), reading, (id) => {
        lastId = id;
      });
      return;
    } catch (error) {
      if (signal.aborted || !silence.hasFallen) throw error;
    } finally {
      silence.end();
    }
    const next = silence.again();
    const answer = await openRest(gateway, reply, AbortSignal.any([signal, next.signal]), lastId).catch(
      (cause: unknown) => {
        if (signal.aborted) throw cause;
        throw silence.error(cause);
      },
    );
    reading = { ...reading, silence: next, answer };
  }
}

/** The rest of a reply. Throws where nobody has it, or where its place is not known: then nothing can be told apart from what came. */
async function openRest(
  gateway: Upstream,
  reply: ReplyKey,
  signal: AbortSignal,
  lastId: string,
): Promise<Dispatcher.ResponseData> {
  if (parseEventId(lastId)?.messageId !== reply.message_id) {
    throw new WireError("gateway_error", "its events do not say where in the reply they are.");
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await reopenReply(gateway, reply, signal, lastId);
      await gateway.bodyOf(answer);
      return answer;
    } catch (error) {
      const mayBeBack = error instanceof WireError && error.code === "gateway_unavailable";
      if (!mayBeBack || attempt >= REOPENINGS) throw error;
    }
  }
}

/** Most that a stream says beside text and thoughts, in characters of its events' data. */
const MAX_OTHER_CHARS = 1024 * 1024;

/**
 * The events of a stream. A gateway need not keep to our limits: they are kept here, too.
 *
 * @param onId told of each event's id
 */
async function* readEvents(
  body: AsyncIterable<Uint8Array>,
  { limit, silence, messageId }: Reading,
  onId: (id: string) => void,
): AsyncIterable<readonly StreamEvent[]> {
  let events: StreamEvent[] = [];
  let otherChars = 0;
  const take = (event: StreamEvent, dataChars: number): void => {
    if (event.type !== "token" && event.type !== "thinking") {
      otherChars += dataChars;
      if (otherChars > MAX_OTHER_CHARS) {
        const message = `The gateway sent more than ${MAX_OTHER_CHARS} characters of events that are no text.`;
        throw new WireError("gateway_error", message);
      }
      events.push(event);
      return;
    }
    const content = limit.fit(event.content);
    if (content !== "") events.push({ ...event, content });
    limit.check();
  };
  const decoder = createSseDecoder({
    onMessage({ id, data }) {
      if (messageId !== undefined && parseEventId(id)?.messageId !== messageId) {
        throw new WireError("gateway_error", `The gateway sent the event "${id}" for message ${messageId}.`);
      }
      const event = parseEventData(data);
      if ("malformed" in event) {
        throw new WireError(
          "gateway_error",
          `The gateway sent something else than an event: ${event.malformed}`,
        );
      }
      onId(id);
      take(event, data.length);
    },
    onComment: () => silence.heartbeat(),
  });
  for await (const bytes of body) {
    try {
      decoder.push(bytes);
    } finally {
      silence.heard();
      // A failure costs nothing of what came before it.
      yield events;
      events = [];
    }
  }
}
