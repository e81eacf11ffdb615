import type { GenerationRecord } from "../contract/engine-schemas.ts";
import type { EngineWatch } from "../targets/engine-watch.ts";
import { askedIn, replyGeneration, sameGenerations } from "../targets/reply-generation.ts";
import type { HopPass, TracedEngineRequest } from "./trace-report.ts";

/** What is asked of the engine from now on, as its record tells it; undefined where there is none. */
export interface EngineFollower {
  /** What was asked since the last look, of which one was for this pass. */
  requestsOf(pass: HopPass, message: string): Promise<TracedEngineRequest[]>;
}

/** How long a record may take to be told, in milliseconds. */
const TOLD_WITHIN_MS = 10_000;

/** Begins to follow what reaches the engine. Throws only the signal's reason. */
export async function followEngine(
  { generationsAfter, newestRecord }: EngineWatch,
  signal: AbortSignal,
): Promise<EngineFollower | undefined> {
  if (generationsAfter === undefined || newestRecord === undefined) return undefined;
  const soon = (): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(TOLD_WITHIN_MS)]);
  let lastId = (await newestRecord(soon())).id;
  return {
    async requestsOf(pass, message) {
      const recorded = await generationsAfter(lastId, soon());
      lastId = recorded.at(-1)?.id ?? lastId;
      return readEngineRequests(recorded, pass, message);
    },
  };
}

/** The requests of one pass, with which of them was for its reply: pure. */
export function readEngineRequests(
  recorded: readonly GenerationRecord[],
  pass: Pick<HopPass, "sent_at" | "ended_ms">,
  message: string,
): TracedEngineRequest[] {
  const reply = replyGeneration(recorded, message);
  const again = reply === undefined ? [] : sameGenerations(recorded, reply);
  const sentAt = Date.parse(pass.sent_at);
  return recorded.map((record) => {
    const began = Date.parse(record.started_at);
    const since = (moment: string | null): number | null =>
      moment === null ? null : Math.max(0, Date.parse(moment) - began);
    return {
      purpose: record === reply ? "reply" : again.includes(record) ? "again" : "other",
      model: record.model,
      messages: record.messages?.length ?? null,
      asked: askedIn(record).slice(0, LONGEST_ASKED),
      options: record.options,
      from_ms: placeOf(began - sentAt, pass.ended_ms),
      first_token_ms: since(record.first_token_at),
      ended_ms: since(record.ended_at),
      text: record.text ?? null,
      refused: record.refused ?? null,
      counted: record.counted,
    };
  });
}

const LONGEST_ASKED = 200;

/** Clocks of one machine differ by no more, in milliseconds. */
const CLOCK_SLACK_MS = 50;

/** Null where the request cannot have been of this pass by these clocks: they are of two machines. */
function placeOf(from: number, endedMs: number | null): number | null {
  const isInside = from >= -CLOCK_SLACK_MS && from <= (endedMs ?? Number.POSITIVE_INFINITY) + CLOCK_SLACK_MS;
  return isInside ? Math.max(0, from) : null;
}
