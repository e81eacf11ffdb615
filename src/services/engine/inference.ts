import { EngineMessage } from "../../contract/gateway.ts";
import { optionsInText } from "../../contract/options-as-text.ts";
import { EngineError, notCapable } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import { type GenerationJob, runGeneration } from "./generation.ts";
import { goUtcTime } from "./go/time.ts";
import { resolveModel } from "./installed.ts";
import type { Capability, Model } from "./models.ts";
import { readOptions } from "./options.ts";
import { type ChatRequest, type GenerateRequest, readChatRequest, readGenerateRequest } from "./requests.ts";
import { sendJson } from "./respond.ts";
import type { ChatMessage } from "./script.ts";

/** `POST /api/generate`. */
export async function generate(exchange: Exchange): Promise<void> {
  const body = await readGenerateRequest(exchange.request);
  requireLogprobsInRange(body);
  const model = resolveModel(body.model, "generate");
  const { prompt, system } = body;
  if (body.raw === true && (body.template !== "" || system !== "" || body.context.length > 0)) {
    throw new EngineError(400, "raw mode does not support template, system, or context");
  }
  requireCapabilities(model, body, body.suffix === "" ? [] : ["insert"]);
  const messages = [
    ...(system === "" ? [] : [{ role: "system", content: system }]),
    { role: "user", content: prompt },
  ];
  await infer(exchange, body, prompt === "", {
    model,
    messages,
    facts: {
      endpoint: "generate",
      model: body.model,
      messages: null,
      prompt,
      system: system === "" ? null : system,
      options: body.options,
    },
    frame: (response) => ({ response }),
    context: body.raw === true ? undefined : body.context,
  });
}

/** `POST /api/chat`. */
export async function chat(exchange: Exchange): Promise<void> {
  const body = await readChatRequest(exchange.request);
  requireLogprobsInRange(body);
  const model = resolveModel(body.model, "chat");
  requireCapabilities(model, body, body.tools.length === 0 ? [] : ["tools"]);
  await infer(exchange, body, body.messages.length === 0, {
    model,
    messages: body.messages,
    facts: {
      endpoint: "chat",
      model: body.model,
      messages: body.messages.flatMap(toRecorded),
      prompt: null,
      system: null,
      options: body.options,
    },
    frame: (content) => ({ message: { role: "assistant", content } }),
    context: undefined,
  });
}

type InferenceRequest = GenerateRequest | ChatRequest;

/** What the two endpoints hand over; the rest of a job is the same for both. */
type Prompt = Pick<GenerationJob, "model" | "messages" | "facts" | "frame" | "context">;

/** An empty prompt only loads the model, or unloads it where it is not to be kept. */
async function infer(
  exchange: Exchange,
  body: InferenceRequest,
  isEmpty: boolean,
  prompt: Prompt,
): Promise<void> {
  const { engine, response, signal } = exchange;
  const { keep_alive: keepAliveMs } = body;
  if (isEmpty && keepAliveMs === 0) {
    engine.scheduler.unload(prompt.model);
    sendJson(response, 200, emptyAnswer(prompt, "unload"));
    return;
  }
  const given = {
    ...optionsInText(prompt.messages.map(({ content }) => content).join("\n")),
    ...body.options,
  };
  const options = readOptions(given, engine.defaults);
  if (isEmpty) {
    const lease = await engine.scheduler.lease(prompt.model, { keepAliveMs, numCtx: options.numCtx }, signal);
    lease.release();
    sendJson(response, 200, emptyAnswer(prompt, "load"));
    return;
  }
  const facts = { ...prompt.facts, options: given };
  const job = { ...prompt, facts, options, keepAliveMs, stream: body.stream ?? true };
  await runGeneration(engine, job, response, signal);
}

function emptyAnswer({ facts, frame }: Prompt, reason: "load" | "unload"): object {
  const created_at = goUtcTime(new Date());
  return { model: facts.model, created_at, ...frame(""), done: true, done_reason: reason };
}

function requireLogprobsInRange({ top_logprobs: count }: InferenceRequest): void {
  if (count === undefined || count === null || (count >= 0 && count <= 20)) return;
  throw new EngineError(400, "top_logprobs must be between 0 and 20");
}

function requireCapabilities(model: Model, body: InferenceRequest, wanted: readonly Capability[]): void {
  if (body.think) throw notCapable(JSON.stringify(body.model), "thinking");
  const missing = wanted.find((capability) => !model.capabilities.includes(capability));
  if (missing !== undefined) throw notCapable(model.fullName, missing);
}

/** The record holds the roles of the contract; a tool's result, which this stack never sends, is left out. */
function toRecorded({ role, content }: ChatMessage): EngineMessage[] {
  const known = EngineMessage.shape.role.safeParse(role);
  return known.success ? [{ role: known.data, content }] : [];
}
