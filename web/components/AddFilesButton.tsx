import { useRef } from "preact/hooks";
import { IconButton } from "./IconButton.tsx";

/** Chooses files for the next message. */
export function AddFilesButton({ onFiles }: { readonly onFiles: (files: readonly File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Files"
        onChange={({ currentTarget }) => {
          onFiles([...(currentTarget.files ?? [])]);
          // The same file can be chosen again.
          currentTarget.value = "";
        }}
      />
      <IconButton icon="clip" label="Add pictures or text files" onClick={() => input.current?.click()} />
    </>
  );
}
