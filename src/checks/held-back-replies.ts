import type { EngineOptions } from "../contract/gateway-schemas.ts";
import { NotObservable } from "../harness/target-errors.ts";
import { HELD_BACK_SHARE, SHORTEST_TELLING_MS } from "../targets/held-back-text.ts";
import type { SeenStream } from "../targets/http-client.ts";
import type { Target } from "../targets/open-target.ts";
import type { Context } from "./contract-conversations.ts";
import { generationsOf } from "./engine-generations.ts";
import { type FoundInRun, foundOn } from "./found-in-run.ts";

/** What came at once a single time was held up by chance. */
const LEAST_TIMES = 2;

/**
 * Notes that a reply came whole at once although the engine took its time to write it, where that is watched; returns that in
 * words, else undefined.
 *
 * @param asked its message, as it was sent
 * @param stalledMs for how long this process was held up meanwhile: what came then was read at once
 */
export async function noteIfHeldBack(
  context: Context,
  asked: string,
  { stream, stalledMs }: { readonly stream: SeenStream; readonly stalledMs: number },
): Promise<string | undefined> {
  const { target } = context;
  const times = stream.facts.flatMap(({ kind, at_ms }) => (kind === "text" ? [at_ms] : []));
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const isWhole = stream.facts.some(({ kind }) => kind === "done");
  if (target.capabilities.has("speak the contract") || !isWhole || last < SHORTEST_TELLING_MS)
    return undefined;
  const found = foundOn(target);
  const spreadMs = last - first;
  if (spreadMs > HELD_BACK_SHARE * last) {
    delete found.heldBack;
    return undefined;
  }
  const generation = (await generationsOf(context, asked))?.at(-1);
  if (generation?.ended !== "done" || generation.first_token_at === null) return undefined;
  const writtenMs = Date.parse(generation.ended_at ?? "") - Date.parse(generation.first_token_at);
  const isTelling = writtenMs >= SHORTEST_TELLING_MS && stalledMs < writtenMs / 2;
  if (!isTelling || spreadMs > HELD_BACK_SHARE * writtenMs) return undefined;
  const before = found.heldBack;
  const now = { tokens: generation.tokens_sent, writtenMs, pieces: times.length };
  const longest = before !== undefined && before.tokens > now.tokens ? before : now;
  found.heldBack = { ...longest, times: (before?.times ?? 0) + 1 };
  return wordsOf(now, target);
}

/**
 * For a claim that acts in the middle of a reply: throws {@link NotObservable} where replies as long as these options make it
 * were found to come whole at once, when they are over.
 */
export function requireMiddle({ target }: Pick<Context, "target">, options: EngineOptions): void {
  const { heldBack } = foundOn(target);
  if (heldBack === undefined || heldBack.times < LEAST_TIMES) return;
  if (tokensAsked(options) <= heldBack.tokens) throw new NotObservable(wordsOf(heldBack, target));
}

/** Whether replies are known to be told when they are over: by how the wire tells them, or by what came of those so far. */
export function isHeldBack({ target }: Pick<Context, "target">): boolean {
  const { heldBack } = foundOn(target);
  return target.chat.missingAbilities["push replies"] !== undefined || heldBack !== undefined;
}

/** How long these options let a reply become, in tokens; endless where they do not say. */
export function tokensAsked({ num_predict: most, stand_in_tokens: exactly }: EngineOptions): number {
  return Math.min(...[most, exactly].map((each) => Number(each ?? Number.POSITIVE_INFINITY)));
}

function wordsOf(
  { pieces, writtenMs }: Pick<NonNullable<FoundInRun["heldBack"]>, "pieces" | "writtenMs">,
  { chat }: Pick<Target, "chat">,
): string {
  const within = pieces === 1 ? "in 1 piece" : `${pieces} pieces at once`;
  // Whoever asks for a reply again and again is told it when it is asked for, and perhaps when it is over.
  const isPushed = chat.missingAbilities["push replies"] === undefined;
  const what = isPushed ? "are held back here until they are over" : "come whole here when they are over";
  const judged = isPushed ? " (sse/pace judges that)" : "";
  return `replies ${what}: what the engine wrote over ${Math.round(writtenMs)} ms came ${within}, so that none has a middle that could be seen${judged}`;
}
