import type { EngineApi } from "../../contract/contract-defaults.ts";
import type { EngineMessage } from "../../contract/gateway-schemas.ts";
import { engineRoutes } from "../../contract/routes.ts";
import type { EngineRequest } from "./engine-request.ts";

/** Which of Ollama's calls a reply is asked by. */
export type OllamaApi = Exclude<EngineApi, "openai">;

/** Path and body of the `POST` that asks for a reply as a stream. */
export function ollamaCall(api: OllamaApi, request: EngineRequest): { path: string; body: object } {
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
function onePrompt(messages: readonly EngineMessage[]): {
  system?: string;
  prompt: string;
  images?: readonly string[];
} {
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => content);
  const turns = messages.filter(({ role }) => role !== "system");
  // One prompt has one list of pictures: those of the whole history, in its order.
  const images = turns.flatMap((turn) => turn.images ?? []);
  return {
    ...(system.length > 0 && { system: system.join("\n\n") }),
    prompt: promptOf(turns),
    ...(images.length > 0 && { images }),
  };
}

function promptOf(turns: readonly EngineMessage[]): string {
  const [first, ...others] = turns;
  if (first?.role === "user" && others.length === 0) return first.content;
  const said = turns.map(({ role, content }) => `${role === "user" ? "User" : "Assistant"}: ${content}`);
  return [...said, "Assistant:"].join("\n\n");
}
