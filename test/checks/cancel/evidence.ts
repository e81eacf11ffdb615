import type { CancelledReply } from "../../../src/checks/cancel/cancelled-reply.ts";
import type { StreamEvent } from "../../../src/contract/event-schemas.ts";
import type { SeenCall } from "../../../src/targets/http-client.ts";
import type { SeenGeneration } from "../../../src/targets/seen-evidence.ts";
import { generation, replyRow, row } from "../model-conversation/evidence.ts";
import { executing, planning, stream, token, usage } from "../sse/evidence.ts";

/** An answer with this status and body, 3 ms after the call. */
export function answer(status: number, body: unknown): SeenCall {
  const request = "POST /api/chat/sessions/80/cancel";
  const sent_at = "2026-01-01T00:00:00.000Z";
  return { kind: "call", request, sent_at, status, headers: {}, body, duration_ms: 3 };
}

export const CANCELLED = answer(200, { status: "cancelled", session_id: "80", message_id: "2" });
export const IDLE = answer(200, { status: "idle", session_id: "80" });
export const NOT_FOUND = answer(404, {
  error: { code: "conversation_not_found", message: "There is none." },
});

/** The events of a reply that was cancelled after this text. */
export function cancelledEvents(text = "Hi"): readonly StreamEvent[] {
  return [
    planning,
    executing,
    ...[...text].map(token),
    { type: "status_update", status: "cancelled" },
    usage,
    { type: "done", finish_reason: "cancelled" },
  ];
}

export function aborted(changes: Partial<SeenGeneration> = {}): SeenGeneration {
  return { ...generation(""), ended: "aborted", ...changes };
}

/** A reply that was cancelled as it should be. */
export function cancelledReply(changes: Partial<CancelledReply> = {}): CancelledReply {
  return {
    isForeign: false,
    asked: "Hello",
    answers: [CANCELLED],
    stream: stream(cancelledEvents()),
    readerMs: 4,
    engineMs: 6,
    generations: [aborted()],
    rows: [row(), replyRow({ content: "Hi", status: "cancelled", finish_reason: "cancelled" })],
    ...changes,
  };
}
