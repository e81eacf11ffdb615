import type { WholeRow } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { pollUntil } from "../../targets/poll-until.ts";
import type { SeenGeneration } from "../../targets/seen-evidence.ts";
import { type Context, makeProfile, makeSession } from "../contract-conversations.ts";
import { patienceOf, readSettledRows, sendAndReadReply } from "../contract-replies.ts";
import { generationsFor, generationsWith } from "../engine-generations.ts";
import { fewerOnRealEngine } from "../engine-workload.ts";

/** A conversation that outgrew the window that its profile asks for. */
export interface OutgrownConversation {
  readonly streams: readonly SeenStream[];
  readonly rows: readonly WholeRow[];
  /** What the engine was asked for each message; empty where it cannot be watched. */
  readonly replies: readonly (readonly SeenGeneration[])[];
  /** What else it was asked of this conversation: summaries. */
  readonly others: readonly SeenGeneration[];
}

/** Of the profile: small, so that a few messages fill it, and of a kind that nobody makes up. */
export const OPTIONS = { num_ctx: 256, num_predict: 4, seed: 4711, stand_in_token_ms: 4 } as const;
/** All of them together are more than the window, and each alone is less; of an engine that may be slow, as few as that takes. */
const TURNS = 6;
const TURNS_SLOWLY = 4;
/** How many words a message has, each one token: a real engine on a small machine reads some 60 tokens a second. */
const WORDS = 36;

/** A stack that nobody seems to go on with may wait for a second before it asks for a summary. */
const SUMMARY_PATIENCE_MS = 3_000;

/** Talks until the window of the profile's own `num_ctx` is full, and some more. */
export async function outgrowWindow(context: Context): Promise<OutgrownConversation> {
  return await context.share("long conversation", async () => {
    const word = context.canary("long");
    const sessionId = await makeSession(
      context,
      await makeProfile(context, { name: "limits", options: OPTIONS }),
    );
    await generationsFor(context, "");
    const turns = fewerOnRealEngine(context, TURNS_SLOWLY, TURNS);
    const asked = Array.from({ length: turns }, (_, turn) => `Turn ${turn} ${word} ${filling(turn)}`);
    const streams: SeenStream[] = [];
    // One right after the other: a summary gives way to a message, so that none takes the place of what has no room.
    for (const message of asked) streams.push(await sendAndReadReply(context, sessionId, message));
    const replies = await Promise.all(asked.map((message) => generationsFor(context, message)));
    const known = new Set(replies.flat().map(({ id }) => id));
    const isWatched = context.target.capabilities.has("show what reached the engine");
    // A summary is made after the reply that makes it due.
    const others = await pollUntil(
      context,
      isWatched ? Math.max(patienceOf(context.target), SUMMARY_PATIENCE_MS) : 0,
      async () => (await generationsWith(context, word)).filter(({ id }) => !known.has(id)),
      (seen) => seen.length > 0,
    );
    return { streams, rows: await readSettledRows(context, sessionId), replies, others };
  });
}

/** Common words, because models take one that they do not know for many tokens. */
const COMMON = ["house", "water", "light", "paper", "green", "table", "music", "river", "stone"] as const;

function filling(turn: number): string {
  return Array.from({ length: WORDS }, (_, index) => COMMON[(turn + index) % COMMON.length]).join(" ");
}
