import type { ComponentChildren } from "preact";

interface DialogFooterProps {
  readonly close: () => void;
  readonly label?: string;
  /** What else can be done; it stands before. */
  readonly children?: ComponentChildren;
}

/** The last row of a dialog that has nothing to save: what closes it. */
export function DialogFooter({ close, label = "Close", children }: DialogFooterProps) {
  return (
    <div class="buttons">
      {children}
      <button type="button" onClick={close}>
        {label}
      </button>
    </div>
  );
}
