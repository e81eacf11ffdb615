import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { LIMITS } from "../../src/contract/contract-defaults.ts";
import type { Session } from "../../src/contract/hmi-schemas.ts";
import type { ChangeOutcome } from "../list-mutations.ts";
import { Dialog } from "./Dialog.tsx";
import { Field } from "./Field.tsx";

interface RenameDialogProps {
  readonly session: Session;
  readonly onRename: (title: string) => Promise<ChangeOutcome>;
  readonly onClose: () => void;
}

/** Another title for a conversation: Enter saves it, Esc leaves it. */
export function RenameDialog({ session, onRename, onClose }: RenameDialogProps) {
  const [title, setTitle] = useState(session.title ?? "");
  const [error, setError] = useState<string>();
  const input = useRef<HTMLInputElement>(null);
  // Not after the drawing: it would select, and the next key replace, what was typed by then.
  useLayoutEffect(() => input.current?.select(), []);
  return (
    <Dialog title="Rename conversation" onClose={onClose}>
      {(close) => {
        const save = async (): Promise<void> => {
          const problem =
            title.trim() === "" ? { message: "A title is needed." } : await onRename(title.trim());
          setError(problem?.message);
          if (problem === null) close();
        };
        return (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              void save();
            }}
          >
            <Field label="Title" error={error}>
              {(field) => (
                <input
                  {...field}
                  ref={input}
                  maxLength={LIMITS.titleChars}
                  autocomplete="off"
                  dir="auto"
                  value={title}
                  onInput={(event) => setTitle(event.currentTarget.value)}
                />
              )}
            </Field>
            <div class="buttons">
              <button type="button" onClick={close}>
                Cancel
              </button>
              <button type="submit" class="primary">
                Save
              </button>
            </div>
          </form>
        );
      }}
    </Dialog>
  );
}
