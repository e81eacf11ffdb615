import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { describeStream, finishReasonOf } from "../arrived-events.ts";
import type { Context } from "../contract-conversations.ts";
import { requireAsked } from "../engine-generations.ts";
import { type Door, doorsOf, replyRow, type SeenReply, sendAndSeeReply } from "../seen-reply.ts";
import { lastWord, requireNoneFailed } from "../stream-endings.ts";
import { requireAwaited } from "../unended-replies.ts";

const DOORS: readonly Door[] = ["message", "gateway"];

/** So few tokens that every model has more to say. */
const MOST_TOKENS = 5;

export const length = defineCheck<Context["target"], readonly SeenReply[]>({
  id: "sse/length",
  claim: "a reply that was cut at its longest length is told so, in the stream and in the row",
  why: "Shown as a normal stop, half a reply looks whole (docs/faults.md, row 9).",
  lookAt: "what the engine's reason for its end becomes: length must not become stop",
  needs: ["hand options on"],
  async collect(context) {
    const options = { num_predict: MOST_TOKENS };
    return await Promise.all(
      doorsOf(context, DOORS).map((door) =>
        sendAndSeeReply(context, { door, name: `length ${door}`, options }),
      ),
    );
  },
  judge: (replies) =>
    firstBroken(replies, judgeOne) ?? {
      verdict: "holds",
      seen: replies.map(({ stream }) => describeStream(stream)).join("; "),
    },
});

function judgeOne(reply: SeenReply): Broken | undefined {
  const { stream, generations } = reply;
  requireAsked(generations, stream);
  const asked = generations?.at(-1);
  if (asked !== undefined && asked.options["num_predict"] !== MOST_TOKENS) {
    throw new CouldNotRun("the option num_predict did not reach the engine");
  }
  // An engine may count the token that ends its reply, of which it sends no text.
  const written = Math.min(
    asked?.counted?.completion_tokens ?? MOST_TOKENS,
    asked?.tokens_sent ?? MOST_TOKENS,
  );
  if (asked?.ended === "done" && written < MOST_TOKENS) {
    throw new CouldNotRun(`the engine ended by itself, after ${written} tokens`);
  }
  if (reply.door === "wire") return judgeByWire(reply);
  const streamed = finishReasonOf(stream) ?? "no done";
  const row = replyRow(reply);
  const saved = row === null ? "length" : (row.finish_reason ?? "null");
  if (streamed === "length" && saved === "length") return undefined;
  return {
    verdict: "broken",
    expected: "finish_reason length",
    found: streamed === "length" ? `${saved} in the row` : streamed,
    seen: describeStream(stream),
    rows: row === null ? [] : [row],
  };
}

/** What wires call an end that was the limit's. */
const AT_THE_LIMIT: ReadonlySet<string> = new Set([
  "done (length)",
  "done (max_tokens)",
  "done (max_output_tokens)",
]);

function judgeByWire(reply: SeenReply): Broken | undefined {
  const { stream } = reply;
  requireNoneFailed(stream);
  const word = lastWord(stream);
  requireAwaited(word);
  if (word === "done") {
    throw new NotObservable("the stream gives no reason for its end", ["contract.wire.stream.done.reason"]);
  }
  const row = replyRow(reply);
  const isSaved = row?.finish_reason == null || row.finish_reason === "length";
  if (AT_THE_LIMIT.has(word) && isSaved) return undefined;
  return {
    verdict: "broken",
    expected: "an end by the limit, such as length",
    found: AT_THE_LIMIT.has(word) ? `${row?.finish_reason} in the row` : word,
    seen: describeStream(stream),
    rows: reply.rows,
  };
}
