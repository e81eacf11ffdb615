import type { EngineModel, ModelList } from "../src/contract/common.ts";
import type { StreamEvent } from "../src/contract/events.ts";
import type { Agent, Message, SentMessage, Session } from "../src/contract/hmi.ts";
import {
  continueReply,
  isUnsaved,
  runningPhase,
  sendAccepted,
  sendFailed,
  sendStarted,
  streamingReply,
} from "./exchange.ts";

/** A message as the page shows it: the part of a row that matters here, also before the row is known. */
export type ShownMessage = Pick<
  Message,
  "message_id" | "role" | "content" | "status" | "model_name" | "usage" | "error"
>;

/** What went wrong outside a reply, and what Retry does about it. */
export interface Problem {
  readonly message: string;
  readonly hint?: string | undefined;
  /** `load` loads the page's data again; `send` sends the draft again; null where retrying makes no sense. */
  readonly retry: "load" | "send" | null;
}

/**
 * What the open conversation is doing: being fetched, at rest, or somewhere between a message sent and
 * its reply ended.
 */
export type Phase = "opening" | "idle" | "sending" | "thinking" | "writing" | "stopping" | "reconnecting";

/** Everything that the page shows. */
export interface ChatState {
  readonly models: readonly EngineModel[];
  /** The model that is used where nobody chose one. */
  readonly defaultModel: string | null;
  readonly agents: readonly Agent[];
  /** Newest first; `sessionsTotal` counts also those that are not loaded. */
  readonly sessions: readonly Session[];
  readonly sessionsTotal: number;
  /** The conversation that is open or being opened; null for one that does not exist yet. */
  readonly sessionId: string | null;
  /** The conversation that `messages` belong to. */
  readonly session: Session | null;
  readonly messages: readonly ShownMessage[];
  /** Null where nobody chose: see `selectedModel` and `selectedAgent`. */
  readonly chosenModel: string | null;
  readonly chosenAgent: string | null;
  readonly draft: string;
  readonly phase: Phase;
  /** While `reconnecting`: how long until the next attempt, in milliseconds. */
  readonly retryInMs: number;
  readonly problem: Problem | null;
}

/** What can happen to the page. */
export type ChatEvent =
  | { readonly type: "models_listed"; readonly list: ModelList }
  | { readonly type: "agents_listed"; readonly agents: readonly Agent[] }
  | { readonly type: "sessions_listed"; readonly sessions: readonly Session[]; readonly total: number }
  | { readonly type: "conversation_opening"; readonly sessionId: string | null }
  | { readonly type: "conversation_opened"; readonly session: Session; readonly messages: readonly Message[] }
  | {
      readonly type: "conversation_unavailable";
      readonly sessionId: string | null;
      readonly problem: Problem;
    }
  | { readonly type: "conversation_blank" }
  | { readonly type: "conversation_created"; readonly session: Session }
  | { readonly type: "draft_changed"; readonly draft: string }
  | { readonly type: "model_chosen"; readonly model: string }
  | { readonly type: "agent_chosen"; readonly agentId: string }
  | { readonly type: "send_started"; readonly text: string; readonly draft: string }
  | { readonly type: "send_accepted"; readonly sent: SentMessage }
  | { readonly type: "send_failed"; readonly text: string; readonly problem: Problem }
  | { readonly type: "reply_continued"; readonly events: readonly StreamEvent[] }
  | { readonly type: "reply_unavailable"; readonly problem: Problem }
  | { readonly type: "connection_lost"; readonly retryInMs: number; readonly problem: Problem | null }
  | { readonly type: "connection_restored" }
  | { readonly type: "stop_requested" }
  | { readonly type: "stop_failed"; readonly problem: Problem }
  | { readonly type: "failed"; readonly problem: Problem }
  | { readonly type: "problem_dismissed" };

export const INITIAL_STATE: ChatState = {
  models: [],
  defaultModel: null,
  agents: [],
  sessions: [],
  sessionsTotal: 0,
  sessionId: null,
  session: null,
  messages: [],
  chosenModel: null,
  chosenAgent: null,
  draft: "",
  phase: "opening",
  retryInMs: 0,
  problem: null,
};

/** The state after an event. Pure: what it does not change, it hands on as the same object. */
export function reduce(state: ChatState, event: ChatEvent): ChatState {
  switch (event.type) {
    case "models_listed":
      return { ...state, models: event.list.models, defaultModel: event.list.default };
    case "agents_listed":
      return { ...state, agents: event.agents };
    case "sessions_listed":
      return sessionsListed(state, event.sessions, event.total);
    case "conversation_opening":
      return { ...state, sessionId: event.sessionId, phase: "opening", problem: null };
    case "conversation_opened":
      return opened(state, event.session, event.messages);
    case "conversation_unavailable":
      return unavailable(state, event.sessionId, event.problem);
    case "conversation_blank":
      return blank(state);
    case "conversation_created":
      return created(state, event.session);
    case "draft_changed":
      return { ...state, draft: event.draft };
    case "model_chosen":
      return { ...state, chosenModel: event.model };
    case "agent_chosen":
      return { ...state, chosenAgent: event.agentId };
    case "send_started":
      return sendStarted({ ...state, draft: event.draft }, event.text);
    case "send_accepted":
      return sendAccepted(state, event.sent);
    case "send_failed":
      return sendFailed(state, event.text, event.problem);
    case "reply_continued":
      return event.events.reduce(continueReply, state);
    case "reply_unavailable":
      return { ...state, phase: "idle", problem: event.problem };
    case "connection_lost":
      return { ...state, phase: "reconnecting", retryInMs: event.retryInMs, problem: event.problem };
    case "connection_restored":
      return { ...state, phase: runningPhase(state), problem: null };
    case "stop_requested":
      return { ...state, phase: "stopping" };
    case "stop_failed":
      return { ...state, phase: runningPhase(state), problem: event.problem };
    case "failed":
      return { ...state, problem: event.problem };
    case "problem_dismissed":
      return { ...state, problem: null };
  }
}

function sessionsListed(state: ChatState, sessions: readonly Session[], total: number): ChatState {
  // The open conversation has its title and place from here, too.
  const session = sessions.find(({ session_id }) => session_id === state.session?.session_id);
  return { ...state, sessions, sessionsTotal: total, session: session ?? state.session };
}

function opened(state: ChatState, session: Session, rows: readonly Message[]): ChatState {
  const messages = rows.filter((row) => row.message_type === "chat" && row.role !== "system");
  const isSame = state.session?.session_id === session.session_id;
  const lastModel = messages.findLast((row) => row.role === "assistant")?.model_name;
  const next = {
    ...state,
    sessionId: session.session_id,
    session,
    messages,
    chosenModel: isSame ? state.chosenModel : (lastModel ?? session.model),
    chosenAgent: isSame ? state.chosenAgent : null,
  };
  return { ...next, phase: streamingReply(next) === undefined ? "idle" : runningPhase(next) };
}

/** What is shown already stays, if it is of the same conversation. */
function unavailable(state: ChatState, sessionId: string | null, problem: Problem): ChatState {
  const isShown = sessionId !== null && state.session?.session_id === sessionId;
  return { ...(isShown ? state : blank(state)), sessionId, phase: "idle", problem };
}

function blank(state: ChatState): ChatState {
  return {
    ...state,
    sessionId: null,
    session: null,
    messages: [],
    chosenModel: null,
    chosenAgent: null,
    phase: "idle",
  };
}

/** A conversation was made for the message that is being sent: the messages before it stay in the old one. */
function created(state: ChatState, session: Session): ChatState {
  const messages = state.messages.filter(isUnsaved);
  return { ...state, session, sessionId: session.session_id, messages, chosenAgent: null };
}
