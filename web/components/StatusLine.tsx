interface StatusLineProps {
  readonly text: string;
  /** It is to be heard only: what is seen says so elsewhere. */
  readonly isUnseen: boolean;
}

/** Where the conversation stands, told to screen readers as it changes. */
export function StatusLine({ text, isUnseen }: StatusLineProps) {
  return (
    <output class={isUnseen ? "unseen" : undefined} aria-live="polite">
      {text}
    </output>
  );
}
