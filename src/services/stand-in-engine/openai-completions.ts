import { EngineError } from "./engine-errors.ts";
import type { EngineExchange } from "./engine-handler.ts";
import { runChat } from "./ollama-inference.ts";
import { openAiError, openAiFormat } from "./openai-format.ts";
import { type OpenAiChat, readOpenAiChat } from "./openai-requests.ts";
import { sendJson } from "./send-answer.ts";

/** `POST /v1/chat/completions`: Ollama's own chat, asked and answered in OpenAI's shapes. */
export async function chatCompletions(exchange: EngineExchange): Promise<void> {
  const asked = await readOrRefuse(exchange);
  if (asked === undefined) return;
  const { chat, includeUsage } = asked;
  await runChat(exchange, chat, "completions", openAiFormat(chat.model, includeUsage));
}

/** Ollama refuses what it cannot read before its writer of OpenAI's answers is there: other headers, no line break. */
async function readOrRefuse({ request, response }: EngineExchange): Promise<OpenAiChat | undefined> {
  try {
    return await readOpenAiChat(request);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    sendJson(response, error.status, openAiError(error.status, error.message));
    return undefined;
  }
}
