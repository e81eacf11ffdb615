import type { PageProblem } from "../chat-state.ts";
import { IconButton } from "./IconButton.tsx";
import { TroubleText } from "./TroubleText.tsx";

interface ProblemNoteProps {
  readonly problem: PageProblem;
  readonly onRetry: () => void;
  readonly onDismiss: () => void;
}

/** What went wrong, and what to do. */
export function ProblemNote({ problem, onRetry, onDismiss }: ProblemNoteProps) {
  return (
    <div class="trouble notice" role="alert">
      <TroubleText message={problem.message} hint={problem.hint} />
      <div class="answers">
        {problem.retry !== null && (
          <button type="button" onClick={onRetry}>
            Retry
          </button>
        )}
        <IconButton icon="close" label="Dismiss" onClick={onDismiss} />
      </div>
    </div>
  );
}
