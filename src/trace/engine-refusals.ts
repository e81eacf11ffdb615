/** Requests that the engine was seen to refuse: what the hop that made them told of that is not the cause. */
import { engineRefusalInWords, isUnlisted } from "../targets/engine-refusal.ts";
import { shellWord } from "../text/shell-word.ts";
import { replyRequestOf } from "./hop-passes.ts";
import type { HopPass, TraceObservations } from "./trace-report.ts";

/** How the engine refused the request for this reply, in words that follow "the engine"; undefined where it was not seen to. */
export function engineRefusalOf({ hops }: TraceObservations, pass: HopPass): string | undefined {
  const request = replyRequestOf(pass);
  if (request === undefined || request.refused === null) return undefined;
  return engineRefusalInWords({ model: request.model, refused: request.refused }, modelsOfEngine(hops));
}

/** What finds the name that the engine does not list; null where that was not what it refused. */
export function searchForModel({ hops }: TraceObservations, pass: HopPass): string | null {
  const model = replyRequestOf(pass)?.model;
  const isSought = model !== undefined && isUnlisted(model, modelsOfEngine(hops));
  return isSought ? `grep -rnF ${shellWord(model)} .` : null;
}

function modelsOfEngine(hops: TraceObservations["hops"]): readonly string[] {
  return hops.find(({ hop }) => hop === "engine")?.models ?? [];
}
