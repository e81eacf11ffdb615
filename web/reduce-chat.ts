import type { Session } from "../src/contract/hmi-schemas.ts";
import type { ChatAction, ExchangeAction, ListAction, PlaceAction, TroubleAction } from "./chat-action.ts";
import type { ChatState } from "./chat-state.ts";
import { pictureRemoved, picturesAdded } from "./draft-pictures.ts";
import { draftReturned, foundDraft, movedTo } from "./drafts.ts";
import {
  conversationOpened,
  conversationUnavailable,
  newConversationOpened,
  nothingFound,
  sentToConversation,
} from "./reduce-open-conversation.ts";
import { continueReply, runningPhase } from "./reduce-reply.ts";
import {
  editStarted,
  regenerateStarted,
  sendAccepted,
  sendConfirmed,
  sendFailed,
  sendResumed,
  sendStarted,
} from "./reduce-sending.ts";

/** The state after an action. Pure: what it does not change, it hands on as the same object. */
export function reduce(state: ChatState, action: ChatAction): ChatState {
  switch (action.type) {
    case "draft_changed":
      return { ...state, draft: action.draft };
    case "draft_returned":
      return draftReturned(state, action.key, action.text);
    case "model_chosen":
      return { ...state, chosenModel: action.model };
    case "pictures_added":
      return picturesAdded(state, action.key, action.pictures);
    case "picture_removed":
      return pictureRemoved(state, action.picture);
    case "think_chosen":
      return { ...state, chosenThink: action.think };
    case "agent_chosen":
      return { ...state, chosenAgent: action.agentId };
    case "models_listed":
    case "agents_listed":
    case "profiles_listed":
    case "sessions_listed":
    case "session_changed":
      return listed(state, action);
    case "conversation_opening":
    case "conversation_opened":
    case "conversation_unavailable":
    case "conversation_blank":
    case "conversation_archived":
    case "archived_dismissed":
    case "place_missing":
      return placed(state, action);
    case "failed":
    case "problem_dismissed":
    case "services_checked":
    case "token_wanted":
    case "token_given":
    case "page_outdated":
      return troubled(state, action);
    default:
      return exchanged(state, action);
  }
}

function listed(state: ChatState, action: ListAction): ChatState {
  switch (action.type) {
    case "models_listed":
      return {
        ...state,
        models: action.list.models,
        areModelsKnown: true,
        defaultModel: action.list.default,
      };
    case "agents_listed":
      return {
        ...state,
        agents: action.list.agents,
        areAgentsKnown: true,
        defaultAgent: action.list.default,
      };
    case "profiles_listed":
      return { ...state, profiles: action.profiles };
    case "sessions_listed":
      return {
        ...state,
        sessions: action.sessions,
        sessionsOf: action.modelId,
        sessionsTotal: action.total,
        // The open conversation has its title from here, too.
        session: sameSession(action.sessions, state.session) ?? state.session,
      };
    case "session_changed":
      return { ...state, session: sameSession([action.session], state.session) ?? state.session };
  }
}

function placed(state: ChatState, action: PlaceAction): ChatState {
  switch (action.type) {
    case "conversation_opening":
      return {
        ...state,
        ...movedTo(state, action.place),
        ...action.place,
        phase: "opening",
        problem: null,
        missing: null,
        archived: null,
      };
    case "conversation_opened":
      return conversationOpened(state, action.session, action.messages);
    case "conversation_unavailable":
      return conversationUnavailable(state, action.sessionId, action.problem);
    case "conversation_blank":
      return {
        ...newConversationOpened(state, action.modelId),
        draft: foundDraft(state, { sessionId: null, modelId: action.modelId }),
      };
    case "conversation_archived":
      return { ...state, archived: action.session };
    case "archived_dismissed":
      return { ...state, archived: null };
    case "place_missing":
      return nothingFound(state, action.modelId, action.problem);
  }
}

function exchanged(state: ChatState, action: ExchangeAction): ChatState {
  switch (action.type) {
    case "send_started":
      return sendStarted(state, action.text, action.at);
    case "send_resumed":
      return sendResumed(state, action.text, action.at);
    case "send_delayed":
      return { ...state, waiting: "restart" };
    case "send_accepted":
      return sendAccepted(sentToConversation(state, action.sent), action.sent);
    case "send_failed":
      return sendFailed(state, action.text, action.problem);
    case "send_confirmed":
      return sendConfirmed(state, action.text);
    case "regenerate_started":
      return regenerateStarted(state, action.at);
    case "edit_started":
      return editStarted(state, action);
    case "regenerate_failed":
      return { ...state, messages: action.messages, phase: "idle", problem: action.problem };
    case "reply_continued":
      return action.events.reduce((before, each) => continueReply(before, each, action.at), state);
    case "reply_unavailable":
      return { ...state, phase: "idle", problem: action.problem };
    case "connection_lost":
      return { ...state, phase: "reconnecting", retryInMs: action.retryInMs, problem: action.problem };
    case "connection_restored":
      return { ...state, phase: runningPhase(state), problem: null };
    case "stop_requested":
      return { ...state, phase: "stopping" };
    case "stop_failed":
      return { ...state, phase: runningPhase(state), problem: action.problem };
  }
}

function troubled(state: ChatState, action: TroubleAction): ChatState {
  switch (action.type) {
    case "failed":
      return { ...state, areAgentsKnown: true, areModelsKnown: true, problem: action.problem };
    case "problem_dismissed":
      return { ...state, problem: null };
    case "services_checked":
      return { ...state, services: action.services };
    case "token_wanted":
      return { ...state, access: action.isRefused ? "token_refused" : "token_wanted" };
    case "token_given":
      return { ...state, access: "open", problem: null };
    case "page_outdated":
      return { ...state, isOutdated: true };
  }
}

function sameSession(sessions: readonly Session[], wanted: Session | null): Session | undefined {
  return sessions.find(({ session_id }) => session_id === wanted?.session_id);
}
