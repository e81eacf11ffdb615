import type { GenerationRecord } from "../../contract/engine-schemas.ts";
import { lastFact } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { pollUntil } from "../../targets/poll-until.ts";
import type { RungFinding } from "../climb-ladder.ts";
import type { ExaminedStack } from "../doctor-context.ts";
import { brokenRung } from "../symptom-explanations.ts";
import { seconds } from "../text-helpers.ts";
import { type EngineRecord, whyUnseen } from "./open-engine-record.ts";

/**
 * For a reply that is cancelled: longer than it is looked at, and written all the while, as a real engine does. Of one that
 * is silent nobody could tell from outside whether it works on, or is ended when its next token comes.
 */
export const LONG = { num_predict: 500, stand_in_tokens: 60, stand_in_token_ms: 100 };

/** Whether an engine without a record has stopped is not known: with slots to spare it takes the next chat all the same. */
function engineUnseen(stack: ExaminedStack): RungFinding {
  const text = `the cancel was taken; whether the engine stops cannot be seen ${whyUnseen(stack)}`;
  return { status: "skipped", text };
}

/** What a cancelled reply's own stream says, where nobody keeps a record. */
export function judgeUnrecorded(stack: ExaminedStack, stream: SeenStream): RungFinding {
  const reason = lastFact(stream, "done")?.reason;
  return reason === "stop" || reason === "length" ? WRITTEN_BEFORE : engineUnseen(stack);
}

/** Where there was nothing left to stop. */
const WRITTEN_BEFORE: RungFinding = {
  status: "skipped",
  text: "the reply was written before its cancel could reach it",
};

/** What the engine had no longer to do when a reply was to be cancelled is no cancel's doing; undefined where it was at it. */
export async function judgeBeforeCancel(
  record: EngineRecord | undefined,
  mark: string,
): Promise<RungFinding | undefined> {
  const generation = record === undefined ? undefined : await generationOf(record, mark);
  return generation === undefined || generation.ended === "running" ? undefined : WRITTEN_BEFORE;
}

/** An engine that is asked for one answer shows no token of it before: it is at it when it was asked this long ago, in milliseconds. */
const AT_IT_AFTER_MS = 300;

/** Watches for the engine to be at the reply to this message, and calls then. */
export function whenEngineWrites(
  { signal }: Pick<ExaminedStack, "signal">,
  record: EngineRecord,
  mark: string,
  onAtIt: () => void,
): Disposable {
  const over = new AbortController();
  const isAtIt = async (): Promise<boolean> => {
    const generation = await generationOf(record, mark);
    if (generation === undefined) return false;
    const { tokens_sent, ended, started_at } = generation;
    const isAsked = Date.now() - Date.parse(started_at) >= AT_IT_AFTER_MS;
    return tokens_sent > 0 || ended !== "running" || isAsked;
  };
  const options = { signal: AbortSignal.any([signal, over.signal]), pauseMs: LOOK_AGAIN_MS };
  // Where it cannot be watched any more, the reply's own words are waited for.
  pollUntil(options, Number.POSITIVE_INFINITY, isAtIt, Boolean).then(
    () => onAtIt(),
    () => undefined,
  );
  return { [Symbol.dispose]: () => over.abort() };
}

/** Of a reply that is held back until it was waited for no longer: what ended it then was not seen to be the cancel. */
export function neverBegun({ duration_ms }: SeenStream): RungFinding {
  return {
    status: "skipped",
    text: `no text of a long reply came in ${seconds(duration_ms)}: its cancel in the middle is not judged`,
  };
}

async function generationOf(
  { generations }: EngineRecord,
  mark: string,
): Promise<GenerationRecord | undefined> {
  return (await generations()).findLast(({ messages, prompt }) =>
    JSON.stringify([messages, prompt]).includes(mark),
  );
}

/** An engine that has written so much, for so long after the cancel was answered, works on: the doctor looks for no less. */
const WORKS_ON = { tokens: 5, ms: 2_000 };

/** What the engine finishes so soon after a cancel, or with so few tokens more, that did not reach it any more. */
const ON_ITS_WAY = { tokens: 20, ms: 250 };

/** How long an engine is looked at that writes too little to be judged: at least, for each of its own short chats, at most. */
const PATIENCE_MS = { least: 5_000, chats: 10, most: 30_000 };

const LOOK_AGAIN_MS = 20;

/** What the engine has done since a cancel was answered. */
interface AfterCancel {
  readonly ended: GenerationRecord["ended"];
  readonly tokens: number;
  readonly ms: number;
}

/**
 * What the engine does with a cancelled reply; to be called when its cancel has been answered.
 *
 * @param mark what is in this reply's message alone
 */
export async function judgeEngineStop(
  record: EngineRecord,
  mark: string,
  { signal, notes }: ExaminedStack,
): Promise<RungFinding> {
  const start = performance.now();
  const look = () => generationOf(record, mark);
  const first = await look();
  if (first === undefined)
    return { status: "skipped", text: "the cancelled reply never reached this engine" };
  const { least, chats, most } = PATIENCE_MS;
  const patienceMs = Math.min(Math.max(least, chats * notes.chatMs), most);
  const seen = await pollUntil(
    { signal, pauseMs: LOOK_AGAIN_MS },
    patienceMs,
    async (): Promise<AfterCancel> => {
      const { ended, tokens_sent } = (await look()) ?? first;
      return { ended, tokens: tokens_sent - first.tokens_sent, ms: performance.now() - start };
    },
    (each) => each.ended !== "running" || worksOn(each),
  );
  return judgeAfterCancel(seen);
}

/** What came of a reply since its cancel was answered. */
export interface StreamAfterCancel {
  readonly pieces: number;
  readonly ms: number;
}

/** Whether a reply goes on in spite of its cancel: what was on its way when that was answered has come long before. */
export function goesOn({ pieces, ms }: StreamAfterCancel): boolean {
  return worksOn({ tokens: pieces, ms });
}

function worksOn({ tokens, ms }: Pick<AfterCancel, "tokens" | "ms">): boolean {
  return tokens >= WORKS_ON.tokens && ms >= WORKS_ON.ms;
}

function judgeAfterCancel(seen: AfterCancel): RungFinding {
  const { ended, tokens, ms } = seen;
  const since = `${tokens} tokens and ${seconds(ms)} later`;
  switch (ended) {
    case "aborted":
      return { status: "holds", text: "a cancel stops the engine" };
    case "failed":
      return {
        status: "skipped",
        text: "the engine broke the reply off by itself: a cancel was not seen to",
      };
    case "done":
      return tokens < ON_ITS_WAY.tokens || ms < ON_ITS_WAY.ms
        ? WRITTEN_BEFORE
        : brokenRung("engine_goes_on", { found: `to its end, ${since}` });
    default:
      return worksOn(seen)
        ? brokenRung("engine_goes_on", { found: `still, ${since}` })
        : {
            status: "skipped",
            text: `the cancel was taken; ${since} its request at the engine is open: too little was written to tell whether it goes on`,
          };
  }
}
