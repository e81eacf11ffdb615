import type { KilledReply } from "../../../src/checks/drill/killed-reply.ts";
import type { StreamEvent } from "../../../src/contract/event-schemas.ts";
import type { KeptServiceState } from "../../../src/targets/service-killer.ts";
import { row } from "../model-conversation/evidence.ts";
import {
  done,
  error,
  executing,
  failing,
  planning,
  savedReply,
  started,
  stream,
  token,
} from "../sse/evidence.ts";

/** What the engine would have said, and how far it came. */
export const SCRIPT = "1 2 3 4 5 6";
export const HALF = "1 2 3";

/** The events of a reply with this text, and this end. */
export function eventsOf(text: string, ...end: readonly StreamEvent[]): readonly StreamEvent[] {
  return [started, planning, executing, token(text), ...end];
}

export const failed = [failing, error, done("error")] as const;

/** The rows of a reply with this text and status. */
export function rowsWith(content: string, status: "error" | "interrupted" | "complete" | "streaming") {
  return [row(), savedReply({ content, status, finish_reason: status === "complete" ? "stop" : "error" })];
}

export function up(name: string, restarts = 0): KeptServiceState {
  return { name, state: "up", restarts, problem: null };
}

/** A reply whose gateway was killed, and after which all went as it must. */
export function killed(changes: Partial<KilledReply> = {}): KilledReply {
  const rows = rowsWith(HALF, "error");
  return {
    victim: "gateway",
    asked: "Hello",
    script: SCRIPT,
    stream: stream(eventsOf(HALF, ...failed)),
    shown_before: "1",
    ended_before: false,
    went_on: false,
    back_after_ms: 1_200,
    rows,
    replay: stream(eventsOf(HALF, ...failed)),
    history: rows,
    next: {
      call: {
        kind: "call",
        request: "POST /api/chat/message",
        sent_at: "2026-01-01T00:00:00.000Z",
        status: 200,
        headers: {},
        body: {},
        duration_ms: 1,
      },
      stream: stream(),
      rows: [...rows, row({ message_id: "3" }), savedReply({ message_id: "4" })],
    },
    before: [up("engine"), up("gateway"), up("hmi")],
    after: [up("engine"), up("gateway", 1), up("hmi")],
    ...changes,
  };
}

/** One whose HMI was killed, and that went on to its end when it was up again. */
export function killedHmi(changes: Partial<KilledReply> = {}): KilledReply {
  const rows = rowsWith(SCRIPT, "complete");
  return killed({
    victim: "hmi",
    stream: stream(eventsOf(HALF), { end: "cut" }),
    rows,
    replay: stream(eventsOf(SCRIPT, done())),
    history: rows,
    after: [up("engine"), up("gateway"), up("hmi", 1)],
    ...changes,
  });
}
