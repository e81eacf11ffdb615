import { isSameText, isShortenedText } from "../targets/compare-texts.ts";
import type { SeenRow } from "../targets/drivers/reply-facts.ts";

/** What was said, and what came back. */
export interface SaidTurn {
  readonly conversation: string;
  readonly asked: string;
  /** The reply as it was streamed. */
  readonly text: string;
}

/** What is wrong with a turn that was saved, in words. */
export interface SavedTurnProblem {
  /**
   * `not_saved`: a row is not there, or is another one. `lost_on_stream`, `lost_when_saved`: one side has only a part of the
   * other's text. `twice`: a row stands there several times. `order`: the reply stands before its message.
   */
  readonly kind: "not_saved" | "lost_on_stream" | "lost_when_saved" | "twice" | "order";
  readonly found: string;
  readonly isWithoutModelId: boolean;
}

/**
 * Judges the rows of a conversation in which this turn was the last; undefined where nothing is wrong. Some trim what they
 * save: whether a text is saved exactly is a claim of `stack verify`.
 */
export function judgeSavedTurn(
  rows: readonly SeenRow[],
  { conversation, asked, text }: SaidTurn,
): SavedTurnProblem | undefined {
  const problem = (
    kind: SavedTurnProblem["kind"],
    found: string,
    isWithoutModelId = false,
  ): SavedTurnProblem => ({ kind, found, isWithoutModelId });
  const replies = rows.filter(({ role }) => role === "assistant");
  const questions = rows.filter((row) => row.role === "user" && isSameText(row.content, asked));
  const row = replies.findLast(({ content }) => isSameText(content, text)) ?? replies.at(-1);
  const [question] = questions;
  if (question === undefined) {
    return problem(
      "not_saved",
      `conversation ${conversation} does not have the message`,
      row?.model_id === null,
    );
  }
  if (row === undefined) return problem("not_saved", `conversation ${conversation} does not have it`);
  if (!isSameText(row.content, text)) {
    const found = `${row.content.length} characters, not ${text.length}`;
    if (!isShortenedText(row.content, text)) return problem("not_saved", found);
    return problem(row.content.length > text.length ? "lost_on_stream" : "lost_when_saved", found);
  }
  if (questions.length > 1) return problem("twice", `the message ${questions.length} times`);
  const place = rows.indexOf(question);
  const next = rows.findIndex(({ role }, index) => index > place && role === "user");
  const turn = rows.slice(place + 1, next === -1 ? undefined : next);
  const answers = turn.filter(({ role, content }) => role === "assistant" && isSameText(content, text));
  if (answers.length > 1) return problem("twice", `the reply ${answers.length} times`);
  if (answers.length > 0) return undefined;
  // Behind another message it is the answer to that one, and this one's is lost.
  const first = rows.findIndex(({ role, content }) => role === "assistant" && isSameText(content, text));
  const isOfAnother = rows.slice(0, first).some(({ role }) => role === "user");
  return isOfAnother
    ? problem("not_saved", `conversation ${conversation} does not have it behind its message`)
    : problem("order", rows.map(({ role }) => role).join(", "));
}
