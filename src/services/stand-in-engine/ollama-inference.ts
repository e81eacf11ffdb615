import { EngineMessage } from "../../contract/gateway-schemas.ts";
import { EngineError, notCapable } from "./engine-errors.ts";
import type { EngineExchange } from "./engine-handler.ts";
import type { ModelCapability, StandInModel } from "./engine-models.ts";
import { readOptions } from "./generation-options.ts";
import { goUtcTime } from "./go/go-time.ts";
import { imageDigests } from "./image-digests.ts";
import { chatFrame, generateFrame, type OllamaFrame, ollamaFormat } from "./ollama-format.ts";
import {
  type GenerateRequest,
  type OllamaChatRequest,
  type OllamaThink,
  readChatRequest,
  readGenerateRequest,
} from "./ollama-requests.ts";
import { optionsInPrompt } from "./options-in-prompt.ts";
import type { ReplyFormat } from "./reply-format.ts";
import { resolveModel } from "./resolve-model.ts";
import { type GenerationJob, runGeneration } from "./run-generation.ts";
import type { ChatMessage } from "./scripted-reply.ts";
import { sendJson } from "./send-answer.ts";

/** `POST /api/generate`. */
export async function generate(exchange: EngineExchange): Promise<void> {
  const body = await readGenerateRequest(exchange.request);
  requireLogprobsInRange(body);
  const model = resolveModel(body.model, "generate");
  const { prompt, system, images } = body;
  if (body.raw === true && (body.template !== "" || system !== "" || body.context.length > 0)) {
    throw new EngineError(400, "raw mode does not support template, system, or context");
  }
  requireCapabilities(model, body, body.suffix === "" ? [] : ["insert"]);
  const messages = [
    ...(system === "" ? [] : [{ role: "system", content: system }]),
    { role: "user", content: prompt, images },
  ];
  await infer(exchange, body, {
    isEmpty: prompt === "",
    model,
    messages,
    facts: {
      endpoint: "generate",
      messages: null,
      prompt,
      system: system === "" ? null : system,
    },
    frame: generateFrame,
    format: ollamaFormat(body.model, generateFrame),
    context: body.raw === true ? undefined : body.context,
  });
}

/** `POST /api/chat`. */
export async function chat(exchange: EngineExchange): Promise<void> {
  const body = await readChatRequest(exchange.request);
  await runChat(exchange, body, "chat", ollamaFormat(body.model, chatFrame));
}

/** A chat as it was asked for on any wire, answered in this format. Throws EngineError. */
export async function runChat(
  exchange: EngineExchange,
  body: OllamaChatRequest,
  endpoint: "chat" | "completions",
  format: ReplyFormat,
): Promise<void> {
  requireLogprobsInRange(body);
  const model = resolveModel(body.model, "chat");
  requireCapabilities(model, body, body.tools.length === 0 ? [] : ["tools"]);
  await infer(exchange, body, {
    isEmpty: body.messages.length === 0,
    model,
    messages: body.messages,
    facts: { endpoint, messages: body.messages.flatMap(toRecorded), prompt: null, system: null },
    frame: chatFrame,
    format,
    context: undefined,
  });
}

type InferenceRequest = GenerateRequest | OllamaChatRequest;

/** What the endpoints hand over; the rest of a job is the same for all. */
interface Prompt extends Pick<GenerationJob, "model" | "messages" | "format" | "context"> {
  readonly isEmpty: boolean;
  readonly facts: Pick<GenerationJob["facts"], "endpoint" | "messages" | "prompt" | "system">;
  /** What says that a model was loaded, or unloaded. */
  readonly frame: OllamaFrame;
}

/** An empty prompt only loads the model, or unloads it where it is not to be kept. */
async function infer(exchange: EngineExchange, body: InferenceRequest, prompt: Prompt): Promise<void> {
  const { engine, response, signal } = exchange;
  const { model, messages } = prompt;
  const { keep_alive: keepAliveMs } = body;
  const emptyAnswer = (reason: "load" | "unload"): object => ({
    model: body.model,
    created_at: goUtcTime(new Date()),
    ...prompt.frame("", ""),
    done: true,
    done_reason: reason,
  });
  if (prompt.isEmpty && keepAliveMs === 0) {
    engine.scheduler.unload(model);
    sendJson(response, 200, emptyAnswer("unload"));
    return;
  }
  const given = { ...optionsInPrompt(messages), ...body.options };
  const options = readOptions(given, engine.defaults);
  if (prompt.isEmpty) {
    const lease = await engine.scheduler.lease(model, { keepAliveMs, numCtx: options.numCtx }, signal);
    lease.release();
    sendJson(response, 200, emptyAnswer("load"));
    return;
  }
  const facts: GenerationJob["facts"] = {
    ...prompt.facts,
    model: body.model,
    options: given,
    think: body.think ?? null,
    images: imageDigests(messages),
    keep_alive_ms: keepAliveMs ?? null,
  };
  const job: GenerationJob = {
    ...prompt,
    facts,
    think: thinkingOf(model, body),
    options,
    keepAliveMs,
    stream: body.stream ?? true,
    truncate: body.truncate ?? true,
    shift: body.shift ?? true,
  };
  await runGeneration(engine, job, response, signal);
}

/** A model that can think does so, unless it is told not to. */
function thinkingOf({ capabilities }: StandInModel, { think }: InferenceRequest): OllamaThink {
  return capabilities.includes("thinking") && (think ?? true);
}

function requireLogprobsInRange({ top_logprobs: count }: InferenceRequest): void {
  if (count === undefined || count === null || (count >= 0 && count <= 20)) return;
  throw new EngineError(400, "top_logprobs must be between 0 and 20");
}

function requireCapabilities(
  { capabilities, fullName }: StandInModel,
  { think = false, model: asked }: InferenceRequest,
  wanted: readonly ModelCapability[],
): void {
  if (think !== false && !capabilities.includes("thinking")) {
    throw notCapable(JSON.stringify(asked), "thinking");
  }
  const missing = wanted.find((capability) => !capabilities.includes(capability));
  if (missing !== undefined) throw notCapable(fullName, missing);
}

/** The record holds the roles of the contract; a tool's result, which this stack never sends, is left out. */
function toRecorded({ role, content }: ChatMessage): EngineMessage[] {
  const known = EngineMessage.shape.role.safeParse(role);
  return known.success ? [{ role: known.data, content }] : [];
}
