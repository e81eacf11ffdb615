import type { Agent, Session } from "../src/contract/hmi.ts";
import type { ChatState, ShownMessage } from "./state.ts";

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

export function canSend(state: ChatState): boolean {
  return state.phase === "idle" && state.draft.trim() !== "";
}

/** A conversation's title, also before it has one. */
export function titleOf(session: Session | null): string {
  return session?.title ?? "New conversation";
}

/** Where the open conversation stands, in a few words; empty where there is nothing to say. */
export function statusText(state: ChatState): string {
  switch (state.phase) {
    case "opening":
      return "Opening";
    case "sending":
      return "Connecting";
    case "thinking":
      return state.detail ?? "The model is thinking";
    case "writing":
      return "Writing";
    case "stopping":
      return "Stopping";
    case "reconnecting":
      return `Connection lost, trying again in ${Math.ceil(state.retryInMs / 1000)} s`;
    case "idle": {
      const last = state.messages.at(-1);
      return last?.role === "assistant" ? replySummary(last) : "";
    }
  }
}

const ENDINGS = {
  streaming: undefined,
  complete: undefined,
  cancelled: "Stopped",
  interrupted: "Interrupted",
  error: "Failed",
} as const;

/** What is worth knowing of an ended reply: how it ended unless well, its length, the model. */
export function replySummary({ status, usage, model_name }: ShownMessage): string {
  const tokens = usage?.completion_tokens ?? 0;
  const parts = [
    ENDINGS[status],
    tokens === 0 ? undefined : `${tokens} ${tokens === 1 ? "token" : "tokens"}`,
    model_name ?? undefined,
  ];
  return parts.filter((part) => part !== undefined).join(" · ");
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
