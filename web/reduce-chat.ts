import type { Session } from "../src/contract/hmi-schemas.ts";
import type { ChatAction, ExchangeAction, ListAction, PlaceAction, TroubleAction } from "./chat-action.ts";
import type { ChatState } from "./chat-state.ts";
import { draftReturned, foundDraft, movedTo, pictureRemoved, picturesAdded } from "./drafts.ts";
import {
  continueReply,
  editStarted,
  regenerateStarted,
  runningPhase,
  sendAccepted,
  sendConfirmed,
  sendFailed,
  sendStarted,
} from "./reduce-exchange.ts";
import { blank, missing, opened, sentTo, unavailable } from "./reduce-place.ts";

/** The state after an event. Pure: what it does not change, it hands on as the same object. */
export function reduce(state: ChatState, event: ChatAction): ChatState {
  switch (event.type) {
    case "draft_changed":
      return { ...state, draft: event.draft };
    case "draft_returned":
      return draftReturned(state, event.key, event.text);
    case "model_chosen":
      return { ...state, chosenModel: event.model };
    case "pictures_added":
      return picturesAdded(state, event.key, event.pictures);
    case "picture_removed":
      return pictureRemoved(state, event.picture);
    case "think_chosen":
      return { ...state, chosenThink: event.think };
    case "agent_chosen":
      return { ...state, chosenAgent: event.agentId };
    case "models_listed":
    case "agents_listed":
    case "profiles_listed":
    case "sessions_listed":
    case "session_changed":
      return listed(state, event);
    case "conversation_opening":
    case "conversation_opened":
    case "conversation_unavailable":
    case "conversation_blank":
    case "conversation_archived":
    case "archived_dismissed":
    case "place_missing":
      return placed(state, event);
    case "failed":
    case "problem_dismissed":
    case "services_checked":
    case "token_wanted":
    case "token_given":
    case "page_outdated":
      return troubled(state, event);
    default:
      return exchanged(state, event);
  }
}

function listed(state: ChatState, event: ListAction): ChatState {
  switch (event.type) {
    case "models_listed":
      return { ...state, models: event.list.models, areModelsKnown: true, defaultModel: event.list.default };
    case "agents_listed":
      return { ...state, agents: event.list.agents, areAgentsKnown: true, defaultAgent: event.list.default };
    case "profiles_listed":
      return { ...state, profiles: event.profiles };
    case "sessions_listed":
      return {
        ...state,
        sessions: event.sessions,
        sessionsOf: event.modelId,
        sessionsTotal: event.total,
        // The open conversation has its title from here, too.
        session: sameSession(event.sessions, state.session) ?? state.session,
      };
    case "session_changed":
      return { ...state, session: sameSession([event.session], state.session) ?? state.session };
  }
}

function placed(state: ChatState, event: PlaceAction): ChatState {
  switch (event.type) {
    case "conversation_opening":
      return {
        ...state,
        ...movedTo(state, event.place),
        ...event.place,
        phase: "opening",
        problem: null,
        missing: null,
        archived: null,
      };
    case "conversation_opened":
      return opened(state, event.session, event.messages);
    case "conversation_unavailable":
      return unavailable(state, event.sessionId, event.problem);
    case "conversation_blank":
      return {
        ...blank(state, event.modelId),
        draft: foundDraft(state, { sessionId: null, modelId: event.modelId }),
      };
    case "conversation_archived":
      return { ...state, archived: event.session };
    case "archived_dismissed":
      return { ...state, archived: null };
    case "place_missing":
      return missing(state, event.modelId, event.problem);
  }
}

function exchanged(state: ChatState, event: ExchangeAction): ChatState {
  switch (event.type) {
    case "send_started":
      return sendStarted(state, event.text, event.at);
    case "send_accepted":
      return sendAccepted(sentTo(state, event.sent), event.sent);
    case "send_failed":
      return sendFailed(state, event.text, event.problem);
    case "send_confirmed":
      return sendConfirmed(state, event.text);
    case "regenerate_started":
      return regenerateStarted(state, event.at);
    case "edit_started":
      return editStarted(state, event);
    case "regenerate_failed":
      return { ...state, messages: event.messages, phase: "idle", problem: event.problem };
    case "reply_continued":
      return event.events.reduce((before, each) => continueReply(before, each, event.at), state);
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
  }
}

function troubled(state: ChatState, event: TroubleAction): ChatState {
  switch (event.type) {
    case "failed":
      return { ...state, areAgentsKnown: true, areModelsKnown: true, problem: event.problem };
    case "problem_dismissed":
      return { ...state, problem: null };
    case "services_checked":
      return { ...state, services: event.services };
    case "token_wanted":
      return { ...state, access: event.isRefused ? "token_refused" : "token_wanted" };
    case "token_given":
      return { ...state, access: "open", problem: null };
    case "page_outdated":
      return { ...state, isOutdated: true };
  }
}

function sameSession(sessions: readonly Session[], wanted: Session | null): Session | undefined {
  return sessions.find(({ session_id }) => session_id === wanted?.session_id);
}
