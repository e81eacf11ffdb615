interface TroubleTextProps {
  readonly message: string;
  readonly hint?: string | undefined;
}

/** What went wrong, and on the next line what to do. */
export function TroubleText({ message, hint }: TroubleTextProps) {
  return (
    <div class="words">
      <p>{withCode(message)}</p>
      {hint !== undefined && <p>{withCode(hint)}</p>}
    </div>
  );
}

/** Commands stand between backticks; they are shown as code. */
function withCode(text: string) {
  return text.split("`").map((part, index) => (index % 2 === 1 ? <code key={part}>{part}</code> : part));
}
