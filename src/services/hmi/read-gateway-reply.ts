import type { Dispatcher } from "undici";
import { PROGRAM_HEADER } from "../../contract/caller-headers.ts";
import { formatEventId, parseEventId, STEP } from "../../contract/event-id.ts";
import type { StreamEvent } from "../../contract/event-schemas.ts";
import type { ChatRequest } from "../../contract/gateway-schemas.ts";
import { gatewayRoutes } from "../../contract/routes.ts";
import { parseEventData } from "../../contract/sse.ts";
import { createSseDecoder } from "../../contract/sse-decoder.ts";
import { WireError } from "../../contract/wire-error.ts";
import type { Upstream } from "../http/upstream-client.ts";
import type { ReplyLimit } from "../stream/reply-limit.ts";
import type { GatewaySilence } from "./gateway-silence.ts";

/** Names one reply at the gateway. */
export type ReplyKey = Pick<ChatRequest, "session_id" | "message_id">;

/** The stream of a reply that a gateway has opened. */
interface OpenedStream extends Pick<Dispatcher.ResponseData, "headers"> {
  readonly body: AsyncIterable<Uint8Array>;
}

/** For a gateway that runs, where a reply that has begun is answered at once. */
const REOPEN_TIMEOUT_MS = 10_000;

/** Asks as a reader that comes back, because for such a one nothing is started; without `lastId`, for all from the first on. */
export async function reopenReply(
  gateway: Upstream,
  { session_id, message_id }: ReplyKey,
  signal: AbortSignal,
  lastId?: string,
): Promise<OpenedStream> {
  const path = gatewayRoutes.resume.path({ session_id }, { message_id });
  const beforeTheFirst = formatEventId({
    messageId: message_id,
    place: { step: STEP.started, thinking: 0, text: 0 },
  });
  const headers = { ...PROGRAM_HEADER, "last-event-id": lastId ?? beforeTheFirst };
  const timeout = new AbortController();
  const reason = new DOMException(`no answer in ${REOPEN_TIMEOUT_MS / 1_000} s`, "TimeoutError");
  const timer = setTimeout(() => timeout.abort(reason), REOPEN_TIMEOUT_MS);
  const either = AbortSignal.any([signal, timeout.signal]);
  const answer = await gateway
    .send({ method: "GET", path, headers, signal: either })
    // The stream itself may take as long as it likes.
    .finally(() => clearTimeout(timer));
  return { headers: answer.headers, body: await gateway.bodyOf(answer) };
}

/** A reply that is read. */
interface Reading extends OpenedStream {
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
export async function* readGatewayReply(
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
      silence.watch(reading.headers);
      yield* readEvents(reading, (id) => {
        lastId = id;
      });
      return;
    } catch (error) {
      if (signal.aborted || !silence.hasFallen) throw error;
    } finally {
      silence.end();
    }
    const next = silence.again();
    const opened = await openRest(gateway, reply, AbortSignal.any([signal, next.signal]), lastId).catch(
      (cause: unknown) => {
        if (signal.aborted) throw cause;
        throw silence.error(cause);
      },
    );
    reading = { ...reading, ...opened, silence: next };
  }
}

/** The rest of a reply. Throws where nobody has it, or where its place is not known: then nothing can be told apart from what came. */
async function openRest(
  gateway: Upstream,
  reply: ReplyKey,
  signal: AbortSignal,
  lastId: string,
): Promise<OpenedStream> {
  if (parseEventId(lastId)?.messageId !== reply.message_id) {
    throw new WireError("gateway_error", "its events do not say where in the reply they are.");
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await reopenReply(gateway, reply, signal, lastId);
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
  { body, limit, silence, messageId }: Reading,
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
