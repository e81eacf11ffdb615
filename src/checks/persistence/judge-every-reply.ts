import type { Broken } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { describeStored, type StoredReply } from "./stored-replies.ts";

/** What is wrong with one stored reply. */
export type Problem = Pick<Broken, "expected" | "found" | "cause">;

/** Judges a claim about stored replies by each of them; `how` says what was seen of all, where none is broken. */
export function judgeEach(
  replies: readonly StoredReply[],
  how: string,
  judgeOne: (reply: StoredReply) => Problem | undefined,
) {
  const broken = firstBroken(replies, (reply): Broken | undefined => {
    const problem = judgeOne(reply);
    return problem && { verdict: "broken", ...problem, seen: describeStored(reply), rows: reply.rows };
  });
  const names = replies.map(({ name }) => name).join(", ");
  return broken ?? { verdict: "holds" as const, seen: `replies ${how}: ${names}` };
}

/** Who said the rows, and how each is: `user, assistant complete`. */
export function rolesOf(rows: StoredReply["rows"]): string {
  return rows.map(({ role, status }) => `${role}${status ? ` ${status}` : ""}`).join(", ") || "no rows";
}
