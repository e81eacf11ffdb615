import type { Usage } from "../../contract/events.ts";
import { type Broken, CouldNotRun, defineCheck } from "../../harness/check.ts";
import { firstBroken } from "../../harness/judge.ts";
import type { Context } from "../stage.ts";
import { describe, eventsIn } from "./events.ts";
import { plainReplies } from "./plain.ts";
import { replyRow, type SeenReply } from "./say.ts";

export const usage = defineCheck<Context["target"], readonly SeenReply[]>({
  id: "sse/usage",
  claim: "the usage is what the engine itself counted, in the stream and in the row",
  why: "litellm #8349: usage zero or undercounted, so that nobody can tell what a reply cost.",
  lookAt: "the reading of the engine's last object (prompt_eval_count, eval_count), and what is saved of it",
  needs: ["show what reached the engine"],
  collect: plainReplies,
  judge: (replies) =>
    firstBroken(replies, judgeOne) ?? {
      verdict: "holds",
      seen: `as counted by the engine, in streams: ${replies.length}`,
    },
});

function judgeOne(reply: SeenReply): Broken | undefined {
  const { stream, generations } = reply;
  const counted = generations?.at(-1)?.counted;
  if (!counted) throw new CouldNotRun(`the engine's own counts for ${stream.request} are not known`);
  const expected = shown({ ...counted, total_tokens: counted.prompt_tokens + counted.completion_tokens });
  const event = eventsIn(stream).find(({ type }) => type === "usage");
  const streamed = shown(event?.type === "usage" ? event.usage : null);
  const row = replyRow(reply);
  const saved = row === null ? expected : shown(row.usage);
  if (streamed === expected && saved === expected) return undefined;
  return {
    verdict: "broken",
    expected,
    found: streamed === expected ? `in the row: ${saved}` : streamed,
    seen: describe(stream),
    rows: row === null ? [] : [row],
  };
}

function shown(counts: Usage | null): string {
  if (counts === null) return "no usage";
  return `${counts.prompt_tokens} + ${counts.completion_tokens} = ${counts.total_tokens} tokens`;
}
