interface ThoughtsProps {
  /** Empty where the model thought nothing. */
  readonly thinking: string;
  /** The model has not begun to answer. */
  readonly isThinking: boolean;
}

/** What the model thought before it answered: folded, and as plain text, because it is not written to be read. */
export function Thoughts({ thinking, isThinking }: ThoughtsProps) {
  if (thinking === "") return null;
  return (
    <details class="thoughts">
      <summary>{isThinking ? "Thinking…" : "Thoughts"}</summary>
      <div class="thought" dir="auto">
        {thinking}
      </div>
    </details>
  );
}
