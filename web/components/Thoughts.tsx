import { Clock } from "./Clock.tsx";

interface ThoughtsProps {
  /** Empty where the model thought nothing. */
  readonly thinking: string;
  /** When it began, while the model has not begun to answer; undefined where it has, or where nobody knows. */
  readonly since: number | undefined;
  /** The model has not begun to answer. */
  readonly isThinking: boolean;
  /** How long it thought, in milliseconds; null where nobody knows. */
  readonly durationMs: number | null;
}

/** What the model thought before it answered: folded, and as plain text, because it is not written to be read. */
export function Thoughts({ thinking, since, isThinking, durationMs }: ThoughtsProps) {
  if (thinking === "") return null;
  return (
    <details class="thoughts">
      <summary>
        {isThinking ? "Thinking " : thoughtsTitle(durationMs)}
        {isThinking && since !== undefined && <Clock since={since} />}
      </summary>
      <div class="thought" dir="auto">
        {thinking}
      </div>
    </details>
  );
}

function thoughtsTitle(durationMs: number | null): string {
  if (durationMs === null) return "Thoughts";
  const seconds = Math.round(durationMs / 1000);
  return seconds < 1 ? "Thought for less than a second" : `Thought for ${seconds} s`;
}
