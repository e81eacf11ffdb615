import type { Message, SentMessage, Session } from "../src/contract/hmi-schemas.ts";
import { selectedModel } from "./chat-selectors.ts";
import type { ChatState, PageProblem, ShownMessage } from "./chat-state.ts";
import { summariesIn } from "./context-marks.ts";
import { draftKey, foundDraft, withoutDraft } from "./drafts.ts";
import { runningPhase, streamingReply } from "./reduce-reply.ts";
import { isUnsaved, versionsOf } from "./unsaved-messages.ts";

/** A conversation with its rows, opened or loaded again. */
export function conversationOpened(state: ChatState, session: Session, rows: readonly Message[]): ChatState {
  const isSame = state.session?.session_id === session.session_id;
  const messages = rows.filter((row) => row.message_type === "chat" && row.role !== "system");
  const lastModel = messages.findLast((row) => row.role === "assistant")?.model_name;
  const next = {
    ...state,
    modelId: session.model_id,
    sessionId: session.session_id,
    session,
    draft: foundDraft(state, { sessionId: session.session_id, modelId: session.model_id }),
    missing: null,
    summaries: summariesIn(rows),
    messages: isSame ? keepUnchanged(state.messages, messages) : messages.map(asShown),
    chosenModel: isSame ? state.chosenModel : (lastModel ?? session.model),
    chosenAgent: isSame ? state.chosenAgent : null,
  };
  return { ...next, phase: streamingReply(next) === undefined ? "idle" : runningPhase(next) };
}

/** What is shown already stays, if it is of the same conversation. */
export function conversationUnavailable(
  state: ChatState,
  sessionId: string,
  problem: PageProblem,
): ChatState {
  const isShown = state.session?.session_id === sessionId;
  const shown = isShown ? state : newConversationOpened(state, state.modelId);
  return { ...shown, sessionId, phase: "idle", problem };
}

/** A new conversation of a profile, or of none. */
export function newConversationOpened(state: ChatState, modelId: number | null): ChatState {
  return {
    ...state,
    modelId,
    sessionId: null,
    session: null,
    messages: [],
    summaries: [],
    missing: null,
    chosenModel: null,
    chosenAgent: null,
    phase: "idle",
  };
}

/** There is nothing at this address. */
export function nothingFound(state: ChatState, modelId: number | null, problem: PageProblem): ChatState {
  return { ...newConversationOpened(state, modelId), missing: problem };
}

/**
 * The conversation that a message went to is open. Where the message has made it, the messages before it stay in the old
 * one, and what the HMI knows of it comes with the next list. An archived one has come back.
 */
export function sentToConversation(state: ChatState, { session_id, agent_id }: SentMessage): ChatState {
  const { session } = state;
  if (session?.session_id === session_id) return { ...state, session: { ...session, archived: false } };
  const messages = state.messages.filter(isUnsaved);
  const now = messages[0]?.timestamp ?? new Date().toISOString();
  const made: Session = {
    session_id,
    model_id: state.modelId,
    agent_id,
    model: selectedModel(state),
    title: null,
    active: true,
    archived: false,
    message_count: messages.length,
    created_at: now,
    updated_at: now,
  };
  const drafts = withoutDraft(state.drafts, draftKey(state));
  return { ...state, session: made, sessionId: session_id, drafts, messages, chosenAgent: null };
}

/** Rows that say nothing new stay the objects that they were, so that they are not drawn again. */
function keepUnchanged(before: readonly ShownMessage[], rows: readonly Message[]): readonly ShownMessage[] {
  return rows.map((row, index) => {
    const shown = before[index];
    const isSame =
      shown?.message_id === row.message_id &&
      shown.status === row.status &&
      shown.content === row.content &&
      versionsOf(shown).join() === versionsOf(row).join();
    return isSame ? shown : asShown(row);
  });
}

function asShown(row: Message): ShownMessage {
  const isToBegin = row.status === "streaming" && row.content === "";
  return isToBegin ? { ...row, isSeenFromStart: true } : row;
}
