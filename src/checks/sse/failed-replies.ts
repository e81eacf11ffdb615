import { NotObservable } from "../../harness/target-errors.ts";
import type { Context } from "../contract-conversations.ts";
import { askedTwiceWords } from "../engine-generations.ts";
import { type Door, doorsOf, type SeenReply, sendAndSeeReply } from "../seen-reply.ts";

/** A way in which the engine was told to fail, as the stand-in names it. */
export type EngineFailureKind = "error" | "cut" | "end";

/** A reply in which the engine failed. */
export interface FailedReply {
  readonly failure: EngineFailureKind;
  /** What it had written before. */
  readonly before: string;
  /** Whether the target tells of a failure by an `error` event, and not by a status alone. */
  readonly hasErrorEvent: boolean;
  /** Why a failure cannot be heard in its stream; left out where it can. */
  readonly unheard?: string;
  readonly reply: SeenReply;
  /** As of {@link askedTwiceWords}; left out where the engine is asked once. */
  readonly askedTwice?: string;
}

/** Words that are one token each. */
const WORDS = ["alpha", " beta", " gamma", " delta", " epsilon", " zeta"];
const SAID = 4;

/** From one word to the next, in milliseconds, before a back end of which nobody knows how it reads. */
const WRITING_MS = 20;

const DOORS: readonly Door[] = ["message", "gateway"];

/** Replies that fail in mid-text in every way, and one that fails before its first token. */
export async function failedReplies(context: Context): Promise<readonly FailedReply[]> {
  return await context.share("failed replies", async () => {
    const { hasErrorEvent, front, chat } = context.target;
    const unheard = chat.missingAbilities["tell failures"];
    if (front === "engine")
      throw new NotObservable("the target is an engine: nobody is there to tell that it fails");
    const fail = async (door: Door, failure: EngineFailureKind, after: number): Promise<FailedReply> => {
      const options = {
        stand_in_reply: WORDS.join(""),
        // What is cut off with the connection in the same moment need not have arrived.
        stand_in_token_ms: door === "wire" ? WRITING_MS : 0,
        stand_in_fail: failure,
        stand_in_fail_after: after,
      };
      const name = `${failure} after ${after} ${door}`;
      const reply = await sendAndSeeReply(context, { door, name, options, tellsByRefusal: true });
      const before = WORDS.slice(0, after).join("");
      const askedTwice = askedTwiceWords(context);
      return {
        ...{ failure, before, hasErrorEvent, reply },
        ...(unheard !== undefined && { unheard }),
        ...(askedTwice !== undefined && { askedTwice }),
      };
    };
    return await Promise.all(
      doorsOf(context, DOORS).flatMap((door) => [
        fail(door, "error", SAID),
        fail(door, "cut", SAID),
        fail(door, "end", SAID),
        fail(door, "error", 0),
      ]),
    );
  });
}

/** `the engine: error after "alpha beta"`. */
export function story({ failure, before }: FailedReply): string {
  return `the engine: ${WHAT[failure]} after ${before === "" ? "no text" : `"${before}"`}`;
}

const WHAT = {
  error: "an error line",
  cut: "a cut connection",
  end: "an end without a final object",
} as const satisfies Record<EngineFailureKind, string>;
