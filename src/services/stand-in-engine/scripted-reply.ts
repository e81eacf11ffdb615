import { HELP, MARKDOWN } from "./sample-answers.ts";

/** One message of what the engine was given; the role is any that Ollama takes. */
export interface ChatMessage {
  readonly role: string;
  readonly content: string;
  /** Pictures: each the bytes of a file. */
  readonly images?: readonly Uint8Array[];
}

/** Said once, before a process's first reply, where it is asked to. */
export const ANNOUNCEMENT =
  "This is a stand-in for Ollama: its answers are scripted, no language model runs here. " +
  "For real answers, start Ollama and point engine.url at it.";

/** What the stand-in answers: a pure function of what it was given. */
export function scriptedReply(messages: readonly ChatMessage[]): string {
  const asked = askedIn(messages);
  if (SUMMARY.test(messages[0]?.content ?? "")) return summary(asked);
  const repeated = REPEAT.exec(asked)?.[1];
  if (repeated !== undefined) return repeated;
  const count = COUNT.exec(asked);
  if (count !== null) return numbers(Number(count[1] ?? 1), Number(count[2]), count[3] !== undefined);
  if (/\bmarkdown\b/i.test(asked)) return MARKDOWN;
  if (GREETING.test(asked)) return HELLO;
  if (HELP_WANTED.test(asked)) return HELP;
  return echo(asked);
}

/** What the user said last. A picture alone, as OpenAI's wire sends it beside its text, says nothing. */
export function askedIn(messages: readonly ChatMessage[]): string {
  return transcriptIn(lastSaid(messages)).lastTurn;
}

/** What stands before the first turn of a transcript that was given as one prompt; empty where there is none. */
export function openingOf(messages: readonly ChatMessage[]): string {
  return transcriptIn(lastSaid(messages)).opening;
}

function lastSaid(messages: readonly ChatMessage[]): string {
  const isSaid = ({ role, content, images = [] }: ChatMessage): boolean =>
    role === "user" && (content !== "" || images.length === 0);
  return messages.findLast(isSaid)?.content ?? "";
}

/** The parts of a transcript for `/api/generate`; any other text is its own last turn. */
function transcriptIn(text: string): { readonly opening: string; readonly lastTurn: string } {
  if (!text.endsWith(ANSWER_NEXT)) return { opening: "", lastTurn: text };
  // With a blank line before its first turn too, every turn begins alike.
  const turns = `\n\n${text}`;
  const at = turns.lastIndexOf(`\n\n${QUESTION}`);
  if (at === -1) return { opening: "", lastTurn: text };
  const opening = turns.slice(0, turns.indexOf(`\n\n${QUESTION}`));
  return { opening, lastTurn: text.slice(at + QUESTION.length, -ANSWER_NEXT.length) };
}

const QUESTION = "User: ";
const ANSWER_NEXT = "\n\nAssistant:";

// Only where the first message begins with the request: a long conversation's system prompt holds an
// earlier summary, and must not turn every later reply into one.
const SUMMARY = /^\W*(?:please\s+)?(?:summari[sz]e|(?:write|make|give|create)\b.{0,60}\bsummary)\b/i;

const REPEAT = /^\s*(?:please\s+)?(?:repeat after me|say)\b(?::\s*|\s+)(.+)$/is;

const COUNT = /\bcount\s+(?:from\s+(\d{1,9})\s+)?(?:up\s+)?to\s+(\d{1,9})(?:\s+(in\s+chinese)\b)?/i;

const GREETING =
  /^\s*(?:hi|hello|hey|greetings|good (?:morning|afternoon|evening))(?:[\s,]+(?:there|all|everyone|again))?[\s!.?]*$/i;

const HELP_WANTED = /^\s*(?:help(?: me)?|what can (?:you do|i (?:ask|say|do)))(?: here)?[\s!.?]*$/i;

const HELLO =
  "Hello! I am a stand-in for Ollama and my answers are scripted, not a language model's; " +
  'try "Count to 5", "Show me Markdown" or "Help".';

const MOST_NUMBERS = 1000;

/** Digit by digit: 十二 is 一二. */
const CHINESE = new Intl.NumberFormat("zh-u-nu-hanidec", { useGrouping: false });

function numbers(from: number, to: number, isChinese: boolean): string {
  const length = Math.min(Math.abs(to - from) + 1, MOST_NUMBERS);
  const step = from <= to ? 1 : -1;
  return Array.from({ length }, (_, index) => from + index * step)
    .map((number) => (isChinese ? CHINESE.format(number) : number))
    .join(", ");
}

function summary(transcript: string): string {
  const lines = transcript.split("\n").filter((line) => line.trim() !== "");
  const opening = lines[0] === undefined ? "" : ` It opens with "${quotedPrompt(lines[0])}".`;
  return `Scripted summary: the transcript has ${lines.length} lines.${opening}`;
}

function echo(asked: string): string {
  const heard = asked.trim() === "" ? "You wrote nothing." : `You wrote "${quotedPrompt(asked)}".`;
  return `${heard} This answer is scripted: it comes from a stand-in for Ollama, not from a language model.`;
}

const QUOTED_CHARS = 60;

/** The start of a text in one line, cut at a whole character. */
export function quotedPrompt(text: string): string {
  const line = text
    .slice(0, 4 * QUOTED_CHARS)
    .replace(/\s+/g, " ")
    .trim();
  const chars = [...line];
  return chars.length <= QUOTED_CHARS ? line : `${chars.slice(0, QUOTED_CHARS).join("")}…`;
}
