import type { SeenStream } from "../targets/http-client.ts";
import type { Target } from "../targets/open-target.ts";
import type { Context } from "./contract-conversations.ts";
import { generationsOf } from "./engine-generations.ts";

/** Why a failure cannot be heard in a reply's stream, with the setting that would change it; undefined where it can. */
export function whyFailuresUntold({ chat }: Target): string | undefined {
  return chat.missingAbilities["tell failures"];
}

/**
 * The stream of a reply that was heard; where it was closed without a word of its end, and the engine was seen to fail, with the words
 * of that: on a wire that is not known to tell failures that may be how one is told.
 */
export async function noteUntoldFailure(
  context: Context,
  asked: string,
  stream: SeenStream,
): Promise<SeenStream> {
  const untold = whyFailuresUntold(context.target);
  const isEndTold = stream.facts.some(({ kind }) => kind === "done" || kind === "failure");
  if (untold === undefined || isEndTold || stream.status >= 300 || stream.end !== "closed") return stream;
  const generations = (await generationsOf(context, asked)) ?? [];
  const hasFailed = generations.some(({ ended }) => ended === "failed");
  return hasFailed ? { ...stream, mayHaveFailed: `the engine failed at it, and ${untold}` } : stream;
}
