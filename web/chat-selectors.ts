import type { EngineModel } from "../src/contract/common-schemas.ts";
import { LIMITS } from "../src/contract/contract-defaults.ts";
import type { Session } from "../src/contract/hmi-schemas.ts";
import type { Profile } from "../src/contract/profile-schemas.ts";
import type { ChatState, PageProblem, ShownMessage } from "./chat-state.ts";
import { costOf, costText } from "./context-usage.ts";
import { draftKey } from "./drafts.ts";
import type { AttachedPicture } from "./picture-file.ts";
import { hasServiceDown, type ServiceTrouble, serviceTrouble } from "./service-health.ts";
import { type ThinkChoice, thinkFor } from "./think-options.ts";

/** The model that the next message goes to: the chosen one while the engine has it, else the profile's, else the default. */
export function selectedModel(state: ChatState): string | null {
  const { models, chosenModel, defaultModel } = state;
  const wanted = [chosenModel, openProfile(state)?.default_model];
  return wanted.find((name) => models.some((model) => model.model_id === name)) ?? defaultModel;
}

/** What the next message says of thinking: nothing where its model cannot. */
export function selectedThink(state: ChatState): ThinkChoice {
  return thinkFor(selectedEngineModel(state), state.chosenThink);
}

/** What the engine tells of the model that the next message goes to. */
export function selectedEngineModel(state: ChatState): EngineModel | undefined {
  const selected = selectedModel(state);
  return state.models.find(({ model_id }) => model_id === selected);
}

/** When the wait for the reply that is on its way began; null where nothing is waited for. */
export function waitingSince({ phase, messages }: ChatState): number | null {
  const isWaiting = phase === "sending" || phase === "waiting";
  const began = Date.parse(messages.at(-1)?.timestamp ?? "");
  return isWaiting && !Number.isNaN(began) ? began : null;
}

/** The agent that the next message goes to; undefined until it is known. */
export function selectedAgentId({ chosenAgent, session, defaultAgent }: ChatState): string | undefined {
  return chosenAgent ?? session?.agent_id ?? defaultAgent ?? undefined;
}

/** An agent's name, for people. */
export function agentName({ agents }: ChatState, agentId: string | undefined): string {
  return agents.find((agent) => agent.agent_id === agentId)?.agent_name ?? agentId ?? "";
}

/** The profile of the open conversation; undefined for a general one. */
export function openProfile({ profiles, modelId }: ChatState): Profile | undefined {
  return profiles.find((profile) => profile.model_id === modelId);
}

/** True where the next message goes to a conversation that is yet to be made: a conversation belongs to one agent. */
export function needsConversation({ session, chosenAgent }: ChatState): boolean {
  return session === null || (chosenAgent !== null && chosenAgent !== session.agent_id);
}

/** True where the next message leaves messages behind, because those belong to another agent. */
export function startsAnotherConversation(state: ChatState): boolean {
  return state.messages.length > 0 && state.session !== null && needsConversation(state);
}

/** True while a reply is on its way: then there is something to stop, and nothing can be sent. */
export function isReplying({ phase }: ChatState): boolean {
  return phase !== "idle" && phase !== "opening";
}

/** True where the draft may go out; not while the conversation that it is for could not be opened. */
export function canSend(state: ChatState): boolean {
  const isUnopened = state.sessionId !== null && state.session === null;
  const isSeen = picturesOf(state).length === 0 || canSee(state) !== false;
  const isSendable = state.draft.trim() !== "" && charsOver(state) === 0 && isSeen;
  return state.phase === "idle" && !isUnopened && state.missing === null && isSendable;
}

/** The pictures that go with the next message of a place; of the open one, unless told otherwise. */
export function picturesOf(state: ChatState, key = draftKey(state)): readonly AttachedPicture[] {
  return state.pictures[key] ?? [];
}

/** Whether the model that the next message goes to can see; null where nobody knows. */
export function canSee(state: ChatState): boolean | null {
  return selectedEngineModel(state)?.capabilities?.includes("vision") ?? null;
}

/** How many characters the draft has more than a message may have. */
export function charsOver({ draft }: ChatState): number {
  return Math.max(0, draft.trimEnd().length - LIMITS.messageChars);
}

/** What to know of the next message; empty where there is nothing. */
export function composerNote(state: ChatState): string {
  const over = charsOver(state);
  if (over > 0) {
    const most = LIMITS.messageChars.toLocaleString("en");
    const much = `${over.toLocaleString("en")} ${over === 1 ? "character" : "characters"}`;
    return `Too long by ${much}: a message has at most ${most}.`;
  }
  if (picturesOf(state).length > 0) {
    if (canSee(state) === false) {
      return `${selectedModel(state)} cannot see pictures: choose another model, or remove them.`;
    }
    if (state.draft.trim() === "") return "Write what the model should do with the picture.";
  }
  if (startsAnotherConversation(state)) {
    return `Your next message starts another conversation, with ${agentName(state, selectedAgentId(state))}.`;
  }
  return missingModelNote(state);
}

/** That another model answers than the profile's own; empty where that is there, or somebody has chosen one. */
function missingModelNote(state: ChatState): string {
  const { chosenModel, models } = state;
  const wanted = openProfile(state)?.default_model ?? null;
  const isMissing = wanted !== null && models.length > 0 && selectedModel(state) !== wanted;
  return isMissing && chosenModel === null
    ? `The engine does not have ${wanted}, the profile's model: ${selectedModel(state)} answers.`
    : "";
}

/** True where no language model answers, but the engine's stand-in: a person must be told. */
export function isScripted({ models }: ChatState): boolean {
  return models.some((model) => model.provider === "stand-in");
}

/** A conversation's title, also before it has one. */
export function titleOf(session: Session | null): string {
  return session?.title ?? "New conversation";
}

/** The conversations of the open profile; none while only another's are known. */
export function listedSessions({ sessions, sessionsOf, modelId }: ChatState): readonly Session[] {
  return sessionsOf === modelId ? sessions : [];
}

/** True where more conversations can be listed. */
export function hasOlder(state: ChatState): boolean {
  const listed = listedSessions(state).length;
  return listed > 0 && listed < state.sessionsTotal;
}

/** True where there is nothing to show, and nothing on its way. */
export function isEmpty({ messages, phase }: ChatState): boolean {
  return messages.length === 0 && phase !== "opening";
}

/** Where the open conversation stands, in a few words; empty where there is nothing to say. */
export function statusText(state: ChatState): string {
  switch (state.phase) {
    case "opening":
      return "Opening";
    case "sending":
      return WAITING_WORDS[state.waiting ?? "hmi"];
    case "waiting":
      return WAITING_WORDS[state.waiting ?? "model"];
    case "writing":
      return "Writing";
    case "stopping":
      return "Stopping";
    case "reconnecting":
      return `Connection lost, trying again in ${Math.ceil(state.retryInMs / 1000)} s`;
    case "idle":
      return replySummary(state.messages, state.messages.length - 1, state.models);
  }
}

const WAITING_WORDS = {
  hmi: "Connecting",
  restart: "The HMI is being restarted: sending again",
  model: "Waiting for the model",
  queued: "Waiting in line for the model",
  loading: "Loading the model",
  thinking: "The model is thinking",
} as const;

const ENDINGS = {
  streaming: undefined,
  complete: undefined,
  cancelled: "Stopped",
  interrupted: "Interrupted",
  error: "Failed",
} as const;

/**
 * What is worth knowing of a reply: how it ended, unless well; its length; its cost, unless it was free; and
 * its model where that is not the one of the reply before. Empty for a message that is no reply.
 */
export function replySummary(
  messages: readonly ShownMessage[],
  index: number,
  models: readonly EngineModel[],
): string {
  const message = messages[index];
  if (message?.role !== "assistant") return "";
  const before = replyBefore(messages, index);
  const tokens = message.usage?.completion_tokens ?? 0;
  const cost = costOf(message, models);
  const parts = [
    ENDINGS[message.status],
    tokens > 0 && `${tokens} ${tokens === 1 ? "token" : "tokens"}`,
    cost > 0 && costText(cost),
    before?.model_name && before.model_name !== message.model_name && message.model_name,
  ];
  return parts.filter(Boolean).join(" · ");
}

/** What failed in a reply, and what to do; undefined where nothing did. */
export function shownFailureOf({ status, error }: ShownMessage): ShownMessage["error"] | undefined {
  if (error !== null) return error;
  if (status !== "interrupted") return undefined;
  return {
    code: "reply_interrupted",
    message: "The reply was cut short because a service stopped.",
    hint: "Retry to get a whole one.",
  };
}

/** The problem to show: not one that the last reply names already, nor one that the services' note explains. */
export function shownProblem({ problem, messages, services }: ChatState): PageProblem | null {
  const last = messages.at(-1);
  const isSaid = last !== undefined && shownFailureOf(last)?.message === problem?.message;
  const isExplained = problem?.retry === "load" && hasServiceDown(services);
  return isSaid || isExplained ? null : problem;
}

/** The service to mend, where no problem and no failed reply says so already. */
export function shownServiceTrouble(state: ChatState): ServiceTrouble | null {
  const last = state.messages.at(-1);
  const failure = last === undefined ? undefined : shownFailureOf(last);
  const isSaid = failure?.code.endsWith("_unavailable") ?? false;
  return isSaid || shownProblem(state) !== null ? null : serviceTrouble(state.services);
}

function replyBefore(messages: readonly ShownMessage[], index: number): ShownMessage | undefined {
  for (let place = index - 1; place >= 0; place -= 1) {
    if (messages[place]?.role === "assistant") return messages[place];
  }
  return undefined;
}
