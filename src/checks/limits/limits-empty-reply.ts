import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { describeStream, eventsIn, finishReasonOf, textIn } from "../arrived-events.ts";
import type { Context } from "../contract-conversations.ts";
import { replyRow, type SeenReply, sendAndSeeReply } from "../seen-reply.ts";

export const emptyReply = defineCheck<Context["target"], readonly SeenReply[]>({
  id: "limits/empty-reply",
  claim: "a reply without any text is told as an error, empty_reply, and never saved as complete",
  why: "A model that says nothing, or thinks until its tokens are used up, leaves a blank bubble that looks finished.",
  lookAt: "the end of a generation: whether any text came, whatever the engine says of it",
  needs: ["speak the contract", "direct the engine"],
  collect: (context) =>
    Promise.all(
      (["message", "gateway"] as const).map((door) =>
        sendAndSeeReply(context, { door, name: `nothing ${door}`, options: { stand_in_reply: "" } }),
      ),
    ),
  judge: (replies) =>
    firstBroken(replies, judgeOne) ?? {
      verdict: "holds",
      seen: replies.map(({ stream }) => describeStream(stream)).join("; "),
    },
});

function judgeOne(reply: SeenReply): Broken | undefined {
  const { stream } = reply;
  const text = textIn(stream.events);
  const error = eventsIn(stream).find(({ type }) => type === "error");
  const code = error?.type === "error" ? error.code : "no error";
  const row = replyRow(reply);
  const isTold = text === "" && finishReasonOf(stream) === "error" && code === "empty_reply";
  if (isTold && (row === null || (row.status === "error" && row.error?.code === "empty_reply")))
    return undefined;
  const saved = row === null ? "" : `; its row ${row.status} (${row.error?.code ?? "no error"})`;
  return {
    verdict: "broken",
    expected: "an error, empty_reply, in the stream and in the row",
    found: `done(${finishReasonOf(stream) ?? "never"}), ${code}${saved}`,
    seen: `the engine said nothing; ${describeStream(stream)}`,
    rows: row === null ? [] : [row],
  };
}
