import { Transform } from "node:stream";
import type { StreamDescription, WireSettings } from "../contract/wire-description.ts";
import type { Rewrite, TappedAnswer, TappedRequest, TappedText } from "../tap/tap-rewrite.ts";
import { readPacket } from "../targets/drivers/socket-io.ts";
import { streamDecoderOf } from "../targets/drivers/stream-decoder.ts";
import { parsedEvent } from "../targets/drivers/stream-framings.ts";
import { isDescribedCall, isFilled } from "./is-described-call.ts";

/** A fault as a wire can suffer it that is known by its description; undefined where this one cannot. */
type DescribedFault = (wire: WireSettings, onApplied: () => void) => Rewrite | undefined;

const DESCRIBED_FAULTS: Readonly<Record<string, DescribedFault>> = {
  "done-missing": loseEnds,
  "cancel-swallowed": swallowCancel,
};

/** How a wire goes wrong by a fault of this name, as far as its description tells; undefined where it tells nothing of that. */
export function describedFault(name: string, wire: WireSettings, onApplied: () => void): Rewrite | undefined {
  return DESCRIBED_FAULTS[name]?.(wire, onApplied);
}

/** What ends a frame, by how a stream is framed. */
const FRAME_ENDS: Readonly<Partial<Record<StreamDescription["framing"], RegExp>>> = {
  sse: /\r?\n\r?\n/g,
  ndjson: /\r?\n/g,
  "data-stream": /\r?\n/g,
};

/** Loses each event that tells the end of a reply: also on a stream that stays open, and on a WebSocket. */
function loseEnds({ stream, ...wire }: WireSettings, onApplied: () => void): Rewrite | undefined {
  if (stream?.done === undefined) return undefined;
  const isEnd = (frame: string): boolean => {
    let isOver = false;
    const decoder = streamDecoderOf(stream)(({ kind }) => {
      isOver ||= kind === "done";
    });
    decoder.push(Buffer.from(frame));
    decoder.end();
    if (isOver) onApplied();
    return isOver;
  };
  if (stream.framing === "websocket" || stream.framing === "socket.io") {
    return { losesText: ({ from, text }) => from === "upstream" && isEnd(text) };
  }
  const frameEnd = FRAME_ENDS[stream.framing];
  if (frameEnd === undefined) return undefined;
  return {
    body: ({ request }: TappedAnswer) =>
      streamsReply(wire, request) ? withoutFrames(frameEnd, isEnd) : undefined,
  };
}

/** Whether a call is one that streams replies. */
function streamsReply(
  { read, send, send_first }: Pick<WireSettings, "read" | "send" | "send_first">,
  request: TappedRequest,
): boolean {
  const calls = read === undefined ? [send, send_first] : [read];
  return calls.some((call) => call !== undefined && isDescribedCall(call, request));
}

/** Lets through what is framed, but for some frames. */
function withoutFrames(frameEnd: RegExp, isLost: (frame: string) => boolean): Transform {
  const utf8 = new TextDecoder();
  let rest = "";
  return new Transform({
    transform(bytes: Buffer, _, done) {
      rest += utf8.decode(bytes, { stream: true });
      const passing: string[] = [];
      let from = 0;
      for (const end of rest.matchAll(frameEnd)) {
        const frame = rest.slice(from, end.index + end[0].length);
        if (!isLost(frame)) passing.push(frame);
        from = end.index + end[0].length;
      }
      rest = rest.slice(from);
      done(null, passing.join(""));
    },
    flush(done) {
      rest += utf8.decode();
      done(null, rest === "" || isLost(rest) ? "" : rest);
    },
  });
}

/** A cancel never arrives: the call is answered on the way, the frame is lost, or the closed stream is read on. */
function swallowCancel({ cancel, ...wire }: WireSettings, onApplied: () => void): Rewrite | undefined {
  if (cancel === undefined) return undefined;
  if (cancel === "close") {
    return {
      outlivesClient(request) {
        const isMeant = streamsReply(wire, request);
        if (isMeant) onApplied();
        return isMeant;
      },
    };
  }
  const { request: call, body, frame } = cancel;
  if (call === undefined) {
    return {
      losesText({ from, text }: TappedText) {
        const isMeant = from === "client" && isStop(frame, text);
        if (isMeant) onApplied();
        return isMeant;
      },
    };
  }
  return {
    answer(request) {
      if (!isDescribedCall({ request: call, body }, request)) return undefined;
      onApplied();
      return { status: 200, body: "{}" };
    },
  };
}

/** Whether what a client says is this: JSON, or an event of socket.io by its name and its values. */
function isStop(frame: unknown, text: string): boolean {
  const packet = readPacket(text);
  const said = packet.kind === "event" ? [packet.name, ...packet.values] : parsedEvent(text);
  return isFilled(frame, said);
}
