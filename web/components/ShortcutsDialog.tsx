import { Dialog } from "./Dialog.tsx";
import { DialogFooter } from "./DialogFooter.tsx";

const SHORTCUTS: readonly (readonly [keys: string, meaning: string])[] = [
  ["Enter", "Send the message"],
  ["Shift+Enter", "Break the line"],
  ["Up", "Edit the last message, where nothing is written"],
  ["Esc", "Stop the reply"],
  ["Shift+Esc", "Go to the message"],
  ["Ctrl+K", "Search"],
  ["Ctrl+Shift+O", "New chat"],
  ["Ctrl+/", "These shortcuts"],
];

/** What the keyboard can do. */
export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      {(close) => (
        <>
          <dl class="pairs">
            {SHORTCUTS.map(([keys, meaning]) => (
              <div key={keys}>
                <dt>{meaning}</dt>
                <dd>
                  <kbd>{keys}</kbd>
                </dd>
              </div>
            ))}
          </dl>
          <DialogFooter close={close} />
        </>
      )}
    </Dialog>
  );
}
