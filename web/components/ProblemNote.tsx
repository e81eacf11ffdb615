import type { Problem } from "../state.ts";
import { Icon } from "./Icon.tsx";
import { TroubleText } from "./TroubleText.tsx";

interface ProblemNoteProps {
  readonly problem: Problem;
  readonly onRetry: () => void;
  readonly onDismiss: () => void;
}

/** What went wrong, and what to do. */
export function ProblemNote({ problem, onRetry, onDismiss }: ProblemNoteProps) {
  return (
    <div class="trouble problem" role="alert">
      <TroubleText message={problem.message} hint={problem.hint} />
      {problem.retry !== null && (
        <button type="button" onClick={onRetry}>
          Retry
        </button>
      )}
      <button type="button" class="quiet" aria-label="Dismiss" onClick={onDismiss}>
        <Icon name="close" />
      </button>
    </div>
  );
}
