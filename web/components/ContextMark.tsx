import type { ContextMarks } from "../context-marks.ts";

interface ContextMarkProps {
  readonly marks: ContextMarks;
  /** The place of the message that it stands before. */
  readonly place: number;
}

/** Stands between what the model is no longer given as it was said, and the rest. */
export function ContextMark({ marks: { summary, summarised, firstGiven }, place }: ContextMarkProps) {
  if (place === 0) return null;
  if (place === summarised && summary !== null) {
    return (
      <details class="summarised">
        <summary>
          <span class="forgotten">
            <span>The model is given a summary of what is above.</span>
          </span>
        </summary>
        <p dir="auto">{summary.text}</p>
      </details>
    );
  }
  if (place !== firstGiven) return null;
  return <p class="forgotten">The model no longer sees what is above: it has no room for it.</p>;
}
