import type { ServerResponse } from "node:http";
import type { GenerationRecord } from "../../contract/engine.ts";
import { directed } from "./directions.ts";
import { goUtcTime } from "./go/time.ts";
import type { Engine } from "./instance.ts";
import type { Model } from "./models.ts";
import type { GenerationOptions } from "./options.ts";
import { paced } from "./pace.ts";
import type { GenerationFacts, RecordEntry } from "./record.ts";
import { replyTokens } from "./reply.ts";
import { endLines, sendJson, writeLines } from "./respond.ts";
import { type ChatMessage, scriptedReply } from "./script.ts";
import { countTokens, tokenId, tokensOf } from "./tokens.ts";
import { pause } from "./waits.ts";

/** A request to generate that has passed its checks. */
export interface GenerationJob {
  readonly facts: GenerationFacts;
  readonly model: Model;
  readonly messages: readonly ChatMessage[];
  readonly options: GenerationOptions;
  readonly keepAliveMs: number | undefined;
  readonly stream: boolean;
  /** How the endpoint wraps the text in its objects. */
  readonly frame: (text: string) => object;
  /** The tokens before this prompt where the final object has a `context`; undefined where it has none. */
  readonly context: readonly number[] | undefined;
}

/**
 * Runs one generation from the queue to its final object, and keeps its record. Throws EngineError, and
 * the signal's reason as soon as that is aborted, which is how a client says that it left.
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
    const request = { keepAliveMs: job.keepAliveMs, numCtx: job.options.numCtx };
    const lease = await engine.scheduler.lease(job.model, request, signal);
    try {
      await pause(job.options.loadMs, signal);
      const loadedAt = performance.now();
      await lease.run(signal, async () => {
        const text = job.options.reply ?? engine.takeAnnouncement() + scriptedReply(job.messages);
        const spoken = await speak(job, text, entry, response, signal);
        const counted = { prompt_tokens: promptTokens(job), completion_tokens: entry.tokensSent };
        const final = finalObject(job, counted, spoken, { startedAt, loadedAt });
        entry.end("done", counted);
        if (job.stream) endLines(response, final);
        else sendJson(response, 200, final);
      });
    } finally {
      lease.release();
    }
  } catch (error) {
    entry.end(signal.aborted ? "aborted" : "failed", null);
    throw error;
  }
}

/** What was said, as far as the final object tells of it. */
interface Spoken {
  /** The whole text where it is not streamed. */
  readonly text: string;
  readonly tokenIds: readonly number[];
  readonly beganAt: number;
  readonly firstTokenAt: number;
  readonly endedAt: number;
}

async function speak(
  job: GenerationJob,
  text: string,
  entry: RecordEntry,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<Spoken> {
  const beganAt = performance.now();
  const tokenIds: number[] = [];
  let firstTokenAt: number | undefined;
  let unsent = "";
  const { tokenDelayMs, directions } = job.options;
  const groups = paced(replyTokens(text, job.options), tokenDelayMs, signal);
  for await (const tokens of directed(groups, directions, response, signal)) {
    firstTokenAt ??= performance.now();
    entry.sent(tokens.length);
    if (job.context !== undefined) tokenIds.push(...tokens.map(tokenId));
    if (job.stream) await writeLines(response, pieces(job, tokens), signal, directions.splitBytes);
    else unsent += tokens.join("");
  }
  signal.throwIfAborted();
  const endedAt = performance.now();
  return { text: unsent, tokenIds, beganAt, firstTokenAt: firstTokenAt ?? endedAt, endedAt };
}

function pieces({ facts, frame }: GenerationJob, tokens: readonly string[]): object[] {
  const { model } = facts;
  const created_at = goUtcTime(new Date());
  return tokens.map((token) => ({ model, created_at, ...frame(token), done: false }));
}

function promptTokens({ messages, context = [] }: GenerationJob): number {
  return messages.reduce((sum, { content }) => sum + countTokens(content), context.length);
}

function finalObject(
  { facts, frame, messages, options, context }: GenerationJob,
  { prompt_tokens, completion_tokens }: NonNullable<GenerationRecord["counted"]>,
  spoken: Spoken,
  { startedAt, loadedAt }: { startedAt: number; loadedAt: number },
): object {
  return {
    model: facts.model,
    created_at: goUtcTime(new Date()),
    ...frame(spoken.text),
    done: true,
    done_reason: completion_tokens === options.numPredict ? "length" : "stop",
    ...(context === undefined ? {} : { context: [...context, ...idsOf(messages), ...spoken.tokenIds] }),
    ...withoutZeros({
      total_duration: nanoseconds(startedAt, spoken.endedAt),
      load_duration: nanoseconds(startedAt, loadedAt),
      prompt_eval_count: prompt_tokens,
      prompt_eval_duration: nanoseconds(spoken.beganAt, spoken.firstTokenAt),
      eval_count: completion_tokens,
      eval_duration: nanoseconds(spoken.firstTokenAt, spoken.endedAt),
    }),
  };
}

function idsOf(messages: readonly ChatMessage[]): number[] {
  return messages.flatMap(({ content }) => [...tokensOf(content)].map(tokenId));
}

/** Integer nanoseconds, Ollama's unit, between two times in milliseconds. */
function nanoseconds(from: number, to: number): number {
  return Math.round((to - from) * 1e6);
}

/** Ollama leaves out figures that are zero. */
function withoutZeros(figures: Readonly<Record<string, number>>): object {
  return Object.fromEntries(Object.entries(figures).filter(([, figure]) => figure !== 0));
}
