import { formatEventId, NOWHERE, parseEventId, STEP, type StreamPlace } from "../src/contract/event-id.ts";
import type { StreamEvent } from "../src/contract/event-schemas.ts";
import { hmiRoutes } from "../src/contract/routes.ts";
import { EVENT_STREAM_WANTED, type SseMessage } from "../src/contract/sse-decoder.ts";
import { ApiError } from "./api-error.ts";
import type { HmiConnection } from "./hmi-connection.ts";
import { parseStreamEvent } from "./parse-stream-event.ts";
import { readMessages, sleep, watchSilence } from "./read-sse-messages.ts";
import { retryDelayMs } from "./reconnect-delay.ts";

export interface ReplyStream {
  readonly connection: HmiConnection;
  readonly sessionId: string;
  /** The reply that is followed. */
  readonly messageId: string;
  /** How many characters of it are there already: of what the model thought, and of what it said. */
  readonly length: { readonly thinking: number; readonly text: number };
  /** Ends the following, not the reply. */
  readonly signal: AbortSignal;
  /** Told of the events as they arrive, in groups, each once. */
  onEvents(events: readonly StreamEvent[]): void;
  /** The connection broke, or could not be made (then with the error); it is tried again after this long. */
  onLost(retryInMs: number, error: ApiError | undefined): void;
  /** There is a connection again. */
  onRestored(): void;
}

/** `superseded`: the conversation's stream is another reply's by now. `left`: the signal ended it. */
export type FollowOutcome = "ended" | "superseded" | "left";

/**
 * Follows a reply to its end, over as many connections as it takes. Throws an ApiError where the HMI
 * refuses the stream or sends something that is no event.
 */
export async function followReply(stream: ReplyStream): Promise<FollowOutcome> {
  const { thinking, text } = stream.length;
  const place: Place = { seen: thinking + text === 0 ? NOWHERE : { step: STEP.executing, thinking, text } };
  for (let failures = 0; ; failures += 1) {
    const onOpen = (): void => {
      if (failures > 0) stream.onRestored();
    };
    const onProgress = (): void => {
      failures = 0;
    };
    const { outcome, error } = await attempt(stream, place, { onOpen, onProgress });
    if (stream.signal.aborted) return "left";
    if (outcome !== "cut") return outcome;
    const delay = retryDelayMs(failures);
    stream.onLost(delay, error);
    await sleep(delay, stream.signal);
    if (stream.signal.aborted) return "left";
  }
}

/** Where the reader is; see `contract/event-id.ts`. */
interface Place {
  /** What of the reply is here. */
  seen: StreamPlace;
}

interface Progress {
  onOpen(): void;
  onProgress(): void;
}

interface AttemptResult {
  readonly outcome: "ended" | "superseded" | "cut";
  /** Why there is no connection, where the HMI said or did not answer at all. */
  readonly error?: ApiError | undefined;
}

/** One connection; throws only what the next one would meet again. */
async function attempt(stream: ReplyStream, place: Place, progress: Progress): Promise<AttemptResult> {
  try {
    return { outcome: await readOnce(stream, place, progress) };
  } catch (error) {
    if (stream.signal.aborted || !(error instanceof ApiError)) return { outcome: "cut" };
    if (isRefusal(error)) throw error;
    return { outcome: "cut", error };
  }
}

/** One connection: until the reply's end, another reply's event, or a cut. */
async function readOnce(
  stream: ReplyStream,
  place: Place,
  progress: Progress,
): Promise<"ended" | "superseded" | "cut"> {
  const silence = watchSilence();
  try {
    const response = await stream.connection.request(
      hmiRoutes.stream.path({ session_id: stream.sessionId }, { message_id: stream.messageId }),
      {
        headers: headersFrom(stream.messageId, place),
        signal: AbortSignal.any([stream.signal, silence.signal]),
      },
    );
    progress.onOpen();
    for await (const messages of readMessages(response, silence.heard)) {
      const events: StreamEvent[] = [];
      const outcome = takeNew(messages, stream.messageId, place, events);
      if (events.length > 0) {
        progress.onProgress();
        stream.onEvents(events);
      }
      if (outcome !== undefined) return outcome;
    }
    return "cut";
  } finally {
    silence.stop();
  }
}

function headersFrom(messageId: string, { seen }: Place): Record<string, string> {
  if (seen.step < 0) return EVENT_STREAM_WANTED;
  return { ...EVENT_STREAM_WANTED, "last-event-id": formatEventId({ messageId, place: seen }) };
}

/** Collects what the reader has not seen yet, up to the end of the reply. */
function takeNew(
  messages: readonly SseMessage[],
  messageId: string,
  place: Place,
  events: StreamEvent[],
): "ended" | "superseded" | undefined {
  for (const { ownId, data } of messages) {
    const eventId = parseEventId(ownId ?? "");
    if (eventId !== undefined && eventId.messageId !== messageId) return "superseded";
    const event = parseStreamEvent(data);
    if (event === undefined) throw notAnEvent();
    const unseen = eventId === undefined ? event : afterPlace(event, eventId.place, place.seen);
    if (eventId !== undefined) place.seen = furthest(place.seen, eventId.place);
    if (unseen !== undefined) events.push(unseen);
    if (event.type === "done") return "ended";
  }
  return undefined;
}

/** How far a reader is who has seen both. */
function furthest(one: StreamPlace, other: StreamPlace): StreamPlace {
  return {
    step: Math.max(one.step, other.step),
    thinking: Math.max(one.thinking, other.thinking),
    text: Math.max(one.text, other.text),
  };
}

/** The part of an event that lies after a place; a piece of text may lie across it. */
function afterPlace(event: StreamEvent, end: StreamPlace, seen: StreamPlace): StreamEvent | undefined {
  if (event.type !== "token" && event.type !== "thinking") return end.step > seen.step ? event : undefined;
  const unseen = event.type === "token" ? end.text - seen.text : end.thinking - seen.thinking;
  return unseen <= 0 ? undefined : { ...event, content: event.content.slice(-unseen) };
}

function notAnEvent(): ApiError {
  return new ApiError(200, {
    code: "bad_stream",
    message: "The HMI sent something that is not a chat event.",
    hint: "Reload the page: it may be older than the HMI.",
  });
}

/** The HMI answered, and would answer the same again. */
function isRefusal({ status }: ApiError): boolean {
  return status !== 0 && status < 500;
}
