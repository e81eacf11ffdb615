/** What is asked of a real engine, which reads and writes at a pace of its own: as little as a claim needs. */
import type { Context } from "./profiles-and-sessions.ts";

/** As much as is wished of an engine that does as it is told, and in no time; of any other one, so much. */
export function unlessDirected({ target }: Pick<Context, "target">, few: number, wished: number): number {
  return target.capabilities.has("direct the engine") ? wished : few;
}
