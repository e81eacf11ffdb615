import type { GenerationRecord } from "../contract/engine-schemas.ts";
import type { SeenCall, SeenStream } from "./http-client.ts";

/**
 * What was seen of a stack, each by its `kind`: wherever one stands in a check's evidence, a report draws it. Whatever
 * else is there is shown as it is.
 */
export type SeenEvidence = SeenCall | SeenStream | SeenGeneration;

/** What an engine was asked, and what became of it, as its record tells. */
export interface SeenGeneration extends GenerationRecord {
  readonly kind: "generation";
}

export function seenGeneration(record: GenerationRecord): SeenGeneration {
  return { ...record, kind: "generation" };
}
