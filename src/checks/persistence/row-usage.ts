import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { lastFact, type SeenUsage } from "../../targets/drivers/reply-facts.ts";
import type { Context } from "../contract-conversations.ts";
import { rowsLackField } from "../rows-lack-field.ts";
import { isWholeEnding, lastWord } from "../stream-endings.ts";
import {
  completeReply,
  cutReply,
  describeStored,
  type StoredReply,
  storedReplyRow,
} from "./stored-replies.ts";

export const rowUsage = defineCheck<Context["target"], readonly StoredReply[]>({
  id: "persistence/row-usage",
  claim: "a reply's row has the usage and the finish reason of its stream, also length",
  why: "A reply that was cut at its limit, and is shown as a normal one, seems to be the model's last word.",
  lookAt: "what of the ending is saved with the row, and the mapping of finish reasons",
  needs: ["show rows"],
  collect: async (context) => [
    await completeReply(context),
    ...(context.target.capabilities.has("hand options on") ? [await cutReply(context)] : []),
  ],
  judge: (replies) =>
    firstBroken(replies, judgeOne) ?? { verdict: "holds", seen: replies.map(seenOf).join("; ") },
});

function judgeOne(reply: StoredReply): Broken | undefined {
  if (!isWholeEnding(lastWord(reply.stream)))
    throw new CouldNotRun(`no whole reply to judge: ${describeStored(reply)}`);
  const [stored, streamed] = reply.speaksContract ? bothEnds(reply) : comparable(reply);
  if (inWords(stored) === inWords(streamed)) return undefined;
  return {
    verdict: "broken",
    expected: `usage and finish reason as streamed: ${inWords(streamed)}`,
    found: inWords(stored),
    seen: seenOf(reply),
    rows: reply.rows,
  };
}

function bothEnds(reply: StoredReply): readonly [Ending, Ending] {
  const row = storedReplyRow(reply);
  return [[counted(row?.usage), row?.finish_reason], streamedEnd(reply)];
}

/** What both the row and the stream tell, by a wire that promises neither. */
function comparable(reply: StoredReply): readonly [Ending, Ending] {
  const row = storedReplyRow(reply);
  const [usage, reason] = streamedEnd(reply);
  const hasUsage = row?.usage !== undefined && usage !== null;
  const hasReason = row?.finish_reason !== undefined && reason !== null;
  if (row !== undefined && !hasUsage && !hasReason) throw rowsLackField("usage");
  return [
    [hasUsage ? counted(row.usage) : null, hasReason ? row.finish_reason : null],
    [hasUsage ? usage : null, hasReason ? reason : null],
  ];
}

/** Usage and finish reason; null for what is not told. */
type Ending = readonly [SeenUsage | null, string | null | undefined];

function streamedEnd({ stream }: StoredReply): Ending {
  const usage = lastFact(stream, "usage");
  const reason = stream.facts.find((fact) => fact.kind === "done" && fact.reason !== null);
  return [usage ? usageIn(usage) : null, reason?.kind === "done" ? reason.reason : null];
}

function usageIn({ prompt, completion }: { prompt: number | null; completion: number | null }): SeenUsage {
  const total_tokens = prompt === null || completion === null ? null : prompt + completion;
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens };
}

/** In the contract's order of fields; null where nothing was counted. */
function counted(usage: SeenUsage | null | undefined): SeenUsage | null {
  if (usage == null) return null;
  const { prompt_tokens, completion_tokens, total_tokens } = usage;
  const isCounted = prompt_tokens !== null || completion_tokens !== null;
  return isCounted ? { prompt_tokens, completion_tokens, total_tokens } : null;
}

function inWords([usage, reason]: Ending): string {
  return `${JSON.stringify(usage)} and ${reason}`;
}

function seenOf(reply: StoredReply): string {
  return `${describeStored(reply)}, usage ${inWords(streamedEnd(reply))}`;
}
