import type { Agent, Session } from "../src/contract/hmi.ts";
import type { ChatState, Problem, ShownMessage } from "./state.ts";

/** Most conversations that the HMI lists at once. */
export const LIST_LIMIT = 500;

/** The model that the next message goes to: the chosen one while the engine has it, else the default. */
export function selectedModel({ models, chosenModel, defaultModel }: ChatState): string | null {
  return models.some((model) => model.model_id === chosenModel) ? chosenModel : defaultModel;
}

/** The agent that the next message goes to; undefined until the agents are known. */
export function selectedAgent({ agents, chosenAgent, session }: ChatState): Agent | undefined {
  const wanted = chosenAgent ?? session?.agent_id;
  return agents.find((agent) => agent.agent_id === wanted) ?? agents[0];
}

/** True where the next message leaves the open conversation, because that belongs to another agent. */
export function startsAnotherConversation(state: ChatState): boolean {
  const { session, messages } = state;
  if (session === null || messages.length === 0) return false;
  return selectedAgent(state)?.agent_id !== session.agent_id;
}

/** True while a reply is on its way: then there is something to stop, and nothing can be sent. */
export function isReplying({ phase }: ChatState): boolean {
  return phase !== "idle" && phase !== "opening";
}

/** True where the draft may go out; not while the conversation that it is for could not be opened. */
export function canSend(state: ChatState): boolean {
  const isMissing = state.sessionId !== null && state.session === null;
  return state.phase === "idle" && !isMissing && state.draft.trim() !== "";
}

/** True where no language model answers, but the engine's stand-in: a person must be told. */
export function isScripted({ models }: ChatState): boolean {
  return models.some((model) => model.provider === "stand-in");
}

/** A conversation's title, also before it has one. */
export function titleOf(session: Session | null): string {
  return session?.title ?? "New conversation";
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
      return "Connecting";
    case "thinking":
      return "The model is thinking";
    case "writing":
      return "Writing";
    case "stopping":
      return "Stopping";
    case "reconnecting":
      return `Connection lost, trying again in ${Math.ceil(state.retryInMs / 1000)} s`;
    case "idle":
      return replySummary(state.messages, state.messages.length - 1);
  }
}

const ENDINGS = {
  streaming: undefined,
  complete: undefined,
  cancelled: "Stopped",
  interrupted: "Interrupted",
  error: "Failed",
} as const;

/**
 * What is worth knowing of a reply: how it ended, unless well; its length; and its model where that is
 * not the one of the reply before. Empty for a message that is no reply.
 */
export function replySummary(messages: readonly ShownMessage[], index: number): string {
  const message = messages[index];
  if (message?.role !== "assistant") return "";
  const before = replyBefore(messages, index);
  const tokens = message.usage?.completion_tokens ?? 0;
  const parts = [
    ENDINGS[message.status],
    tokens > 0 && `${tokens} ${tokens === 1 ? "token" : "tokens"}`,
    before?.model_name && before.model_name !== message.model_name && message.model_name,
  ];
  return parts.filter(Boolean).join(" · ");
}

/** What failed in a reply, and what to do; undefined where nothing did. */
export function failureOf({ status, error }: ShownMessage): ShownMessage["error"] | undefined {
  if (error !== null) return error;
  if (status !== "interrupted") return undefined;
  return {
    code: "reply_interrupted",
    message: "The reply was cut short because a service stopped.",
    hint: "Send the message again.",
  };
}

/** The problem to show: not one that the last reply names already. */
export function shownProblem({ problem, messages }: ChatState): Problem | null {
  const last = messages.at(-1);
  const isSaid = last !== undefined && failureOf(last)?.message === problem?.message;
  return isSaid ? null : problem;
}

function replyBefore(messages: readonly ShownMessage[], index: number): ShownMessage | undefined {
  for (let place = index - 1; place >= 0; place -= 1) {
    if (messages[place]?.role === "assistant") return messages[place];
  }
  return undefined;
}
