import { parseEventId } from "../../contract/event-id.ts";
import type { StartedEvent } from "../../contract/event-schemas.ts";
import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { describeStream, eventName, eventsIn } from "../arrived-events.ts";
import type { Context } from "../contract-conversations.ts";
import { replyRow, type SeenReply } from "../seen-reply.ts";
import { plainReplies } from "./plain-replies.ts";

export const started = defineCheck<Context["target"], readonly SeenReply[]>({
  id: "sse/started",
  claim: "every stream begins with who it is: its conversation, its message, its reply and its model",
  why: "A page that is not told which reply it reads gives the text to the one that it happens to show.",
  lookAt:
    "the first event of a stream, also of one that is joined or read again: started, by the reply's own row",
  needs: ["speak the contract"],
  collect: plainReplies,
  judge: (replies) =>
    firstBroken(replies, judgeOne) ?? {
      verdict: "holds",
      seen: replies.map(({ stream }) => describeStream(stream)).join("; "),
    },
});

function judgeOne(reply: SeenReply): Broken | undefined {
  const { stream } = reply;
  const events = eventsIn(stream);
  const places = events.flatMap(({ type }, index) => (type === "started" ? [index] : []));
  const [first] = events;
  const seen = describeStream(stream);
  if (first?.type !== "started" || places.length !== 1) {
    const found = `${first === undefined ? "nothing" : eventName(first)} first, started ${places.length} times`;
    return { verdict: "broken", expected: "started first, and once", found, seen };
  }
  const wrong = wrongFields(first, reply);
  if (wrong.length === 0) return undefined;
  return {
    verdict: "broken",
    expected: wrong.map(({ field, is }) => `${field} ${is}`).join(", "),
    found: wrong.map(({ field, says }) => `${field} ${says}`).join(", "),
    seen,
    rows: [first],
  };
}

interface Field {
  readonly field: string;
  readonly says: string | number | null;
  readonly is: string | number | null | undefined;
}

/** What is told otherwise than it is; what nobody can know from here is not looked at. */
function wrongFields(event: StartedEvent, reply: SeenReply): readonly Field[] {
  const row = replyRow(reply);
  const asked = reply.rows.find(({ role }) => role === "user");
  const model = reply.generations?.at(-1)?.model;
  const fields: Field[] = [
    { field: "session_id", says: event.session_id, is: reply.sessionId },
    { field: "message_id", says: event.message_id, is: asked?.message_id },
    {
      field: "assistant_message_id",
      says: event.assistant_message_id,
      is: row?.message_id ?? parseEventId(reply.stream.events[0]?.id ?? "")?.messageId,
    },
    { field: "model_id", says: event.model_id, is: row?.model_id },
    // Null where the engine's default was not known yet.
    { field: "model", says: event.model, is: event.model === null ? null : model },
  ];
  return fields.filter(({ says, is }) => is !== undefined && says !== is);
}
