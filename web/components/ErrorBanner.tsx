import type { PageProblem } from "../chat-state.ts";
import { ErrorMessage } from "./ErrorMessage.tsx";
import { IconButton } from "./IconButton.tsx";

interface ErrorBannerProps {
  readonly problem: PageProblem;
  readonly onRetry: () => void;
  readonly onDismiss: () => void;
}

/** What went wrong, and what to do. */
export function ErrorBanner({ problem, onRetry, onDismiss }: ErrorBannerProps) {
  return (
    <div class="trouble notice" role="alert">
      <ErrorMessage message={problem.message} hint={problem.hint} />
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
