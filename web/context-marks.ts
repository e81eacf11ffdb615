import type { Message } from "../src/contract/hmi-schemas.ts";
import type { ChatState, ShownMessage } from "./chat-state.ts";

/** What stands for the first messages of a conversation in its prompts. */
export interface Summary {
  readonly text: string;
  /** The last message that it stands for. */
  readonly coversUntil: string;
  /** How many messages there were when it was made. */
  readonly madeAfter: number;
}

/** Where the conversation stops being what the model is given, as it was said. Places of messages; 0 for none. */
export interface ContextMarks {
  /** The summary that stands for the messages before `summarised`; null for none. */
  readonly summary: Summary | null;
  readonly summarised: number;
  /** The first message that the model was still given for the last reply; 0 where it was given all, or the summary says it. */
  readonly firstGiven: number;
}

/** The summaries among a conversation's rows, which are in the order in which they were written. */
export function summariesIn(rows: readonly Message[]): readonly Summary[] {
  let madeAfter = 0;
  return rows.flatMap(({ message_type, content, covers_until }) => {
    if (message_type === "chat") madeAfter += 1;
    const isSummary = message_type === "summary" && covers_until !== null;
    return isSummary ? [{ text: content, coversUntil: covers_until, madeAfter }] : [];
  });
}

/** What the model no longer sees as it was said. */
export function contextMarks({
  messages,
  summaries,
}: Pick<ChatState, "messages" | "summaries">): ContextMarks {
  const last = messages.findLastIndex(({ role }) => role === "assistant");
  const [summary, summarised] = widest(summaries, messages);
  // What was left out for a reply, was left out after the summary that there was by then.
  const [, givenFrom] = widest(
    summaries.filter(({ madeAfter }) => madeAfter <= last),
    messages,
  );
  const trimmed = messages[last]?.notices.find(({ code }) => code === "context_trimmed");
  let left = trimmed?.left_out ?? 0;
  if (left === 0) return { summary, summarised, firstGiven: 0 };
  // Replies without a text were never given.
  const firstGiven = messages.findIndex(
    ({ content }, place) => place >= givenFrom && content !== "" && left-- === 0,
  );
  return { summary, summarised, firstGiven: firstGiven > summarised ? firstGiven : 0 };
}

/** The summary that stands for the most messages, and the place of the first one that it does not stand for. */
function widest(
  summaries: readonly Summary[],
  messages: readonly ShownMessage[],
): readonly [Summary | null, number] {
  let best: readonly [Summary | null, number] = [null, 0];
  for (const summary of summaries) {
    const until = messages.findIndex(({ message_id }) => message_id === summary.coversUntil);
    if (until >= 0 && until + 1 >= best[1]) best = [summary, until + 1];
  }
  return best;
}
