import type { Notice } from "../../src/contract/event-schemas.ts";

interface ReplyWarningsProps {
  readonly notices: readonly Notice[];
  /** Undefined where there is nothing to stop. */
  readonly onStop: (() => void) | undefined;
}

/** What a person should know of a reply: that it repeats itself, that its beginning was left out. */
export function ReplyWarnings({ notices, onStop }: ReplyWarningsProps) {
  return (
    <>
      {notices.map(({ code, message, hint }) => (
        <div key={code} class="plain notice" role="status">
          <p class="words">{hint === undefined ? message : `${message} ${hint}`}</p>
          {code === "repeating" && onStop !== undefined && (
            <button type="button" onClick={onStop}>
              Stop
            </button>
          )}
        </div>
      ))}
    </>
  );
}
