import { afterWaiting } from "../targets/unstalled-time.ts";
import type { Context } from "./contract-conversations.ts";
import { type Hearing, texts } from "./hear-reply.ts";

/** A text of which no more comes for so long, in milliseconds, is in a silence of its engine, or of its back end. */
const NO_MORE_MS = 120;

/**
 * Waits until so many pieces of a reply's text have come. Elsewhere than on our own wire one piece may hold several tokens: there the
 * first that is followed by a silence is enough.
 */
export async function untilHeard(
  context: Context,
  reply: Pick<Hearing, "until">,
  pieces: 1 | 3,
): Promise<void> {
  const all = reply.until(`its ${pieces === 1 ? "first" : "third"} token`, texts(pieces));
  const { capabilities, chat } = context.target;
  // What is told when it is over has no silence in its middle.
  const isPushed = chat.missingAbilities["push replies"] === undefined;
  if (pieces === 1 || capabilities.has("speak the contract") || !isPushed) return await all;
  const silent = Promise.withResolvers<void>();
  let callOff: (() => void) | undefined;
  const never = reply.until("a silence", ({ kind }) => {
    if (kind !== "text") return false;
    callOff?.();
    callOff = afterWaiting(NO_MORE_MS, silent.resolve);
    return false;
  });
  // Whichever comes first is waited for; the other may fail later.
  for (const each of [all, never]) each.catch(() => undefined);
  try {
    await Promise.race([all, silent.promise]);
  } finally {
    callOff?.();
  }
}
