import { Markdown } from "../markdown/Markdown.ts";
import { useKeptSelection } from "../useKeptSelection.ts";

interface MessageContentProps {
  readonly content: string;
  /** More of it is still to come. */
  readonly streaming?: boolean;
  /** It has been followed since there was nothing of it. */
  readonly isSeenFromStart?: boolean | undefined;
  /** Told the words of what is finished while more is to come, for screen readers. */
  readonly onSpoken?: (text: string) => void;
}

/** The text of a message, as Markdown: model output is untrusted, so no HTML is ever made of it. */
export function MessageContent(props: MessageContentProps) {
  const { content, streaming = false, isSeenFromStart, onSpoken } = props;
  useKeptSelection();
  return (
    <div class="content markdown">
      <Markdown
        content={content}
        streaming={streaming}
        isSeenFromStart={isSeenFromStart}
        onSpoken={onSpoken}
      />
    </div>
  );
}
