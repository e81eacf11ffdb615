import { describe, expect, test } from "vitest";
import type { StreamEvent } from "../../src/contract/event-schemas.ts";
import type { ChatAction } from "../../web/chat-action.ts";
import {
  canSend,
  composerNote,
  listedSessions,
  selectedModel,
  shownProblem,
  shownServiceTrouble,
  startsAnotherConversation,
  statusText,
} from "../../web/chat-selectors.ts";
import { type ChatState, INITIAL_STATE } from "../../web/chat-state.ts";
import { reduce } from "../../web/reduce-chat.ts";
import { agents, models, profile, reply, SENT, session, user } from "./rows.ts";

const PROBLEM = { message: "The HMI does not answer.", retry: "send" } as const;
/** A conversation that was opened in the middle of its reply. */
function withRunning(content: string): ChatState {
  const rows = [user("Count"), reply(content, { status: "streaming", usage: null })];
  return run(INITIAL_STATE, { type: "conversation_opened", session: session(), messages: rows });
}

describe("a message", () => {
  test("is shown, with the place for its reply, before the HMI has it", () => {
    const state = run(OPEN, { type: "send_started", text: "Hello", at: 0 });
    expect(state.messages.map(({ role, content }) => [role, content])).toEqual([
      ["user", "Hello"],
      ["assistant", ""],
    ]);
    expect(statusText(state)).toBe("Connecting");
  });

  test("has the HMI's keys once it is saved", () => {
    expect(WAITING.messages.map(({ message_id }) => message_id)).toEqual(["11", "12"]);
    expect(statusText(WAITING)).toBe("Waiting for the model");
  });

  test("that could not be sent is back in the composer, before what was typed meanwhile", () => {
    const state = run(
      OPEN,
      { type: "send_started", text: "Hello", at: 0 },
      { type: "draft_changed", draft: "and" },
      { type: "send_failed", text: "Hello", problem: PROBLEM },
    );
    expect(state).toMatchObject({ messages: [], draft: "Hello\nand", phase: "idle", problem: PROBLEM });
  });

  test("for another agent leaves the open conversation's messages behind", () => {
    const state = run(
      answered(),
      { type: "agent_chosen", agentId: "writer" },
      { type: "send_started", text: "Hi", at: 0 },
      { type: "send_accepted", sent: { ...SENT, session_id: "2", agent_id: "writer" } },
    );
    expect(state.sessionId).toBe("2");
    expect(state.messages.map(({ content }) => content)).toEqual(["Hi", ""]);
  });
});

describe("a reply", () => {
  test("grows with each token", () => {
    const state = run(WAITING, continued(token("1, "), token("2")));
    expect(state.messages.at(-1)?.content).toBe("1, 2");
    expect(statusText(state)).toBe("Writing");
  });

  test("that is done says how long it is", () => {
    expect(statusText(answered())).toBe("2 tokens");
  });

  test("that was stopped keeps its text", () => {
    const state = run(
      WAITING,
      continued(token("1, ")),
      { type: "stop_requested" },
      continued(token("2"), done("cancelled")),
    );
    expect(state.messages.at(-1)).toMatchObject({ content: "1, 2", status: "cancelled" });
    expect(statusText(state)).toBe("Stopped");
  });

  test("says that it is being stopped, also while tokens still come", () => {
    const state = run(WAITING, { type: "stop_requested" }, continued(token("1")));
    expect(statusText(state)).toBe("Stopping");
  });

  test("that failed keeps its error, and leaves room for the next message", () => {
    const error = { code: "engine_unavailable", message: "The engine does not answer.", hint: "Start it." };
    const state = run(WAITING, continued({ type: "error", ...error }, done("error")));
    expect(state.messages.at(-1)).toMatchObject({ status: "error", error });
    expect(canSend({ ...state, draft: "again" })).toBe(true);
  });

  test("names its model only where that is another than before", () => {
    const rows = [user("a"), reply("b"), user("c"), reply("d", { model_name: "phi3:mini" })];
    const state = run(OPEN, { type: "conversation_opened", session: session(), messages: rows });
    expect(statusText(state)).toBe("2 tokens · phi3:mini");
  });

  test("ignores what comes after its end", () => {
    const state = answered();
    expect(reduce(state, continued(token("more")))).toBe(state);
  });
});

describe("a reply that is asked for again", () => {
  test("takes the place of the one before", () => {
    const state = run(answered(), { type: "regenerate_started", at: 0 });
    expect(state.messages.map(({ content, status }) => [content, status])).toEqual([
      ["Count to 2", "complete"],
      ["", "streaming"],
    ]);
    expect(
      run(state, { type: "send_accepted", sent: { ...SENT, assistant_message_id: "13" } }),
    ).toMatchObject({ phase: "waiting", messages: [{ message_id: "11" }, { message_id: "13" }] });
  });

  test("leaves the one before where it was, if it is refused", () => {
    const before = answered();
    const failed = { type: "regenerate_failed", messages: before.messages, problem: PROBLEM } as const;
    const state = run(before, { type: "regenerate_started", at: 0 }, failed);
    expect(state).toEqual({ ...before, problem: PROBLEM });
  });
});

describe("a conversation", () => {
  test("opened in the middle of a reply goes on with it", () => {
    const state = withRunning("1, ");
    expect(statusText(state)).toBe("Writing");
    expect(canSend({ ...state, draft: "Hello" })).toBe(false);
  });

  test.each([
    ["sent here", () => WAITING, true],
    ["asked for again", () => run(answered(), { type: "regenerate_started", at: 0 }), true],
    ["opened before its first word", () => withRunning(""), true],
    ["opened after its first words", () => withRunning("1, "), undefined],
  ])("%#: whether a reply was seen from its start, if it was %s", (_, state, isSeenFromStart) => {
    expect(state().messages.at(-1)?.isSeenFromStart).toBe(isSeenFromStart);
  });

  test("is shown without its summaries", () => {
    const rows = [reply("all before", { message_type: "summary", role: "system" }), user("Hi")];
    const state = run(INITIAL_STATE, { type: "conversation_opened", session: session(), messages: rows });
    expect(state.messages).toHaveLength(1);
  });

  test("that could not be opened takes no message", () => {
    const state = run(OPEN, { type: "conversation_unavailable", sessionId: "2", problem: PROBLEM });
    expect(canSend({ ...state, draft: "Hello" })).toBe(false);
  });

  test("that cannot be loaded again stays on the page", () => {
    const state = run(answered(), { type: "conversation_unavailable", sessionId: "1", problem: PROBLEM });
    expect(state).toMatchObject({ messages: answered().messages, problem: PROBLEM });
  });

  test("has another agent only in another conversation", () => {
    expect(startsAnotherConversation(answered())).toBe(false);
    expect(startsAnotherConversation(run(answered(), { type: "agent_chosen", agentId: "writer" }))).toBe(
      true,
    );
  });
});

describe("what is open", () => {
  test("is of the profile of its conversation", () => {
    const opened = {
      type: "conversation_opened",
      session: session({ model_id: 184 }),
      messages: [],
    } as const;
    expect(run(INITIAL_STATE, opened).modelId).toBe(184);
  });

  test("lists the conversations of its own profile only", () => {
    const rows = [session()];
    const listed = run(OPEN, { type: "sessions_listed", modelId: null, sessions: rows, total: 1 });
    expect(listedSessions(listed)).toEqual(rows);
    expect(listedSessions(run(listed, { type: "conversation_blank", modelId: 184 }))).toEqual([]);
  });

  test("asks the profile's model where nobody chose one, if the engine has it; else it says so", () => {
    const blank = { type: "conversation_blank", modelId: 184 } as const;
    const withModel = (default_model: string): ChatState =>
      run(OPEN, { type: "profiles_listed", profiles: [profile({ default_model })] }, blank);
    expect(selectedModel(withModel("phi3:mini"))).toBe("phi3:mini");
    expect(composerNote(withModel("phi3:mini"))).toBe("");
    const without = withModel("gone:1b");
    expect(selectedModel(without)).toBe("llama3.1:8b");
    expect(composerNote(without)).toBe(
      "The engine does not have gone:1b, the profile's model: llama3.1:8b answers.",
    );
    expect(composerNote(run(without, { type: "model_chosen", model: "phi3:mini" }))).toBe("");
  });

  test("keeps messages that say nothing new as they are", () => {
    const rows = [user("Hi"), reply("Hello")];
    const loaded = (messages = rows): ChatAction => ({
      type: "conversation_opened",
      session: session(),
      messages,
    });
    const state = run(OPEN, loaded());
    const again = run(state, loaded([...rows.map((row) => ({ ...row })), user("And?")]));
    expect(again.messages[1]).toBe(state.messages[1]);
    expect(again.messages).toHaveLength(3);
  });

  test("takes no message where there is nothing", () => {
    const state = run(OPEN, { type: "place_missing", modelId: null, problem: PROBLEM });
    expect(canSend({ ...state, draft: "Hello" })).toBe(false);
  });
});

describe("a service that is down", () => {
  const down = { type: "services_checked", services: [{ name: "engine", status: "down" }] } as const;

  test("is named once: it explains what could not be loaded", () => {
    const state = run(OPEN, { type: "failed", problem: { ...PROBLEM, retry: "load" } }, down);
    expect(shownProblem(state)).toBeNull();
    expect(shownServiceTrouble(state)?.message).toContain("engine");
  });

  test("is not named beside a reply that names it", () => {
    const error = {
      type: "error",
      code: "engine_unavailable",
      message: "The engine does not answer.",
    } as const;
    expect(shownServiceTrouble(run(WAITING, continued(error, done("error")), down))).toBeNull();
  });
});

describe("the connection", () => {
  test("says when it is tried again", () => {
    const state = run(WAITING, { type: "connection_lost", retryInMs: 4000, problem: PROBLEM });
    expect(statusText(state)).toBe("Connection lost, trying again in 4 s");
  });

  test("that is back takes its problem away", () => {
    const state = run(
      WAITING,
      { type: "connection_lost", retryInMs: 500, problem: PROBLEM },
      { type: "connection_restored" },
    );
    expect(state).toMatchObject({ phase: "waiting", problem: null });
  });
});

test("a problem that the last reply names is not said twice", () => {
  const message = "The engine does not answer.";
  const state = run(
    WAITING,
    continued({ type: "error", code: "engine_unavailable", message }, done("error")),
    { type: "failed", problem: { message, retry: "load" } },
  );
  expect(shownProblem(state)).toBeNull();
});

const OPEN = run(
  INITIAL_STATE,
  { type: "models_listed", list: models() },
  { type: "agents_listed", list: agents() },
  { type: "conversation_opened", session: session(), messages: [] },
);

const WAITING = run(
  OPEN,
  { type: "send_started", text: "Count to 2", at: 0 },
  { type: "send_accepted", sent: SENT },
);

function run(state: ChatState, ...events: ChatAction[]): ChatState {
  return events.reduce(reduce, state);
}

describe("what a reply tells beside its text", () => {
  test("is what it waits for, as far as that is known", () => {
    const told = (status: "queued" | "loading" | "thinking") =>
      statusText(run(WAITING, continued({ type: "status_update", status })));
    expect(told("queued")).toBe("Waiting in line for the model");
    expect(told("loading")).toBe("Loading the model");
    expect(told("thinking")).toBe("The model is thinking");
  });

  test("is what the model thinks, apart from the text", () => {
    const thought = (content: string): StreamEvent => ({ type: "thinking", content });
    const state = run(WAITING, continued(thought("Let me "), thought("see."), token("Yes")));
    expect(state.messages.at(-1)).toMatchObject({ thinking: "Let me see.", content: "Yes" });
  });

  test("is the model that is really asked", () => {
    const executing = { type: "status_update", status: "executing", detail: "phi3:mini" } as const;
    expect(run(WAITING, continued(executing)).messages.at(-1)?.model_name).toBe("phi3:mini");
  });

  test("is what a person should know", () => {
    const notice = { code: "repeating", message: "The text says the same again and again." } as const;
    const state = run(WAITING, continued({ type: "notice", ...notice }));
    expect(state.messages.at(-1)?.notices).toEqual([notice]);
  });
});

function answered(): ChatState {
  const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };
  return run(
    WAITING,
    continued(token("1, 2"), { type: "usage", usage, cost_usd: 0, timings: null }, done("stop")),
  );
}

function continued(...events: StreamEvent[]): ChatAction {
  return { type: "reply_continued", events, at: 0 };
}

function token(content: string): StreamEvent {
  return { type: "token", content };
}

function done(finish_reason: "stop" | "cancelled" | "error"): StreamEvent {
  return { type: "done", finish_reason };
}
