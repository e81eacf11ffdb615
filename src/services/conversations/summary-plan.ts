import { LIMITS } from "../../contract/contract-defaults.ts";
import type { Message } from "../../contract/hmi-schemas.ts";
import { buildPrompt, type PromptParts } from "./conversation-prompt.ts";
import { isInPrompt, type TokenEstimate, tokenEstimate } from "./token-estimate.ts";

/** A summary that is due. */
export interface SummaryPlan {
  /** The last message that it will stand for. */
  readonly coversUntil: Message;
  /** The model of the last reply that it will stand for; null where none is known. */
  readonly modelName: string | null;
  readonly instructions: string;
  /** What is to be summarised. */
  readonly transcript: string;
}

/** A conversation is summarised when this much of its model's window is used. */
const FULL_ENOUGH = 0.5;

/** How much of the window the messages may take that stay as they were said. */
const VERBATIM_SHARE = 0.25;

/** How much of the window a transcript may take; what has no room in it is due again after that. */
const TRANSCRIPT_SHARE = 0.6;

/** Most tokens of a summary. */
export const SUMMARY_TOKENS = 512;

const INSTRUCTIONS =
  "Summarise the conversation below for a model that will continue it. " +
  "Keep names, decisions, figures and open questions. Answer with the summary only.";

/** What is to be summarised of a conversation now; undefined where nothing is. */
export function planSummary(parts: PromptParts): SummaryPlan | undefined {
  const { history, window } = parts;
  const prompt = buildPrompt(parts);
  const isDue = history.messages.length > LIMITS.summaryAfterMessages || prompt.fullness > FULL_ENOUGH;
  if (!isDue) return undefined;
  const estimate = tokenEstimate(history, prompt.system.length);
  const old = history.messages.slice(0, firstVerbatim(history.messages, estimate, window));
  const room = Math.min(
    LIMITS.messageChars,
    window === null ? Number.POSITIVE_INFINITY : estimate.charsIn(window * TRANSCRIPT_SHARE),
  );
  const earlier = history.summary === null ? "" : `Earlier: ${history.summary}\n`;
  const { covered, text } = oldestThatFit(old, room - earlier.length);
  const coversUntil = covered.at(-1);
  if (coversUntil === undefined) return undefined;
  const modelName = covered.findLast((message) => message.model_name !== null)?.model_name ?? null;
  return { coversUntil, modelName, instructions: INSTRUCTIONS, transcript: `${earlier}${text}` };
}

/** Where the messages begin that stay as they were said: the last exchange does in any case. */
function firstVerbatim(messages: readonly Message[], estimate: TokenEstimate, window: number | null): number {
  const lastQuestion = messages.findLastIndex(({ role }) => role === "user");
  let room = window === null ? Number.POSITIVE_INFINITY : window * VERBATIM_SHARE;
  let first = messages.length;
  for (const [back, message] of messages.toReversed().entries()) {
    room -= estimate.ofMessage(message);
    const at = messages.length - 1 - back;
    if (at < lastQuestion && (room < 0 || back >= LIMITS.verbatimMessages)) break;
    first = at;
  }
  // A summary that ends with a question would leave its answer to stand alone.
  while (first < lastQuestion && messages[first]?.role === "assistant") first += 1;
  return first;
}

/** As many of the oldest as have room, at least one: what is left out of a summary is lost to all that follow. */
function oldestThatFit(old: readonly Message[], room: number): { covered: readonly Message[]; text: string } {
  let text = "";
  let count = 0;
  for (const message of old) {
    const longer = isInPrompt(message) ? `${text}${text === "" ? "" : "\n"}${lineOf(message)}` : text;
    if (longer.length > room && count > 0) break;
    text = longer;
    count += 1;
  }
  // One message alone may be longer than all the room.
  return { covered: old.slice(0, count), text: text.slice(0, Math.max(0, room)).toWellFormed() };
}

/** Further lines are indented: what a message says cannot look like a turn of somebody else. */
function lineOf({ role, content, images }: Message): string {
  const said = content.replaceAll("\n", "\n  ");
  return `${role}: ${images.length === 0 ? "" : `(with ${images.length} pictures) `}${said}`;
}
