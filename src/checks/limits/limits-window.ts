import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import type { SeenNotice } from "../../targets/drivers/reply-facts.ts";
import type { Context } from "../contract-conversations.ts";
import { textsOf } from "../engine-generations.ts";
import { eventsOf, isWholeEnding, lastWord } from "../stream-endings.ts";
import { OPTIONS, type OutgrownConversation, outgrowWindow } from "./outgrown-conversation.ts";

export const window = defineCheck<Context["target"], OutgrownConversation>({
  id: "limits/window",
  claim:
    "a conversation that outgrows the model's window is told how much was left out, in the stream and in the row",
  why: "Engines cut the beginning off in silence: the model has forgotten what was agreed, and nobody knows why.",
  lookAt:
    "what is sent when the history is longer than the window in force: cut by us, and told (context_trimmed)",
  needs: ["speak the contract"],
  isAlone: true,
  collect: outgrowWindow,
  judge({ streams, rows, replies }) {
    const failed = streams.map(lastWord).find((word) => !isWholeEnding(word));
    if (failed !== undefined) throw new CouldNotRun(`a reply ended with ${failed}`);
    const isIt = ({ code, left_out }: SeenNotice): boolean =>
      code === "context_trimmed" && Number(left_out ?? 0) > 0;
    const told = streams.map((stream) =>
      eventsOf(stream).some((event) => event.type === "notice" && isIt(event)),
    );
    const saved = rows.filter(({ role }) => role === "assistant").map(({ notices }) => notices.some(isIt));
    const trimmed = replies.map((asked) => asked.some((each) => isWithoutBeginning(textsOf(each), rows)));
    const count = (marks: readonly boolean[]): number => marks.filter((mark) => mark).length;
    const seen = [
      `num_ctx ${OPTIONS.num_ctx}, ${streams.length} messages`,
      `told: ${count(told)}, marked: ${count(saved)}, prompts without the beginning: ${count(trimmed)}`,
    ].join("; ");
    const isSame =
      told.join() === saved.join() && trimmed.every((isTrimmed, turn) => !isTrimmed || told[turn]);
    if (count(told) > 0 && isSame) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: "a notice context_trimmed in each stream and row whose prompt lacks the beginning",
      found: `in streams: ${count(told)}, in rows: ${count(saved)}, prompts without the beginning: ${count(trimmed)}`,
      seen,
      rows,
    };
  },
});

/** Whether a prompt lacks the conversation's first message, and a summary that would stand for it. */
function isWithoutBeginning(texts: readonly string[], rows: OutgrownConversation["rows"]): boolean {
  const first = rows[0]?.content ?? "";
  return !texts.some((text) => text.includes(first) || /summar/i.test(text));
}
