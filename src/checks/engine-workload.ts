import type { Context } from "./contract-conversations.ts";

/**
 * How much of something is asked of the engine: `wished` of a stand-in, which does as it is told and in no time; of a real
 * engine, which reads and writes at a pace of its own, the `few` that a claim needs.
 */
export function fewerOnRealEngine({ target }: Pick<Context, "target">, few: number, wished: number): number {
  return target.capabilities.has("direct the engine") ? wished : few;
}
