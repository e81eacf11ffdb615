import type { ChatController } from "../chat-controller.ts";
import { shownProblem, shownServiceTrouble, titleOf } from "../chat-selectors.ts";
import type { ChatState } from "../chat-state.ts";
import { contextMarks } from "../context-marks.ts";
import { contextUse } from "../context-usage.ts";
import { offerMessage } from "../message-field.ts";
import { ErrorBanner } from "./ErrorBanner.tsx";
import { ErrorMessage } from "./ErrorMessage.tsx";
import { IconButton } from "./IconButton.tsx";

/** What a person should know before writing the next message. */
export function ComposerWarnings({ chat, state }: { chat: ChatController; state: ChatState }) {
  const { archived, session } = state;
  const problem = shownProblem(state);
  const trouble = shownServiceTrouble(state);
  // A note goes away with the button that was pressed, and must not take the focus with it.
  const on = (action: () => unknown) => (): void => {
    void action();
    offerMessage();
  };
  const isNearlyFull = (contextUse(state)?.isNearlyFull ?? false) && contextMarks(state).firstGiven === 0;
  return (
    <>
      {problem !== null && (
        <ErrorBanner
          problem={problem}
          onRetry={on(() => chat.retry())}
          onDismiss={on(() => chat.dispatch({ type: "problem_dismissed" }))}
        />
      )}
      {trouble !== null && (
        <div class="trouble notice" role="alert">
          <ErrorMessage message={trouble.message} hint={trouble.hint} />
        </div>
      )}
      {isNearlyFull && (
        <p class="plain notice">
          The conversation nearly fills the model's context: soon it forgets the beginning. A new chat is
          empty.
        </p>
      )}
      {state.isOutdated && (
        <div class="plain notice" role="status">
          <p class="words">A new version of this page is here. What you have written stays.</p>
          <button type="button" onClick={() => location.reload()}>
            Reload
          </button>
        </div>
      )}
      {session?.archived && (
        <div class="plain notice">
          <p class="words">This conversation is archived. A message brings it back into the list.</p>
          <button type="button" onClick={on(() => chat.keeper.unarchive(session))}>
            Restore
          </button>
        </div>
      )}
      {archived !== null && (
        <div class="plain notice" role="alert">
          <p class="words">“{titleOf(archived)}” is archived.</p>
          <div class="answers">
            <button type="button" onClick={on(() => chat.keeper.unarchive(archived))}>
              Undo
            </button>
            <IconButton
              icon="close"
              label="Dismiss"
              onClick={on(() => chat.dispatch({ type: "archived_dismissed" }))}
            />
          </div>
        </div>
      )}
    </>
  );
}
