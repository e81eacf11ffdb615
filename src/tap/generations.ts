import type { GenerationRecord } from "../contract/engine.ts";
import { engineRoutes } from "../contract/routes.ts";
import { type Exchange, textOf } from "./exchange.ts";

/** The fields of a request to generate that are looked at; whatever else it holds. */
interface Asked {
  readonly model?: unknown;
  readonly messages?: GenerationRecord["messages"];
  readonly prompt?: unknown;
  readonly system?: unknown;
  readonly options?: Record<string, unknown>;
}

const ENDPOINTS: Readonly<Record<string, GenerationRecord["endpoint"]>> = {
  [engineRoutes.chat.pattern]: "chat",
  [engineRoutes.generate.pattern]: "generate",
};

/**
 * What a tap in front of an engine has seen, as the stand-in's own record tells it: so that what reached an
 * engine is known of a real one, too.
 *
 * @param epochMs when the tap began, as `Date.now()` tells it
 */
export function generationsIn(exchanges: readonly Exchange[], epochMs: number): GenerationRecord[] {
  return exchanges.flatMap((exchange) => {
    const endpoint = exchange.method === "POST" ? ENDPOINTS[exchange.path.split("?", 1)[0] ?? ""] : undefined;
    return endpoint === undefined ? [] : [recordOf(exchange, endpoint, epochMs)];
  });
}

function recordOf(
  exchange: Exchange,
  endpoint: GenerationRecord["endpoint"],
  epochMs: number,
): GenerationRecord {
  const asked = (parse(textOf(exchange.request)) ?? {}) as Asked;
  const at = (ms: number | null): string | null =>
    ms === null ? null : new Date(epochMs + ms).toISOString();
  const lines = textOf(exchange.response).split("\n").map(parse);
  const tokens = lines.filter((line) => wordsOf(line) !== "");
  const final = lines.find((line) => line?.["done"] === true);
  return {
    id: exchange.id,
    endpoint,
    model: String(asked.model ?? ""),
    messages: endpoint === "chat" ? (asked.messages ?? []) : null,
    prompt: endpoint === "generate" ? String(asked.prompt ?? "") : null,
    system: typeof asked.system === "string" ? asked.system : null,
    options: asked.options ?? {},
    tokens_sent: tokens.length,
    counted: countsIn(final),
    ended: endOf(exchange, final !== undefined),
    started_at: at(exchange.began_ms) ?? "",
    first_token_at: tokens.length === 0 ? null : at(exchange.response.chunks[0]?.at_ms ?? null),
    ended_at: at(exchange.ended_ms),
  };
}

/** An engine that has said its last word is done, however the connection ended after that. */
function endOf({ ended }: Exchange, isWhole: boolean): GenerationRecord["ended"] {
  if (ended === "running") return "running";
  if (isWhole) return "done";
  return ended === "client-left" ? "aborted" : "failed";
}

/** Ollama leaves out counts that are zero. */
function countsIn(final: Record<string, unknown> | undefined): GenerationRecord["counted"] {
  if (final === undefined) return null;
  const { prompt_eval_count, eval_count } = final;
  return { prompt_tokens: Number(prompt_eval_count ?? 0), completion_tokens: Number(eval_count ?? 0) };
}

function wordsOf(line: Record<string, unknown> | undefined): string {
  const { message, response } = line ?? {};
  const content =
    typeof message === "object" && message !== null && "content" in message ? message.content : response;
  return typeof content === "string" ? content : "";
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
