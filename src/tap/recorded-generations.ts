import { arrivalMoments } from "../contract/arrival-moments.ts";
import type { GenerationRecord } from "../contract/engine-schemas.ts";
import { engineRoutes } from "../contract/routes.ts";
import {
  type AnswerFacts,
  type AskedFacts,
  type Fields,
  jsonFieldsOf,
  parseObject,
} from "./engine-exchange.ts";
import { ollamaAnswered, ollamaAsked } from "./ollama-exchange.ts";
import { openAiAnswered, openAiAsked } from "./openai-exchange.ts";
import { type RecordedExchange, textOfChunks } from "./recorded-exchange.ts";

/** How the exchanges of one call are read. */
interface ReplyCall {
  readonly endpoint: GenerationRecord["endpoint"];
  asked(body: Fields): AskedFacts;
  answered(text: string): AnswerFacts;
}

/** The calls by which an engine is asked for a reply, by their paths. */
const CALLS: Readonly<Record<string, ReplyCall>> = {
  [engineRoutes.chat.pattern]: {
    endpoint: "chat",
    asked: (body) => ollamaAsked(body, "chat"),
    answered: ollamaAnswered,
  },
  [engineRoutes.generate.pattern]: {
    endpoint: "generate",
    asked: (body) => ollamaAsked(body, "generate"),
    answered: ollamaAnswered,
  },
  [engineRoutes.openAiChat.pattern]: {
    endpoint: "completions",
    asked: openAiAsked,
    answered: openAiAnswered,
  },
};

/**
 * What a tap in front of an engine has seen, as the stand-in's own record tells it: so that what reached an
 * engine is known of a real one, too.
 *
 * @param epochMs when the tap began, as `Date.now()` tells it
 */
export function generationsIn(exchanges: readonly RecordedExchange[], epochMs: number): GenerationRecord[] {
  return exchanges.flatMap((exchange) => {
    const call = exchange.method === "POST" ? CALLS[exchange.path.split("?", 1)[0] ?? ""] : undefined;
    return call === undefined ? [] : [recordOf(exchange, call, epochMs)];
  });
}

function recordOf(exchange: RecordedExchange, call: ReplyCall, epochMs: number): GenerationRecord {
  const { id, request, response, began_ms, ended_ms } = exchange;
  const { tokens, text, isWhole, counted } = call.answered(textOfChunks(response));
  const at = (ms: number | null): string | null =>
    ms === null ? null : new Date(epochMs + ms).toISOString();
  return {
    id,
    endpoint: call.endpoint,
    ...call.asked(parseObject(textOfChunks(request)) ?? {}),
    tokens_sent: tokens,
    moments_sent: arrivalMoments(response.chunks.map(({ at_ms }) => at_ms)).length,
    text,
    counted,
    ended: endOf(exchange, isWhole),
    ...refusalIn(exchange),
    started_at: at(began_ms) ?? "",
    first_token_at: tokens === 0 ? null : at(response.chunks[0]?.at_ms ?? null),
    ended_at: at(ended_ms),
  };
}

/** What was answered in place of a reply. */
function refusalIn({ status, response }: RecordedExchange): Pick<GenerationRecord, "refused"> {
  if (status === null || status < 400) return {};
  const text = textOfChunks(response);
  const { error = text } = parseObject(text) ?? {};
  const { message = error } = jsonFieldsOf(error);
  const said = typeof message === "string" ? message : JSON.stringify(message);
  return { refused: { status, said: said.replace(/\s+/g, " ").trim().slice(0, MOST_CHARS) } };
}

/** Of an answer that is a page, no more is quoted than this. */
const MOST_CHARS = 300;

/** An engine that has said its last word is done, however the connection ended after that. */
function endOf({ ended }: RecordedExchange, isWhole: boolean): GenerationRecord["ended"] {
  if (isWhole && ended !== "running") return "done";
  // How it went on nobody has seen.
  if (ended === "running" || ended === "tap-closed") return "running";
  return ended === "client-left" ? "aborted" : "failed";
}
