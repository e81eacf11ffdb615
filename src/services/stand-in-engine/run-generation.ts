import type { ServerResponse } from "node:http";
import { messageOf } from "../../errors/thrown-error.ts";
import { pauseUnlessAborted } from "./abortable-waits.ts";
import { EngineError, inputTooLong } from "./engine-errors.ts";
import type { Engine } from "./engine-instance.ts";
import type { StandInModel } from "./engine-models.ts";
import { tokenId, tokensOf } from "./engine-tokens.ts";
import type { GenerationOptions } from "./generation-options.ts";
import type { GenerationFacts, RecordEntry } from "./generation-record.ts";
import { imageDigests, whatIsSeen } from "./image-digests.ts";
import { ScriptedFailureError, withInjectedFailures } from "./injected-failures.ts";
import type { Lease } from "./model-scheduler.ts";
import type { OllamaThink } from "./ollama-requests.ts";
import { type FittedPrompt, fitToWindow, isTooLong } from "./prompt-window.ts";
import type { FormattedEnd, ReplyFormat } from "./reply-format.ts";
import { type ReplyScript, type ReplyToken, thoughtAndReplyTokens } from "./reply-tokens.ts";
import { type ChatMessage, scriptedReply } from "./scripted-reply.ts";
import { scriptedThought } from "./scripted-thought.ts";
import { endStream, sendText, writeStream } from "./send-answer.ts";
import { paceTokens } from "./token-pace.ts";

/** A request to generate that has passed its checks. */
export interface GenerationJob {
  readonly facts: GenerationFacts;
  readonly model: StandInModel;
  readonly messages: readonly ChatMessage[];
  /** Whether the model thinks, and with which effort. */
  readonly think: OllamaThink;
  readonly options: GenerationOptions;
  readonly keepAliveMs: number | undefined;
  readonly stream: boolean;
  /** Whether a prompt that is too long is cut; else it is refused. */
  readonly truncate: boolean;
  /** Whether a reply may go on beyond the window; else it ends there. */
  readonly shift: boolean;
  /** How the endpoint puts the reply on the wire. */
  readonly format: ReplyFormat;
  /** The tokens before this prompt where the final object has a `context`; undefined where it has none. */
  readonly context: readonly number[] | undefined;
}

/**
 * Runs one generation from the queue to its final object, and keeps its record. Throws EngineError where it fails
 * before anything was sent, and the signal's reason as soon as that is aborted, which is how a client says that it left.
 */
export async function runGeneration(
  engine: Engine,
  job: GenerationJob,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const entry = engine.log.begin(job.facts);
  const startedAt = performance.now();
  try {
    const { refusal } = job.options.directions;
    if (refusal !== undefined) throw refusal;
    const request = { keepAliveMs: job.keepAliveMs, numCtx: job.options.numCtx };
    const lease = await engine.scheduler.lease(job.model, request, signal);
    try {
      await pauseUnlessAborted(job.options.loadMs, signal);
      const loadedAt = performance.now();
      await lease.run(signal, async () => {
        const times = { startedAt, loadedAt, beganAt: performance.now() };
        await answerOrFail(engine, job, { lease, entry, times, response, signal });
      });
    } finally {
      lease.release();
    }
  } catch (error) {
    entry.end(signal.aborted ? "aborted" : "failed", null);
    throw error;
  }
}

/** What an answer needs beside its job. */
interface Turn {
  readonly lease: Lease;
  readonly entry: RecordEntry;
  /** In milliseconds of `performance.now()`. */
  readonly times: Readonly<Record<"startedAt" | "loadedAt" | "beganAt", number>>;
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
}

/** Whatever goes wrong from here on, a stream tells itself: in its last words, or in its first. */
async function answerOrFail(engine: Engine, job: GenerationJob, turn: Turn): Promise<void> {
  try {
    await answer(engine, job, turn);
  } catch (error) {
    if (turn.signal.aborted || !job.stream || error instanceof ScriptedFailureError) throw error;
    turn.entry.end("failed", null);
    failStream(job.format, turn.response, error);
  }
}

async function answer(engine: Engine, job: GenerationJob, turn: Turn): Promise<void> {
  const { format, stream } = job;
  const { lease, entry, response } = turn;
  const prompt = fittedPrompt(job, lease.contextLength);
  entry.dropped(prompt.dropped);
  const most = mostTokens(job, lease.contextLength, prompt.tokens);
  const spoken = await speak(job, scriptOf(engine, job, prompt), most, turn);
  const counted = { prompt_tokens: prompt.tokens, completion_tokens: entry.tokensSent };
  const reply: FormattedEnd = {
    text: spoken.text,
    thought: spoken.thought,
    doneReason: entry.tokensSent === most ? "length" : "stop",
    context: job.context && [...job.context, ...idsOf(prompt.messages), ...spoken.tokenIds],
    promptTokens: prompt.tokens,
    replyTokens: entry.tokensSent,
    durations: durationsOf(turn.times, spoken),
  };
  if (!stream) entry.sent(0, spoken.text.length);
  entry.end("done", counted);
  if (stream) {
    endStream(response, { type: format.streamType, text: format.end(reply) });
  } else {
    const { type, body } = format.whole(reply);
    sendText(response, 200, type, body);
  }
}

function fittedPrompt(
  { messages, model, context = [], truncate }: GenerationJob,
  contextLength: number,
): FittedPrompt {
  const seesImages = model.capabilities.includes("vision");
  const window = { contextLength, seesImages, contextTokens: context.length };
  if (!truncate && isTooLong(messages, window)) throw inputTooLong();
  return fitToWindow(messages, window);
}

/** Ollama lets no model go on for ever, unless it is told to by `num_predict: 0` (llm/server.go). */
function mostTokens(
  { options: { numPredict, repeats }, shift }: GenerationJob,
  contextLength: number,
  promptTokens: number,
): number {
  const asked = numPredict ?? (repeats ? 10 * contextLength : Number.POSITIVE_INFINITY);
  return shift ? asked : Math.min(asked, contextLength - promptTokens);
}

function scriptOf(
  engine: Engine,
  { options, model, think }: GenerationJob,
  prompt: FittedPrompt,
): ReplyScript {
  const { messages } = prompt;
  const seen = model.capabilities.includes("vision") ? whatIsSeen(imageDigests(messages)) : "";
  const scripted = (): string =>
    engine.takeAnnouncement() + (seen === "" ? "" : `${seen}\n\n`) + scriptedReply(messages);
  return {
    thought: think === false ? undefined : (options.thought ?? scriptedThought(messages, think)),
    reply: options.reply ?? scripted(),
  };
}

/** What was said, as far as the final object tells of it. */
interface Spoken {
  /** The whole texts where they are not streamed. */
  readonly text: string;
  readonly thought: string;
  readonly tokenIds: readonly number[];
  readonly firstTokenAt: number;
  readonly endedAt: number;
}

async function speak(
  job: GenerationJob,
  script: ReplyScript,
  most: number,
  { entry, response, signal }: Turn,
): Promise<Spoken> {
  const { format, options } = job;
  const type = format.streamType;
  const tokenIds: number[] = [];
  const unsent = { text: "", thought: "" };
  let firstTokenAt: number | undefined;
  const groups = paceTokens(thoughtAndReplyTokens(script, options, most), options.tokenDelayMs, signal);
  const passed = withInjectedFailures(groups, options.directions, { response, streamType: type, signal });
  for await (const tokens of passed) {
    firstTokenAt ??= performance.now();
    entry.sent(tokens.length, charsAnswered(tokens, job));
    if (job.context !== undefined) tokenIds.push(...tokens.map(({ text }) => tokenId(text)));
    if (job.stream) {
      const part = { type, text: format.pieces(tokens) };
      await writeStream(response, part, signal, options.directions.splitBytes);
    } else {
      for (const { text, isThought } of tokens) unsent[isThought ? "thought" : "text"] += text;
    }
  }
  signal.throwIfAborted();
  const endedAt = performance.now();
  return { ...unsent, tokenIds, firstTokenAt: firstTokenAt ?? endedAt, endedAt };
}

/** What is answered in one piece has not been answered before all of it is there. */
function charsAnswered(tokens: readonly ReplyToken[], { stream }: GenerationJob): number {
  if (!stream) return 0;
  return tokens.reduce((sum, { text, isThought }) => sum + (isThought ? 0 : text.length), 0);
}

/** Once it streams, the status is gone: what comes last says it. */
function failStream(format: ReplyFormat, response: ServerResponse, error: unknown): void {
  const message = messageOf(error);
  const status = error instanceof EngineError ? error.status : 500;
  if (response.headersSent) {
    endStream(response, { type: format.streamType, text: format.lateFailure(message) });
  } else {
    endStream(response, { status, type: "application/json", text: format.failure(status, message) });
  }
}

function idsOf(messages: readonly ChatMessage[]): number[] {
  return messages.flatMap(({ content }) => [...tokensOf(content)].map(tokenId));
}

function durationsOf(
  { startedAt, loadedAt, beganAt }: Turn["times"],
  { firstTokenAt, endedAt }: Spoken,
): FormattedEnd["durations"] {
  return {
    total: nanoseconds(startedAt, endedAt),
    load: nanoseconds(startedAt, loadedAt),
    prompt: nanoseconds(beganAt, firstTokenAt),
    reply: nanoseconds(firstTokenAt, endedAt),
  };
}

/** Integer nanoseconds, Ollama's unit, between two times in milliseconds. */
function nanoseconds(from: number, to: number): number {
  return Math.round((to - from) * 1e6);
}
