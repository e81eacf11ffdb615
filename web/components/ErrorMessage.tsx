interface ErrorMessageProps {
  readonly message: string;
  readonly hint?: string | undefined;
}

/** What went wrong, and on the next line what to do. */
export function ErrorMessage({ message, hint }: ErrorMessageProps) {
  return (
    <div class="words">
      <p>
        <WithCode text={message} />
      </p>
      {hint !== undefined && (
        <p>
          <WithCode text={hint} />
        </p>
      )}
    </div>
  );
}

/** Commands stand between backticks; they are shown as code. */
export function WithCode({ text }: { readonly text: string }) {
  return (
    <>{text.split("`").map((part, index) => (index % 2 === 1 ? <code key={part}>{part}</code> : part))}</>
  );
}
