import { useEffect, useState } from "preact/hooks";
import { copyToClipboard } from "../copy-to-clipboard.ts";
import { IconButton } from "./IconButton.tsx";

/** How long the button says that the text was copied, in milliseconds. */
const COPIED_MS = 2000;

interface ReplyActionsProps {
  readonly content: string;
  /** Undefined where the reply cannot be asked for again. */
  readonly onRegenerate: (() => void) | undefined;
}

/** What can be done with a reply. */
export function ReplyActions({ content, onRegenerate }: ReplyActionsProps) {
  return (
    <span class="actions">
      {content !== "" && <CopyButton text={content} />}
      {onRegenerate !== undefined && <IconButton icon="again" label="Regenerate" onClick={onRegenerate} />}
    </span>
  );
}

const STATUS_ICONS = { Copied: "check", "Not copied": "close" } as const;

function CopyButton({ text }: { readonly text: string }) {
  const [status, setStatus] = useState<"Copied" | "Not copied">();
  useEffect(() => {
    if (status === undefined) return undefined;
    const timer = setTimeout(() => setStatus(undefined), COPIED_MS);
    return () => clearTimeout(timer);
  }, [status]);
  return (
    <IconButton
      icon={status === undefined ? "copy" : STATUS_ICONS[status]}
      label={status ?? "Copy reply"}
      onClick={() =>
        void copyToClipboard(text).then(
          () => setStatus("Copied"),
          () => setStatus("Not copied"),
        )
      }
    />
  );
}
