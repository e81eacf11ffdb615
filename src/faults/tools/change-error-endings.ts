import type { StreamEvent } from "../../contract/event-schemas.ts";
import type { Rewrite } from "../../tap/tap-rewrite.ts";
import { insteadOf, rewriteEvents } from "./rewrite-events.ts";

/** What an event of an ending becomes; undefined drops it, the same object lets it pass. */
export type EndingChange = (event: StreamEvent) => StreamEvent | undefined;

/** Changes the endings that have an error of this code: from their status on, which tells nothing of why. */
export function changeErrorEndings(code: string, change: EndingChange, onApplied: () => void): Rewrite {
  return rewriteEvents(() => {
    /** The status, until the error after it says which ending it is. */
    let held: Parameters<typeof insteadOf>[0] | undefined;
    let isIt = false;
    const changed = (frame: Parameters<typeof insteadOf>[0]): string => {
      if (frame.event === undefined || !isIt) return frame.text;
      const event = change(frame.event);
      if (event === frame.event) return frame.text;
      onApplied();
      return event === undefined ? "" : insteadOf(frame, event);
    };
    return {
      frame(frame) {
        const { event } = frame;
        if (event?.type === "status_update" && event.status === "error") {
          held = frame;
          return "";
        }
        if (event?.type === "error") isIt = event.code === code;
        const before = held === undefined ? "" : changed(held);
        held = undefined;
        return before + changed(frame);
      },
    };
  });
}

/** An error as if the reply were whole: complete, and done with stop. */
export const asSuccess: EndingChange = (event) => {
  if (event.type === "error") return undefined;
  if (event.type === "status_update") return { type: "status_update", status: "complete" };
  return event.type === "done" ? { type: "done", finish_reason: "stop" } : event;
};
