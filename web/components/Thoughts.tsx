import type { ThinkingTime } from "../reply-timing.ts";
import { ElapsedTime } from "./ElapsedTime.tsx";

interface ThoughtsProps {
  /** Empty where the model thought nothing. */
  readonly thinking: string;
  /** When it began, while the model has not begun to answer; undefined where it has, or where nobody knows. */
  readonly since: number | undefined;
  /** The model has not begun to answer. */
  readonly isThinking: boolean;
  /** How long it thought; null where nobody knows. */
  readonly time: ThinkingTime | null;
}

/** What the model thought before it answered: folded, and as plain text, because it is not written to be read. */
export function Thoughts({ thinking, since, isThinking, time }: ThoughtsProps) {
  if (thinking === "") return null;
  return (
    <details class="thoughts">
      <summary>
        {isThinking ? "Thinking " : thoughtsTitle(time)}
        {isThinking && since !== undefined && <ElapsedTime since={since} />}
      </summary>
      <div class="thought" dir="auto">
        {thinking}
      </div>
    </details>
  );
}

function thoughtsTitle(time: ThinkingTime | null): string {
  if (time === null) return "Thoughts";
  const seconds = Math.round(time.ms / 1000);
  if (seconds < 1) return "Thought for less than a second";
  return `Thought for ${time.isEstimated ? "about " : ""}${seconds} s`;
}
