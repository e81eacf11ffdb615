import { Transform } from "node:stream";
import { type EventId, NOWHERE, parseEventId } from "../../contract/event-id.ts";
import type { StreamEvent } from "../../contract/event-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { encodeEvent, parseEventData } from "../../contract/sse.ts";
import type { Rewrite, TappedAnswer, TappedRequest } from "../../tap/tap-rewrite.ts";
import type { Reach } from "../fault.ts";

/** One event or comment of a stream, on its way to the client. */
export interface SseFrame {
  /** The bytes, with the blank line that ends them. */
  readonly text: string;
  /** True for a heartbeat. */
  readonly isComment: boolean;
  /** Undefined for a comment, and for what is no event of the contract. */
  readonly event: StreamEvent | undefined;
  /** Without meaning where there is no event. */
  readonly id: EventId;
}

/** What changes one stream; made anew for each, so that it may remember what has passed. */
export interface StreamChange {
  /** What goes out in a frame's place: `frame.text` lets it pass, an empty text drops it. */
  frame(frame: SseFrame): string;
  /** What still goes out when the server has closed the stream. */
  end?(): string;
}

/** Changes the event streams that a service answers with, all of them or those of some requests. */
export function rewriteEvents(
  change: (answer: TappedAnswer) => StreamChange,
  isMeant: (request: TappedRequest) => boolean = () => true,
): Rewrite {
  return {
    body(answer) {
      if (!isEventStream(answer) || !isMeant(answer.request)) return undefined;
      return changeFrames(change(answer));
    },
  };
}

/** The streams that a fault of this reach changes. */
export function streamsWithin(reach: Reach = "one-call"): (request: TappedRequest) => boolean {
  return reach === "one-call" ? isGeneralStream : () => true;
}

/** True for the HMI's general stream, where a bug of the one call that sends and streams is. */
export function isGeneralStream({ path }: TappedRequest): boolean {
  return path.startsWith(hmiRoutes.generalStream.pattern);
}

/** Another event in a frame's place, under the same id. */
export function insteadOf({ id }: SseFrame, event: StreamEvent): string {
  return encodeEvent(id, event);
}

export function isEventStream({ headers }: TappedAnswer): boolean {
  return String(headers["content-type"]).startsWith("text/event-stream");
}

function changeFrames(change: StreamChange): Transform {
  const utf8 = new TextDecoder();
  let rest = "";
  return new Transform({
    transform(bytes: Buffer, _, done) {
      const frames = (rest + utf8.decode(bytes, { stream: true })).split("\n\n");
      rest = frames.pop() ?? "";
      done(null, frames.map((frame) => change.frame(frameOf(frame))).join(""));
    },
    flush(done) {
      done(null, rest + (change.end?.() ?? ""));
    },
  });
}

function frameOf(text: string): SseFrame {
  const id = parseEventId(/^id: (.*)$/m.exec(text)?.[1] ?? "") ?? { messageId: "", place: NOWHERE };
  const data = /^data: (.*)$/m.exec(text)?.[1];
  const event = data === undefined ? undefined : parseEventData(data);
  return {
    text: `${text}\n\n`,
    isComment: text.startsWith(":"),
    event: event === undefined || "malformed" in event ? undefined : event,
    id,
  };
}
