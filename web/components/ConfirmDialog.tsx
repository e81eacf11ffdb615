import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { ChangeOutcome } from "../list-mutations.ts";
import { Dialog } from "./Dialog.tsx";
import { ErrorMessage } from "./ErrorMessage.tsx";

interface ConfirmDialogProps {
  readonly title: string;
  /** What will happen. */
  readonly text: string;
  /** The word on the button. */
  readonly action: string;
  readonly onConfirm: () => Promise<ChangeOutcome>;
  readonly onClose: () => void;
  /** What else is to be known of why it was not done. */
  readonly children?: ComponentChildren;
}

/** Asks before something is done for good; stays open, and says why, where it was not done. */
export function ConfirmDialog({ title, text, action, onConfirm, onClose, children }: ConfirmDialogProps) {
  const [problem, setProblem] = useState<ChangeOutcome>(null);
  const [isBusy, setBusy] = useState(false);
  return (
    <Dialog title={title} onClose={onClose}>
      {(close) => {
        const confirm = async (): Promise<void> => {
          setBusy(true);
          const outcome = await onConfirm();
          setBusy(false);
          setProblem(outcome);
          if (outcome === null) close();
        };
        return (
          <>
            <p>{text}</p>
            {problem !== null && (
              <div class="trouble" role="alert">
                <ErrorMessage message={problem.message} hint={problem.hint} />
              </div>
            )}
            {children}
            <div class="buttons">
              <button type="button" onClick={close}>
                Keep
              </button>
              <button type="button" class="danger" disabled={isBusy} onClick={() => void confirm()}>
                {action}
              </button>
            </div>
          </>
        );
      }}
    </Dialog>
  );
}
