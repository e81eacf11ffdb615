import type { SeenReply } from "../../../src/checks/seen-reply.ts";
import { formatEventId, NOWHERE, nextPlace } from "../../../src/contract/event-id.ts";
import type { FinishReason, StreamEvent } from "../../../src/contract/event-schemas.ts";
import type { Message } from "../../../src/contract/hmi-schemas.ts";
import { EVENT_STREAM_HEADERS, encodeEvent } from "../../../src/contract/sse.ts";
import type { TimedFact } from "../../../src/targets/drivers/reply-facts.ts";
import { knownStreamDecoder } from "../../../src/targets/drivers/shipped-stream-formats.ts";
import type { SeenChunk, SeenStream } from "../../../src/targets/http-client.ts";
import type { SeenGeneration } from "../../../src/targets/seen-evidence.ts";
import { generation, replyRow, row } from "../model-conversation/evidence.ts";

export const planning: StreamEvent = { type: "status_update", status: "planning" };
export const executing: StreamEvent = { type: "status_update", status: "executing" };
export const complete: StreamEvent = { type: "status_update", status: "complete" };
export const failing: StreamEvent = { type: "status_update", status: "error" };
export const error: StreamEvent = { type: "error", code: "engine_error", message: "It failed." };
export const usage: StreamEvent = {
  type: "usage",
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
  cost_usd: 0,
  timings: null,
};

export function token(content: string): StreamEvent {
  return { type: "token", content };
}

export function done(finish_reason: FinishReason = "stop"): StreamEvent {
  return { type: "done", finish_reason };
}

export const started: StreamEvent = {
  type: "started",
  session_id: "80",
  message_id: "1",
  assistant_message_id: "2",
  model: null,
  model_id: 184,
};

/** The events of a reply with this text, each character a token. */
export function whole(text = "Hi"): readonly StreamEvent[] {
  return [started, planning, executing, ...[...text].map(token), complete, usage, done()];
}

/** A stream of these events as it must be, each a millisecond after the one before, unless `at` says when. */
export function stream(
  events: readonly StreamEvent[] = whole(),
  { at = [], ...changes }: Partial<SeenStream> & { at?: readonly number[] } = {},
): SeenStream {
  let place = NOWHERE;
  const seen = events.map((event, index) => {
    place = nextPlace(place, event);
    return { at_ms: at[index] ?? index + 1, id: { messageId: "9", place }, event };
  });
  const chunks = seen.map(({ at_ms, id, event }) => {
    return { at_ms, latin1: Buffer.from(encodeEvent(id, event)).toString("latin1") };
  });
  return {
    kind: "stream",
    request: "GET /api/chat/stream/80",
    sent_at: "2026-01-01T00:00:00.000Z",
    status: 200,
    headers: EVENT_STREAM_HEADERS,
    content_type: EVENT_STREAM_HEADERS["content-type"],
    chunks,
    events: seen.map(({ id, ...rest }) => ({ ...rest, id: formatEventId(id) })),
    facts: factsInChunks(chunks, EVENT_STREAM_HEADERS["content-type"]),
    comments_ms: [],
    body: null,
    end: "closed",
    duration_ms: 10,
    ...withFacts(changes),
  };
}

/** Events that are given are what the stream says; so are bytes. */
function withFacts(changes: Partial<SeenStream>): Partial<SeenStream> {
  const { chunks } = changes;
  if (chunks === undefined) return changes;
  return {
    facts: factsInChunks(chunks, changes.content_type ?? EVENT_STREAM_HEADERS["content-type"]),
    ...changes,
  };
}

/** A message of the HMI and its reply, as they must be. */
export function reply(changes: Partial<SeenReply> = {}): SeenReply {
  return {
    door: "message",
    name: "test",
    options: {},
    message: "Hello",
    sessionId: "80",
    stream: stream(),
    rows: [row(), savedReply()],
    generations: [asked()],
    ...changes,
  };
}

export function savedReply(changes: Partial<Message> = {}): Message {
  const counts = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
  return replyRow({ content: "Hi", usage: counts, ...changes });
}

export function asked(changes: Partial<SeenGeneration> = {}): SeenGeneration {
  return { ...generation("nothing"), counted: { prompt_tokens: 3, completion_tokens: 2 }, ...changes };
}

/** The facts in bytes that passed, whichever of these streams they are of. */
function factsInChunks(chunks: readonly SeenChunk[], contentType: string): TimedFact[] {
  const facts: TimedFact[] = [];
  let at_ms = 0;
  const reader = knownStreamDecoder(contentType)((fact) => facts.push({ ...fact, at_ms }));
  for (const chunk of chunks) {
    at_ms = chunk.at_ms;
    reader.push(Buffer.from(chunk.latin1, "latin1"));
  }
  reader.end();
  return facts;
}
