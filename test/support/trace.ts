import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { judgeSavedTurn } from "../../src/targets/judge-saved-turn.ts";
import type { HopName } from "../../src/trace/hop-names.ts";
import { NOTHING_SEEN } from "../../src/trace/read-hop-pass.ts";
import type { TraceOptions } from "../../src/trace/trace-options.ts";
import type { HopPass, TraceObservations } from "../../src/trace/trace-report.ts";
import { traceStack } from "../../src/trace/trace-stack.ts";

const WHOLE = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10!";

/** A reply that came as it should: ten pieces, 100 ms apart. */
export function goodPass(more: Partial<HopPass> = {}): HopPass {
  const pieces = Array.from({ length: 10 }, (_, index) => ({
    at_ms: 40 + index * 100,
    kind: "text" as const,
    chars: 3,
  }));
  return {
    ...NOTHING_SEEN,
    request: "POST /chat/stream",
    sent_at: "2026-01-05T12:00:00.000Z",
    status: 200,
    first_byte_ms: 5,
    first_token_ms: 40,
    last_token_ms: 940,
    longest_gap: { from_ms: 40, to_ms: 140 },
    ended_ms: 945,
    end: "done",
    finish_reason: "stop",
    text: WHOLE,
    pieces,
    model: "llama3.1:8b",
    usage: { prompt_tokens: 3, completion_tokens: 10 },
    row_problem: more.has_rows === true ? rowProblemOf({ text: WHOLE, ...more }) : null,
    ...more,
  };
}

function rowProblemOf({ text, row }: Pick<HopPass, "text"> & Partial<HopPass>): HopPass["row_problem"] {
  const asked = { session_id: "7", role: "user", content: "Count to 10" };
  const reply = row == null ? [] : [{ session_id: "7", role: "assistant", content: row.text }];
  return judgeSavedTurn([asked, ...reply], { conversation: "7", asked: asked.content, text }) ?? null;
}

const BEHIND = { engine: null, gateway: "engine", hmi: "gateway", proxy: "hmi" } as const;

/** A trace in which these hops were asked, each twice; what is not said of a hop is as it should be. */
export function observations(
  hops: { readonly [Name in HopName]?: Partial<HopPass> | readonly Partial<HopPass>[] },
): TraceObservations {
  return {
    message: "Count to 10",
    model: "llama3.1:8b",
    set_model: null,
    options: {},
    record: null,
    deaths: [],
    undone_deletions: [],
    hops: (["engine", "gateway", "hmi", "proxy"] as const).flatMap((hop) => {
      const given = hops[hop];
      if (given === undefined) return [];
      const passes = "map" in given ? given : [given, given];
      return [
        {
          hop,
          url: `http://127.0.0.1/${hop}`,
          behind: BEHIND[hop],
          model: "llama3.1:8b",
          names_model: true,
          models: ["llama3.1:8b"],
          pace_untold: null,
          passes: passes.map((pass) => goodPass(pass)),
        },
      ];
    }),
  };
}

/** Traces a stack by its URLs, and what else is known of it. */
export async function traceUrls(
  { hmi, gateway, engine, ...more }: TraceOptions["target"],
  options: Partial<TraceOptions> = {},
): ReturnType<typeof traceStack> {
  return await traceStack({
    target: { hmi, gateway, engine, model: "llama3.1:8b", contract: DEFAULT_CONFIG.contract, ...known(more) },
    message: "Count to 30",
    engineApi: "chat",
    passes: 1,
    signal: new AbortController().signal,
    ...options,
  });
}

/** A running stack has more to it than a target. */
function known({ token, contract, model }: TraceOptions["target"]): Partial<TraceOptions["target"]> {
  return {
    ...(token !== undefined && { token }),
    ...(contract !== undefined && { contract }),
    ...(model !== undefined && { model }),
  };
}
