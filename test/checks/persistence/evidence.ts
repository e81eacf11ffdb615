import type { StoredReply } from "../../../src/checks/persistence/stored-replies.ts";
import { row } from "../model-conversation/evidence.ts";
import { savedReply, stream } from "../sse/evidence.ts";

/** A reply, "Hi", that came to its end and was stored as it should be. */
export function stored(changes: Partial<StoredReply> = {}): StoredReply {
  return {
    name: "complete",
    asked: "Hello",
    stream: stream(),
    rows: [row(), savedReply()],
    history: null,
    replay: stream(),
    generations: null,
    speaksContract: true,
    ...changes,
  };
}
