import { expect, test } from "vitest";
import { type ChatState, INITIAL_STATE } from "../../web/chat-state.ts";
import { allDrafts } from "../../web/drafts.ts";
import { reduce } from "../../web/reduce-chat.ts";
import { SENT, session } from "./rows.ts";

const here = (sessionId: string | null) => ({ sessionId, modelId: null });

/** The state after opening this conversation. */
function opened(state: ChatState, sessionId: string): ChatState {
  const opening = reduce(state, { type: "conversation_opening", place: here(sessionId) });
  return reduce(opening, {
    type: "conversation_opened",
    session: session({ session_id: sessionId, model_id: null }),
    messages: [],
  });
}

const written = (state: ChatState, draft: string) => reduce(state, { type: "draft_changed", draft });

test("a draft waits for its conversation", () => {
  const one = written(opened(INITIAL_STATE, "1"), "first");
  const two = written(opened(one, "2"), "second");
  expect(two.draft).toBe("second");
  expect(opened(two, "1").draft).toBe("first");
  expect(allDrafts(two)).toEqual({ "1": "first", "2": "second" });
});

test("drafts from before a reload are kept, whatever is opened first", () => {
  const start = { ...INITIAL_STATE, drafts: { "new general": "for later", "1": "first" } };
  const one = opened(start, "1");
  expect(one.draft).toBe("first");
  const opening = reduce(one, { type: "conversation_opening", place: here(null) });
  expect(opening.draft).toBe("");
  expect(reduce(opening, { type: "conversation_blank", modelId: null }).draft).toBe("for later");
});

test("a draft that was left and found again is gone when it is sent", () => {
  const elsewhere = opened(written({ ...INITIAL_STATE, phase: "idle" }, "Hello"), "1");
  const opening = reduce(elsewhere, { type: "conversation_opening", place: here(null) });
  const found = reduce(opening, { type: "conversation_blank", modelId: null });
  expect(found.draft).toBe("Hello");
  const sent = [
    { type: "send_started", text: "Hello", at: 0 },
    { type: "send_accepted", sent: SENT },
  ] as const;
  expect(allDrafts(sent.reduce(reduce, found))).toEqual({});
});

test("what is typed while a place is looked for stays", () => {
  const typed = written(INITIAL_STATE, "quick");
  const found = reduce(typed, {
    type: "conversation_opened",
    session: session({ session_id: "1", model_id: null }),
    messages: [],
  });
  expect(found.draft).toBe("quick");
});

test("a text that could not be sent goes back to its own conversation", () => {
  const two = written(opened(written(opened(INITIAL_STATE, "1"), "more"), "2"), "second");
  const returned = reduce(two, { type: "draft_returned", key: "1", text: "unsent" });
  expect(returned.draft).toBe("second");
  expect(opened(returned, "1").draft).toBe("unsent\nmore");
  expect(reduce(two, { type: "draft_returned", key: "2", text: "unsent" }).draft).toBe("unsent\nsecond");
});
