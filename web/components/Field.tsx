import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface FieldProps {
  readonly label: string;
  /** What to know before filling it in. */
  readonly hint?: string;
  readonly error?: string | undefined;
  /** Draws the control with these attributes, which tie it to its words. */
  readonly children: (control: FieldControl) => ComponentChildren;
}

interface FieldControl {
  readonly id: string;
  readonly "aria-describedby": string;
  readonly "aria-invalid": boolean;
}

/** A control of a form, with its label, and what is wrong with it. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, "aria-describedby": noteId, "aria-invalid": error !== undefined })}
      <p
        id={noteId}
        class={error === undefined ? "hint" : "hint wrong"}
        role={error === undefined ? undefined : "alert"}
      >
        {error ?? hint}
      </p>
    </div>
  );
}
