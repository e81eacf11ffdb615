import { type Broken, CouldNotRun, defineCheck } from "../../harness/check.ts";
import { firstBroken } from "../../harness/judge.ts";
import type { Context } from "../stage.ts";
import { eventsOf, isWhole, lastWord } from "../stream-words.ts";
import { completeReply, cutReply, describe, replyRow, type StoredReply } from "./scene.ts";

export const rowUsage = defineCheck<Context["target"], readonly StoredReply[]>({
  id: "persistence/row-usage",
  claim: "a reply's row has the usage and the finish reason of its stream, also length",
  why: "A reply that was cut at its limit, and is shown as a normal one, seems to be the model's last word.",
  lookAt: "what of the ending is saved with the row, and the mapping of finish reasons",
  needs: [],
  collect: async (context) => [await completeReply(context), await cutReply(context)],
  judge: (replies) =>
    firstBroken(replies, judgeOne) ?? { verdict: "holds", seen: replies.map(seenOf).join("; ") },
});

function judgeOne(reply: StoredReply): Broken | undefined {
  const row = replyRow(reply);
  if (!isWhole(lastWord(reply.stream))) throw new CouldNotRun(`no whole reply to judge: ${describe(reply)}`);
  const stored = `${JSON.stringify(row?.usage ?? null)} and ${row?.finish_reason}`;
  if (stored === streamedEnd(reply)) return undefined;
  const expected = `usage and finish reason as streamed: ${streamedEnd(reply)}`;
  return { verdict: "broken", expected, found: stored, seen: seenOf(reply), rows: reply.rows };
}

function streamedEnd({ stream }: StoredReply): string {
  const events = eventsOf(stream);
  const counted = events.find((event) => event.type === "usage")?.usage ?? null;
  return `${JSON.stringify(counted)} and ${events.find((event) => event.type === "done")?.finish_reason}`;
}

function seenOf(reply: StoredReply): string {
  return `${describe(reply)}, usage ${streamedEnd(reply)}`;
}
