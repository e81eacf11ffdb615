import { Transform } from "node:stream";
import type { StreamDescription, WireSettings } from "../../contract/wire-description.ts";
import type { Rewrite, TappedAnswer, TappedRequest } from "../../tap/tap-rewrite.ts";
import type { ReplyFact } from "../../targets/drivers/reply-facts.ts";
import { streamDecoderOf } from "../../targets/drivers/stream-decoder.ts";
import { isDescribedCall } from "./is-described-call.ts";

/** What ends a frame, by how a stream is framed. */
const FRAME_ENDS: Readonly<Partial<Record<StreamDescription["framing"], RegExp>>> = {
  sse: /\r?\n\r?\n/g,
  ndjson: /\r?\n/g,
  "data-stream": /\r?\n/g,
};

/** What becomes of one frame of a reply's stream; undefined lets it pass, an empty text loses it. */
export type FrameChange = (facts: readonly ReplyFact[], text: string) => string | undefined;

/**
 * Changes the frames of replies' streams by what a description hears in them, also on a stream that stays open, and on a WebSocket,
 * where a frame is either lost or as it was. Undefined where a stream has no frames.
 *
 * @param begin a change for each stream: it may remember what has passed
 */
export function rewriteFrames(
  { stream, ...wire }: WireSettings,
  begin: () => FrameChange,
  onApplied: () => void,
): Rewrite | undefined {
  if (stream === undefined) return undefined;
  const applying = (change: FrameChange) => (text: string) => {
    const changed = change(factsInFrame(stream, text), text);
    if (changed !== undefined) onApplied();
    return changed;
  };
  if (stream.framing === "websocket" || stream.framing === "socket.io") {
    // One that would have to be another text is not changed at all.
    const change = begin();
    const losing = applying((facts, text) => (change(facts, text) === "" ? "" : undefined));
    return { losesText: ({ from, text }) => from === "upstream" && losing(text) === "" };
  }
  const frameEnd = FRAME_ENDS[stream.framing];
  if (frameEnd === undefined) return undefined;
  return {
    body: ({ request }: TappedAnswer) =>
      streamsReply(wire, request) ? changedFrames(frameEnd, applying(begin())) : undefined,
  };
}

/** Whether a call is one that streams replies. */
export function streamsReply(
  { read, send, send_first }: Pick<WireSettings, "read" | "send" | "send_first">,
  request: TappedRequest,
): boolean {
  const calls = read === undefined ? [send, send_first] : [read];
  return calls.some((call) => call !== undefined && isDescribedCall(call, request));
}

function factsInFrame(stream: StreamDescription, frame: string): readonly ReplyFact[] {
  const facts: ReplyFact[] = [];
  const decoder = streamDecoderOf(stream)((fact) => facts.push(fact));
  decoder.push(Buffer.from(frame));
  decoder.end();
  return facts;
}

function changedFrames(frameEnd: RegExp, change: (frame: string) => string | undefined): Transform {
  const utf8 = new TextDecoder();
  let rest = "";
  return new Transform({
    transform(bytes: Buffer, _, done) {
      rest += utf8.decode(bytes, { stream: true });
      const passing: string[] = [];
      let from = 0;
      for (const end of rest.matchAll(frameEnd)) {
        const frame = rest.slice(from, end.index + end[0].length);
        passing.push(change(frame) ?? frame);
        from = end.index + end[0].length;
      }
      rest = rest.slice(from);
      done(null, passing.join(""));
    },
    flush(done) {
      rest += utf8.decode();
      done(null, rest === "" ? "" : (change(rest) ?? rest));
    },
  });
}
