import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { isDamagedText, isSameText } from "../../targets/compare-texts.ts";
import { lastFact, type SeenRow, type SeenUsage, textOf } from "../../targets/drivers/reply-facts.ts";
import { describeStream, eventsIn } from "../arrived-events.ts";
import type { Context } from "../contract-conversations.ts";
import { requireAsked } from "../engine-generations.ts";
import { replyRow, type SeenReply } from "../seen-reply.ts";
import { isWholeEnding, lastWord } from "../stream-endings.ts";
import { plainReplies } from "./plain-replies.ts";

export const usage = defineCheck<Context["target"], readonly SeenReply[]>({
  id: "sse/usage",
  claim: "the usage is what the engine itself counted, in the stream and in the row",
  why: "litellm #8349: usage zero or undercounted, so that nobody can tell what a reply cost.",
  lookAt: "the reading of the counts in the engine's last piece, and what is saved of it",
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
  requireAsked(generations, stream);
  const counted = generations?.at(-1)?.counted;
  // By their own wire, OpenAI-compatible engines count where they are asked to, and nobody has to ask.
  if (!counted && generations?.length && reply.door === "wire")
    throw new NotObservable(
      "the engine told no counts for this reply: OpenAI-compatible ones do where stream_options.include_usage asks for it",
    );
  if (!counted) throw new CouldNotRun(`the engine's own counts for ${stream.request} are not known`);
  if (reply.door === "wire") {
    if (!isWholeEnding(lastWord(stream)))
      throw new CouldNotRun(`no whole reply to judge: ${describeStream(stream)}`);
    return judgeByWire(reply, counted);
  }
  const expected = shown({ ...counted, total_tokens: counted.prompt_tokens + counted.completion_tokens });
  const event = eventsIn(stream).find(({ type }) => type === "usage");
  const streamed = shown(event?.type === "usage" ? event.usage : null);
  const row = replyRow(reply);
  const saved = row === null ? expected : shown(row.usage ?? null);
  if (streamed === expected && saved === expected) return undefined;
  return {
    verdict: "broken",
    expected,
    found: streamed === expected ? `in the row: ${saved}` : streamed,
    seen: describeStream(stream),
    rows: row === null ? [] : [row],
  };
}

/** As far as stream and row tell it. */
function judgeByWire(
  reply: SeenReply,
  counted: { readonly prompt_tokens: number; readonly completion_tokens: number },
): Broken | undefined {
  const { stream } = reply;
  const fact = lastFact(stream, "usage");
  const row = rowWithText(reply);
  if (fact === undefined && row?.usage == null) {
    throw new NotObservable("neither the stream nor the rows tell usage", [
      "contract.wire.stream.usage",
      "contract.wire.rows.prompt_tokens",
    ]);
  }
  const told = [
    { where: "in the stream", prompt: fact?.prompt, completion: fact?.completion },
    { where: "in the row", prompt: row?.usage?.prompt_tokens, completion: row?.usage?.completion_tokens },
  ];
  const wrong = told.find(
    ({ prompt, completion }) =>
      (prompt != null && prompt !== counted.prompt_tokens) ||
      (completion != null && completion !== counted.completion_tokens),
  );
  if (wrong === undefined) return undefined;
  return {
    verdict: "broken",
    expected: `${counted.prompt_tokens} + ${counted.completion_tokens} tokens`,
    found: `${wrong.where}: ${wrong.prompt ?? "not told"} + ${wrong.completion ?? "not told"}`,
    seen: describeStream(stream),
    rows: row === null ? [] : [row],
  };
}

/** One with another text need not be this reply's: whether it is saved, and where, is another claim's. */
function rowWithText(reply: SeenReply): SeenRow | null {
  const row = replyRow(reply);
  const text = textOf(reply.stream);
  return row !== null && (isSameText(row.content, text) || isDamagedText(row.content, text)) ? row : null;
}

function shown(counts: SeenUsage | null): string {
  if (counts === null) return "no usage";
  return `${counts.prompt_tokens} + ${counts.completion_tokens} = ${counts.total_tokens} tokens`;
}
