import { useEffect, useState } from "preact/hooks";
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

function CopyButton({ text }: { readonly text: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  // Browsers have a clipboard only for loopback addresses and for https.
  if (navigator.clipboard === undefined) return null;
  return (
    <IconButton
      icon={isCopied ? "check" : "copy"}
      label={isCopied ? "Copied" : "Copy reply"}
      onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
    />
  );
}
