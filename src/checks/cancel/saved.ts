import { type Broken, defineCheck } from "../../harness/check.ts";
import { textOf } from "../../target/drivers/reply-facts.ts";
import type { Context } from "../stage.ts";
import { describe } from "./both-ends.ts";
import { cancelledInMidReply } from "./mid-reply.ts";
import type { CancelledReply } from "./scene.ts";

export const saved = defineCheck<Context["target"], CancelledReply>({
  id: "cancel/saved",
  claim: "after a cancel the message is there, and one reply: cancelled, with the text that was streamed",
  why: "amd/gaia#2157: the whole reply is saved; vercel/chatbot#1060: nothing is; chat-ui#459: the message is lost too.",
  lookAt: "the saving of a cancelled reply: once, with the text that the reader got, and its own status",
  needs: [],
  collect: cancelledInMidReply,
  judge(reply) {
    const problem = problemOf(reply);
    if (problem === undefined) return { verdict: "holds", seen: describe(reply) };
    return { verdict: "broken", ...problem, seen: describe(reply), rows: reply.rows };
  },
});

function problemOf({ rows, asked, stream }: CancelledReply): Pick<Broken, "expected" | "found"> | undefined {
  const users = rows.filter(({ role }) => role === "user");
  if (users.length !== 1 || users[0]?.content !== asked) {
    return { expected: "the user's message, once", found: `${users.length} messages of a user` };
  }
  const [row, ...others] = rows.filter(({ role }) => role === "assistant");
  if (row === undefined || others.length > 0) {
    const found =
      row === undefined ? "none" : `${others.length + 1}: ${[row, ...others].map(inWords).join("; ")}`;
    return { expected: "one reply", found };
  }
  const text = textOf(stream);
  const isAsStreamed =
    row.status === "cancelled" && row.finish_reason === "cancelled" && row.content === text;
  if (isAsStreamed) return undefined;
  return {
    expected: `a row cancelled (cancelled) with the ${text.length} characters that were streamed`,
    found: `a row ${inWords(row)}${row.content.length === text.length ? " that differ" : ""}`,
  };
}

function inWords({ status, finish_reason, content }: CancelledReply["rows"][number]): string {
  return `${status} (${finish_reason}) with ${content.length} characters`;
}
