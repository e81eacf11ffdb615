import type { WireSettings } from "../../contract/wire-description.ts";
import type { TappedText } from "../../tap/tap-rewrite.ts";
import { readPacket } from "../../targets/drivers/socket-io.ts";
import { parsedEvent } from "../../targets/drivers/stream-framings.ts";
import { asCatalogued, type DescribedChange, type DescribedFault } from "./described-fault.ts";
import { isDescribedCall, isFilled } from "./is-described-call.ts";
import { streamsReply } from "./stream-frames.ts";

/** Whatever cancels never arrives. */
export const cancelSwallowed: DescribedFault = {
  ...asCatalogued("cancel-swallowed"),
  caughtBy: [
    "cancel/mid-reply",
    "cancel/before-first-token",
    "cancel/silence",
    "cancel/at-once",
    "cancel/ending",
    "cancel/saved",
    "cancel/twice",
  ],
  changes:
    "what contract.wire.cancel says: the call is answered on the way, a frame is lost, a stream that was closed is read on",
  begin: swallowCancel,
};

/** A cancel never arrives: the call is answered on the way, the frame is lost, or the closed stream is read on. */
function swallowCancel(
  { cancel, ...wire }: WireSettings,
  onApplied: () => void,
): DescribedChange | undefined {
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
