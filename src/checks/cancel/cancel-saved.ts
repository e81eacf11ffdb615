import { withoutOptions } from "../../contract/options-as-text.ts";
import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { conversationNotNamed } from "../../targets/drivers/conversation-not-named.ts";
import { type SeenRow, textOf } from "../../targets/drivers/reply-facts.ts";
import { causeInOnlyTurn, otherSpacing } from "../common-causes.ts";
import type { Context } from "../contract-conversations.ts";
import { requireRightRoles } from "../require-right-roles.ts";
import { holdsWhatCame, isSavedAsStreamed, isSavedButForSpace } from "../saved-as-streamed.ts";
import { streamedAndStored } from "../streamed-and-stored.ts";
import { cancelledInMidReply } from "./cancel-mid-reply.ts";
import type { CancelledReply } from "./cancelled-reply.ts";
import { describeCancel, requireHeard } from "./judge-both-ends.ts";

export const saved = defineCheck<Context["target"], CancelledReply>({
  id: "cancel/saved",
  claim: "after a cancel the message is there, and one reply: cancelled, with the text that was streamed",
  why: "amd/gaia#2157: the whole reply is saved; vercel/chatbot#1060: nothing is; chat-ui#459: the message is lost too.",
  lookAt: "the saving of a cancelled reply: once, with the text that the reader got, and its own status",
  needs: ["cancel", "show rows"],
  collect: cancelledInMidReply,
  judge(reply) {
    const { rows } = reply;
    if (rows === null) throw conversationNotNamed();
    requireRightRoles(rows, [{ asked: reply.asked, text: textOf(reply.stream ?? NOTHING_HEARD) }]);
    const problem = problemOf(reply, rows);
    if (problem !== undefined) requireStopped(reply);
    const isUntold = rows.some(({ role, status }) => role === "assistant" && status === undefined);
    const seen = `${describeCancel(reply)}${isUntold ? "; rows tell no status" : ""}`;
    if (problem === undefined) return { verdict: "holds", seen };
    requireHeard(reply);
    const { isForeign } = reply;
    return {
      verdict: "broken",
      ...problem,
      seen,
      rows,
      ...(areAsStreamed(reply, rows) && causeInOnlyTurn({ rows, kind: "cancelled", isForeign })),
      ...(isForeign && isOtherwiseSpaced(reply, rows) && otherSpacing("cancelled")),
    };
  },
});

const NOTHING_HEARD = { facts: [] };

type Problem = Pick<Broken, "expected" | "found" | "texts">;

function problemOf(reply: CancelledReply, rows: readonly SeenRow[]): Problem | undefined {
  const users = rows.filter(({ role }) => role === "user");
  const [user] = users;
  if (user === undefined || users.length > 1) {
    return { expected: "the user's message, once", found: `messages of the user: ${users.length}` };
  }
  if (!isAsSaid(user.content, reply)) {
    return { expected: "the user's message, as it was sent", found: "another text of the user" };
  }
  const [row, ...others] = rows.filter(({ role }) => role === "assistant");
  if (row === undefined || others.length > 0) {
    const found =
      row === undefined ? "none" : `${others.length + 1}: ${[row, ...others].map(inWords).join("; ")}`;
    return { expected: "one reply", found };
  }
  const text = reply.stream === null ? "" : textOf(reply.stream);
  const isAsStreamed = reply.isForeign
    ? isPartial(row) && holdsWhatCame(row.content, text)
    : row.status === "cancelled" && row.finish_reason === "cancelled" && row.content === text;
  if (isAsStreamed) return undefined;
  return {
    expected: `a row cancelled (cancelled) with the ${text.length} characters that were streamed`,
    found: `a row ${inWords(row)}${row.content.length === text.length && row.content !== text ? " that differ" : ""}`,
    ...streamedAndStored(text, row.content),
  };
}

/** Elsewhere without the line that directs the stand-in: who left before the message was answered for does not know of it. */
function isAsSaid(content: string, { asked, isForeign }: CancelledReply): boolean {
  return isForeign
    ? isSavedAsStreamed(withoutOptions(content), withoutOptions(asked), { isForeign })
    : content === asked;
}

/** Elsewhere a reply of which the engine had not stopped writing when its rows were looked at is not seen as it is kept. */
function requireStopped({ isForeign, generations, engineMs }: CancelledReply): void {
  if (!isForeign || engineMs !== null || !generations?.some(({ ended }) => ended === "running")) return;
  throw new NotObservable(
    "the engine had not stopped when the rows were looked at (cancel/mid-reply judges that): what is kept of a cancelled reply is not seen",
  );
}

/** Whether each of the replies would do, if it were the only one. */
function areAsStreamed({ stream }: CancelledReply, rows: readonly SeenRow[]): boolean {
  const text = textOf(stream ?? NOTHING_HEARD);
  return rows
    .filter(({ role }) => role === "assistant")
    .every((row) => isPartial(row) && holdsWhatCame(row.content, text));
}

/** Whether all that is wrong is white space in the one reply. */
function isOtherwiseSpaced(reply: CancelledReply, rows: readonly SeenRow[]): boolean {
  const text = textOf(reply.stream ?? NOTHING_HEARD);
  const isOnlySpace = (row: SeenRow): boolean =>
    row.role !== "assistant" || (isPartial(row) && isSavedButForSpace(row.content, text, { isCut: true }));
  return rows.length === 2 && rows.every(isOnlySpace);
}

/** Words that a foreign back end has no other word for are its own; one that it does not tell is not judged. */
function isPartial({ status, finish_reason }: SeenRow): boolean {
  return !NOT_PARTIAL.has(status ?? "") && (finish_reason ?? "") !== "stop";
}

const NOT_PARTIAL: ReadonlySet<string> = new Set(["complete", "streaming", "error"]);

function inWords({ status, finish_reason, content }: SeenRow): string {
  const reason = finish_reason === undefined ? "" : ` (${finish_reason})`;
  return `${status ?? "without a status"}${reason} with ${content.length} characters`;
}
