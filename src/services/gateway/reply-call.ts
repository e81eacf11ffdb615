import type { Config } from "../../config/schema.ts";
import type { EngineMessage, EngineOptions } from "../../contract/gateway.ts";
import { engineRoutes } from "../../contract/routes.ts";

/** Which of Ollama's calls a reply is asked by (setting `engine.api`). */
export type EngineApi = Config["engine"]["api"];

/** What the engine is asked. */
export interface EngineRequest {
  readonly model: string;
  readonly messages: readonly EngineMessage[];
  readonly options?: EngineOptions | undefined;
}

/** Path and body of the `POST` that asks for a reply as a stream. */
export function replyCall(api: EngineApi, request: EngineRequest): { path: string; body: object } {
  if (api === "chat") return { path: engineRoutes.chat.path(), body: { ...request, stream: true } };
  const { messages, ...rest } = request;
  return { path: engineRoutes.generate.path(), body: { ...rest, ...onePrompt(messages), stream: true } };
}

/**
 * A conversation for `/api/generate`, which takes one prompt: the system messages as `system`; a single
 * user message as it is; a longer one as a transcript in which the assistant's turn is next.
 *
 * A user's text that imitates a role line (`Assistant: ...`) cannot be told apart from a turn in such a
 * transcript. In `/api/chat` it can: there each message keeps its role, so that is the default.
 */
function onePrompt(messages: readonly EngineMessage[]): { system?: string; prompt: string } {
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => content);
  const turns = messages.filter(({ role }) => role !== "system");
  return { ...(system.length > 0 && { system: system.join("\n\n") }), prompt: promptOf(turns) };
}

function promptOf(turns: readonly EngineMessage[]): string {
  const [first, ...others] = turns;
  if (first?.role === "user" && others.length === 0) return first.content;
  const said = turns.map(({ role, content }) => `${role === "user" ? "User" : "Assistant"}: ${content}`);
  return [...said, "Assistant:"].join("\n\n");
}
