import { useLayoutEffect, useRef } from "preact/hooks";
import type { Session } from "../../src/contract/hmi.ts";
import { titleOf } from "../view.ts";

interface DeleteDialogProps {
  readonly session: Session;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before a conversation is deleted. */
export function DeleteDialog({ session, onConfirm, onClose }: DeleteDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const close = (): void => dialog.current?.close();
  return (
    <dialog ref={dialog} aria-labelledby="delete-title" onClose={onClose}>
      <h2 id="delete-title">Delete this conversation?</h2>
      <p>“{titleOf(session)}” and its messages are removed for good.</p>
      <div class="buttons">
        <button type="button" onClick={close}>
          Keep
        </button>
        <button
          type="button"
          class="danger"
          onClick={() => {
            onConfirm();
            close();
          }}
        >
          Delete
        </button>
      </div>
    </dialog>
  );
}
