import { isSameButForSpace, isSameText } from "./compare-texts.ts";
import type { SeenRow } from "./drivers/reply-facts.ts";
import { findReplyRow, isLeftOf, isMessage, replyRows, turnRows } from "./reply-rows.ts";

/** What was said, and what came back. */
export interface SaidTurn {
  readonly conversation: string;
  readonly asked: string;
  /** The reply as it was streamed. */
  readonly text: string;
  /** The id that the reply's row was said to have, where one was told. */
  readonly reply?: string | null | undefined;
}

/** What is wrong with a turn that was saved, in words. */
export interface SavedTurnProblem {
  /**
   * `not_saved`: the reply is not there; `message_not_saved`: its message is not; `changed`: another text is in its place.
   * `lost_on_stream`, `lost_when_saved`: one side has only a part of the other's text. `twice`: the message or the reply stands
   * there more than once, or the reply's remains beside it. `order`: the reply stands before its message. `roles`: the message stands
   * there as the assistant's, or the reply as the person's.
   */
  readonly kind:
    | "not_saved"
    | "message_not_saved"
    | "changed"
    | "lost_on_stream"
    | "lost_when_saved"
    | "twice"
    | "order"
    | "roles";
  readonly found: string;
  readonly isWithoutModelId: boolean;
}

type Found = Pick<SavedTurnProblem, "kind" | "found">;

/**
 * Judges the rows of a conversation in which this turn was the last; undefined where nothing is wrong. Some trim what they
 * save: whether a text is saved exactly is a claim of `stack verify`.
 */
export function judgeSavedTurn(listed: readonly SeenRow[], said: SaidTurn): SavedTurnProblem | undefined {
  const rows = listed.filter(({ message_type = "chat" }) => message_type === "chat");
  const roles = wrongRolesIn(rows, said);
  if (roles !== undefined) return { kind: "roles", found: roles, isWithoutModelId: false };
  const row = findReplyRow(rows, said);
  const found = row === undefined ? judgeMissing(rows, said) : judgeRow(rows, row, said);
  const problem = found ?? judgeMessage(rows, said);
  return problem && { ...problem, isWithoutModelId: isSavingProblem(problem) && row?.model_id === null };
}

/** Which of both stands under the other's role alone, in words; undefined where neither does. */
export function wrongRolesIn(
  rows: readonly Pick<SeenRow, "role" | "content">[],
  { asked, text }: Pick<SaidTurn, "asked" | "text">,
): string | undefined {
  // What only repeats its message is under both roles by right.
  if (text.trim() === "" || isSameText(asked, text)) return undefined;
  const isOnlyBy = (role: string, of: string): boolean => {
    const alike = rows.filter(({ content }) => isSameText(content, of));
    return alike.length > 0 && alike.every((row) => row.role === role);
  };
  const wrong = [
    ...(isOnlyBy("assistant", asked) ? ["the message stands there as the assistant's"] : []),
    ...(isOnlyBy("user", text) ? ["the reply as the person's"] : []),
  ];
  return wrong.length === 0 ? undefined : wrong.join(", ");
}

function isSavingProblem({ kind }: Found): boolean {
  return kind === "not_saved" || kind === "message_not_saved";
}

/** Where nothing stands behind the message. Behind another message it is the answer to that one, and this one's is lost. */
function judgeMissing(rows: readonly SeenRow[], { conversation, text }: SaidTurn): Found {
  const before = replyRows(rows).find(({ content }) => isSameText(content, text));
  if (before === undefined) {
    return { kind: "not_saved", found: `conversation ${conversation} does not have it` };
  }
  const isOfAnother = rows.slice(0, rows.indexOf(before)).some(({ role }) => role === "user");
  return isOfAnother
    ? { kind: "not_saved", found: `conversation ${conversation} does not have it behind its message` }
    : { kind: "order", found: rows.map(({ role }) => role).join(", ") };
}

function judgeRow(rows: readonly SeenRow[], { content }: SeenRow, said: SaidTurn): Found | undefined {
  const { text } = said;
  const replies = replyRows(turnRows(rows, said.asked)).map((each) => each.content);
  if (!isSameText(content, text)) return judgeOtherText(rows, { content, replies, said });
  const whole = replies.filter((each) => isSameText(each, text)).length;
  if (whole > 1) return { kind: "twice", found: `the reply ${whole} times` };
  const [remains] = replies.filter((each) => !isSameText(each, text) && isLeftOf(each, text));
  if (remains === undefined) return undefined;
  const what =
    remains.trim() === ""
      ? "an empty row of it"
      : `one with ${remains.length} of its ${text.length} characters`;
  return { kind: "twice", found: `beside the reply ${what}` };
}

interface OtherText {
  readonly content: string;
  /** All that was said behind the message. */
  readonly replies: readonly string[];
  readonly said: SaidTurn;
}

function judgeOtherText(rows: readonly SeenRow[], { content, replies, said }: OtherText): Found | undefined {
  const { text } = said;
  const found = `${content.length} characters, not ${text.length}`;
  if (isSameButForSpace(content, text)) return { kind: "changed", found: `other white space, ${found}` };
  // What was said before a tool was called, and after it, may be in rows of its own.
  if (isSameButForSpace(replies.join(""), text)) return undefined;
  if (isLeftOf(text, content)) return { kind: "lost_on_stream", found };
  if (isLeftOf(content, text)) return { kind: "lost_when_saved", found };
  // Newest first, what stands behind a message is the reply to the one before it.
  const missing = judgeMissing(rows, said);
  return missing.kind === "order" ? missing : { kind: "changed", found };
}

function judgeMessage(rows: readonly SeenRow[], { conversation, asked }: SaidTurn): Found | undefined {
  const { length } = rows.filter((row) => isMessage(row, asked));
  if (length === 1) return undefined;
  return length === 0
    ? { kind: "message_not_saved", found: `conversation ${conversation} does not have the message` }
    : { kind: "twice", found: `the message ${length} times` };
}
