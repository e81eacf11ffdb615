import { useCallback } from "preact/hooks";
import type { Chat } from "../chat.ts";
import type { ChatState } from "../state.ts";
import {
  canSend,
  isEmpty,
  isReplying,
  isScripted,
  selectedAgent,
  selectedModel,
  shownProblem,
  startsAnotherConversation,
  statusText,
} from "../view.ts";
import { AgentSelect } from "./AgentSelect.tsx";
import { Composer } from "./Composer.tsx";
import { Messages } from "./Messages.tsx";
import { ModelSelect } from "./ModelSelect.tsx";
import { ProblemNote } from "./ProblemNote.tsx";
import { StatusLine } from "./StatusLine.tsx";

/** The open conversation: what was said, what went wrong, and where the next message is written. */
export function Conversation({ chat, state }: { chat: Chat; state: ChatState }) {
  const { messages, session, sessionId } = state;
  const problem = shownProblem(state);
  const replying = isReplying(state);
  const agent = selectedAgent(state);
  const resend = useCallback(() => void chat.resend(), [chat]);
  return (
    <>
      <Messages messages={messages} isReplying={replying} isEmpty={isEmpty(state)} onRetry={resend}>
        <StatusLine text={statusText(state)} />
      </Messages>
      <div class="column foot">
        {problem !== null && (
          <ProblemNote
            problem={problem}
            onRetry={() => void chat.retry()}
            onDismiss={() => chat.dispatch({ type: "problem_dismissed" })}
          />
        )}
        <Composer
          draft={state.draft}
          canSend={canSend(state)}
          isReplying={replying}
          conversation={sessionId}
          onChange={(draft) => chat.dispatch({ type: "draft_changed", draft })}
          onSend={() => void chat.send()}
          onStop={() => void chat.stop()}
        >
          <AgentSelect
            agents={state.agents}
            selected={agent}
            owner={messages.length === 0 ? undefined : session?.agent_id}
            onChoose={(agentId) => chat.dispatch({ type: "agent_chosen", agentId })}
          />
          <ModelSelect
            models={state.models}
            selected={selectedModel(state)}
            onChoose={(model) => chat.dispatch({ type: "model_chosen", model })}
          />
          <p id="agent-note" class="note">
            {startsAnotherConversation(state) &&
              `Your next message starts another conversation, with ${agent?.agent_name}.`}
          </p>
        </Composer>
        {isScripted(state) && (
          <p class="note scripted">The answers are scripted: this stack runs without Ollama.</p>
        )}
      </div>
    </>
  );
}
