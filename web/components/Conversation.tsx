import { useCallback, useMemo } from "preact/hooks";
import type { ChatController } from "../chat-controller.ts";
import {
  canSend,
  composerNote,
  isEmpty,
  isReplying,
  isScripted,
  openProfile,
  picturesOf,
  selectedAgentId,
  selectedEngineModel,
  selectedModel,
  selectedThink,
  statusText,
  waitingSince,
} from "../chat-selectors.ts";
import type { ChatState } from "../chat-state.ts";
import { contextUse, spendingOf } from "../context-usage.ts";
import { offerMessage } from "../message-field.ts";
import { pagePathOf } from "../page-address.ts";
import { thinkOptions } from "../think-options.ts";
import { AgentSelect } from "./AgentSelect.tsx";
import { Composer } from "./Composer.tsx";
import { ComposerWarnings } from "./ComposerWarnings.tsx";
import { ContextGauge } from "./ContextGauge.tsx";
import { EmptyHint } from "./EmptyHint.tsx";
import { attachFilesLazily } from "./LazyDialogs.tsx";
import { Messages } from "./Messages.tsx";
import { ModelSelect } from "./ModelSelect.tsx";
import { PictureRow } from "./PictureRow.tsx";
import { ThinkSelect } from "./ThinkSelect.tsx";

/** The open conversation: what was said, what went wrong, and where the next message is written. */
export function Conversation({ chat, state }: { chat: ChatController; state: ChatState }) {
  const { messages, models, session, summaries } = state;
  const replying = isReplying(state);
  const agentId = selectedAgentId(state);
  const thinking = thinkOptions(selectedEngineModel(state));
  const model = selectedModel(state);
  const regenerate = useCallback(() => {
    void chat.regenerate();
    // The button that was pressed goes away, and must not take the focus with it.
    offerMessage();
  }, [chat]);
  const stop = useCallback(() => {
    void chat.stop();
    offerMessage();
  }, [chat]);
  const chooseVersion = useCallback((messageId: string) => void chat.chooseVersion(messageId), [chat]);
  const edit = useCallback((messageId: string, text: string) => chat.edit(messageId, text), [chat]);
  return (
    <>
      <Messages
        place={state.sessionId}
        conversation={session?.session_id ?? null}
        messages={messages}
        models={models}
        isOpening={state.phase === "opening"}
        isReplying={replying}
        summaries={summaries}
        status={statusText(state)}
        waitingSince={waitingSince(state)}
        connection={chat.connection}
        onRegenerate={regenerate}
        onStop={stop}
        onChooseVersion={chooseVersion}
        onEdit={edit}
      >
        {isEmpty(state) && <EmptyHint profile={openProfile(state)} />}
      </Messages>
      <div class="column foot">
        <ComposerWarnings chat={chat} state={state} />
        <Composer
          draft={state.draft}
          canSend={canSend(state)}
          isReplying={replying}
          place={pagePathOf(state)}
          note={composerNote(state)}
          onChange={(draft) => chat.dispatch({ type: "draft_changed", draft })}
          onFiles={(files) => void attachFilesLazily(chat, files)}
          pictures={
            <PictureRow
              pictures={picturesOf(state)}
              onRemove={(picture) => {
                chat.dispatch({ type: "picture_removed", picture });
                // Its button goes with it.
                offerMessage();
              }}
            />
          }
          gauge={<Gauge state={state} />}
          onSend={() => void chat.send()}
          onStop={() => void chat.stop()}
        >
          {/* Nothing stands there before it is known: a choice that grows would push the next one. */}
          {state.areAgentsKnown && (
            <AgentSelect
              agents={state.agents}
              selected={agentId}
              owner={messages.length === 0 ? undefined : session?.agent_id}
              onChoose={(id) => chat.dispatch({ type: "agent_chosen", agentId: id })}
            />
          )}
          {state.areAgentsKnown && state.areModelsKnown && (
            <ModelSelect
              models={models}
              selected={model}
              onChoose={(id) => chat.dispatch({ type: "model_chosen", model: id })}
            />
          )}
          {thinking.length > 0 && (
            <ThinkSelect
              options={thinking}
              selected={selectedThink(state)}
              onChoose={(think) => chat.dispatch({ type: "think_chosen", think })}
            />
          )}
        </Composer>
        <p class="scripted">{isScripted(state) && "The answers are scripted: no model runs."}</p>
      </div>
    </>
  );
}

function Gauge({ state }: { readonly state: ChatState }) {
  const { messages, models } = state;
  const use = contextUse(state);
  const spending = useMemo(() => spendingOf(messages, models), [messages, models]);
  return use === null ? null : <ContextGauge use={use} spending={spending} />;
}
