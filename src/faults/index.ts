import { UserError } from "../errors.ts";
import { activeStreamsStuck } from "./active-streams-stuck.ts";
import { agentsHardCoded } from "./agents-hard-coded.ts";
import { badFieldsUnnamed } from "./bad-fields-unnamed.ts";
import { badInputAsInternal } from "./bad-input-as-internal.ts";
import { busyAfterCancel } from "./busy-after-cancel.ts";
import { cancelEndpointMissing } from "./cancel-endpoint-missing.ts";
import { cancelHitsNewestConversation } from "./cancel-hits-newest-conversation.ts";
import { cancelIgnoredWhileLoading } from "./cancel-ignored-while-loading.ts";
import { cancelLeavesEngineWorking } from "./cancel-leaves-engine-working.ts";
import { cancelLosesUserMessage } from "./cancel-loses-user-message.ts";
import { cancelLostBeforeFirstToken } from "./cancel-lost-before-first-token.ts";
import { cancelNotRepeatable } from "./cancel-not-repeatable.ts";
import { cancelToldToOneReader } from "./cancel-told-to-one-reader.ts";
import { cancelWaitsForNextToken } from "./cancel-waits-for-next-token.ts";
import { cancelledReplyLost } from "./cancelled-reply-lost.ts";
import { cancelledReplySavedWhole } from "./cancelled-reply-saved-whole.ts";
import { cancelledWithoutUsage } from "./cancelled-without-usage.ts";
import { cannedAnswerAppended } from "./canned-answer-appended.ts";
import { charactersCut } from "./characters-cut.ts";
import { clientKeyForgotten } from "./client-key-forgotten.ts";
import { concurrentMessagesDropped } from "./concurrent-messages-dropped.ts";
import { conversationWithoutModelId } from "./conversation-without-model-id.ts";
import { corsOpen } from "./cors-open.ts";
import { cspWithUnsafeInline } from "./csp-with-unsafe-inline.ts";
import { cutAsSuccess } from "./cut-as-success.ts";
import { deletedConversationGeneratesOn } from "./deleted-conversation-generates-on.ts";
import { disconnectLosesPartialReply } from "./disconnect-loses-partial-reply.ts";
import { doneBeforeCommit } from "./done-before-commit.ts";
import { doneMissing } from "./done-missing.ts";
import { doneMissingAfterEmptyReply } from "./done-missing-after-empty-reply.ts";
import { droppedUnderLoad } from "./dropped-under-load.ts";
import { emptyReplyInPrompt } from "./empty-reply-in-prompt.ts";
import { endWithoutFinalIgnored } from "./end-without-final-ignored.ts";
import { engineErrorRetried } from "./engine-error-retried.ts";
import { engineErrorSavedAsComplete } from "./engine-error-saved-as-complete.ts";
import { errorLineIgnored } from "./error-line-ignored.ts";
import { errorWithoutBody } from "./error-without-body.ts";
import { eventsNamed } from "./events-named.ts";
import { failureLosesText } from "./failure-loses-text.ts";
import type { Fault } from "./fault.ts";
import { firstMessageByDisplayName } from "./first-message-by-display-name.ts";
import { gatewayForgetsCancelled } from "./gateway-forgets-cancelled.ts";
import { gatewayGetMissing } from "./gateway-get-missing.ts";
import { givenSessionIgnored } from "./given-session-ignored.ts";
import { headRunsGet } from "./head-runs-get.ts";
import { healthMadeUp } from "./health-made-up.ts";
import { healthSaysOkOnly } from "./health-says-ok-only.ts";
import { healthWaitsForReplies } from "./health-waits-for-replies.ts";
import { heartbeatAsEvent } from "./heartbeat-as-event.ts";
import { heartbeatWithTextOnly } from "./heartbeat-with-text-only.ts";
import { historyNotSent } from "./history-not-sent.ts";
import { hostUnchecked } from "./host-unchecked.ts";
import { idleCancelPoisonsNextMessage } from "./idle-cancel-poisons-next-message.ts";
import { idsCountEvents } from "./ids-count-events.ts";
import { lengthAsStop } from "./length-as-stop.ts";
import { lengthSavedAsStop } from "./length-saved-as-stop.ts";
import { lineBreakEndsFrame } from "./line-break-ends-frame.ts";
import { linesCut } from "./lines-cut.ts";
import { listedDefaultIsDisplayName } from "./listed-default-is-display-name.ts";
import { messageAskedTwice } from "./message-asked-twice.ts";
import { messageIdForgotten } from "./message-id-forgotten.ts";
import { methodWithoutAllow } from "./method-without-allow.ts";
import { metricsFrozen } from "./metrics-frozen.ts";
import { metricsMissing } from "./metrics-missing.ts";
import { modelSwitchedInRowOnly } from "./model-switched-in-row-only.ts";
import { modelsHardCoded } from "./models-hard-coded.ts";
import { namedModelIgnored } from "./named-model-ignored.ts";
import { noHeartbeat } from "./no-heartbeat.ts";
import { none } from "./none.ts";
import { originUnchecked } from "./origin-unchecked.ts";
import { pageCacheable } from "./page-cacheable.ts";
import { partialAndWholeReplyKept } from "./partial-and-whole-reply-kept.ts";
import { planningAfterEngine } from "./planning-after-engine.ts";
import { planningTwice } from "./planning-twice.ts";
import { prefixKept } from "./prefix-kept.ts";
import { profileContextMissing } from "./profile-context-missing.ts";
import { profileContextOfAnother } from "./profile-context-of-another.ts";
import { profileRowAsClient } from "./profile-row-as-client.ts";
import { readAgainGenerates } from "./read-again-generates.ts";
import { readinessMissing } from "./readiness-missing.ts";
import { reconnectGenerates } from "./reconnect-generates.ts";
import { reconnectReplays } from "./reconnect-replays.ts";
import { reconnectSendsAgain } from "./reconnect-sends-again.ts";
import { repeatsDropped } from "./repeats-dropped.ts";
import { repliesCoalesced } from "./replies-coalesced.ts";
import { replySavedOnlyAtEnd } from "./reply-saved-only-at-end.ts";
import { replyToOpenedConversation } from "./reply-to-opened-conversation.ts";
import { replyWithoutModelId } from "./reply-without-model-id.ts";
import { rowLeftStreaming } from "./row-left-streaming.ts";
import { rowsOrderedByTiedClock } from "./rows-ordered-by-tied-clock.ts";
import { savedTextTrimmed } from "./saved-text-trimmed.ts";
import { scriptNameFixed } from "./script-name-fixed.ts";
import { slotLeaksPerCancel } from "./slot-leaks-per-cancel.ts";
import { slowFirstToken } from "./slow-first-token.ts";
import { slowToAccept } from "./slow-to-accept.ts";
import { stackTraceInError } from "./stack-trace-in-error.ts";
import { streamCompressed } from "./stream-compressed.ts";
import { streamHangsBeforeDone } from "./stream-hangs-before-done.ts";
import { summaryWithoutModelId } from "./summary-without-model-id.ts";
import { titleAskedFirst } from "./title-asked-first.ts";
import { tokensInBursts } from "./tokens-in-bursts.ts";
import { tokensInLumps } from "./tokens-in-lumps.ts";
import { tokensOfAnother } from "./tokens-of-another.ts";
import { unknownConversationCancelled } from "./unknown-conversation-cancelled.ts";
import { unknownModelIdAccepted } from "./unknown-model-id-accepted.ts";
import { unknownModelWithoutList } from "./unknown-model-without-list.ts";
import { usageAfterDone } from "./usage-after-done.ts";
import { usageMalformed } from "./usage-malformed.ts";
import { usageTwice } from "./usage-twice.ts";
import { usageZero } from "./usage-zero.ts";
import { userMessageWithoutModelId } from "./user-message-without-model-id.ts";

export type { Fault } from "./fault.ts";
export { none };

/** The catalogue. `none` is first: it must leave every check green. */
export const faults: readonly Fault[] = [
  none,
  conversationWithoutModelId,
  userMessageWithoutModelId,
  replyWithoutModelId,
  summaryWithoutModelId,
  profileContextMissing,
  profileContextOfAnother,
  givenSessionIgnored,
  unknownModelIdAccepted,
  noHeartbeat,
  heartbeatWithTextOnly,
  heartbeatAsEvent,
  planningAfterEngine,
  tokensInBursts,
  streamCompressed,
  eventsNamed,
  idsCountEvents,
  planningTwice,
  doneMissing,
  doneMissingAfterEmptyReply,
  usageMalformed,
  usageTwice,
  usageAfterDone,
  usageZero,
  lengthAsStop,
  charactersCut,
  linesCut,
  lineBreakEndsFrame,
  repeatsDropped,
  cutAsSuccess,
  errorLineIgnored,
  endWithoutFinalIgnored,
  failureLosesText,
  engineErrorRetried,
  reconnectReplays,
  reconnectGenerates,
  reconnectSendsAgain,
  readAgainGenerates,
  gatewayGetMissing,
  errorWithoutBody,
  badInputAsInternal,
  badFieldsUnnamed,
  stackTraceInError,
  methodWithoutAllow,
  pageCacheable,
  scriptNameFixed,
  cspWithUnsafeInline,
  hostUnchecked,
  originUnchecked,
  corsOpen,
  headRunsGet,
  cancelEndpointMissing,
  cancelLeavesEngineWorking,
  cancelIgnoredWhileLoading,
  cancelLostBeforeFirstToken,
  cancelWaitsForNextToken,
  cancelHitsNewestConversation,
  cancelToldToOneReader,
  cancelNotRepeatable,
  unknownConversationCancelled,
  gatewayForgetsCancelled,
  idleCancelPoisonsNextMessage,
  busyAfterCancel,
  slotLeaksPerCancel,
  deletedConversationGeneratesOn,
  cancelledWithoutUsage,
  cancelledReplySavedWhole,
  cancelledReplyLost,
  cancelLosesUserMessage,
  partialAndWholeReplyKept,
  savedTextTrimmed,
  lengthSavedAsStop,
  engineErrorSavedAsComplete,
  cannedAnswerAppended,
  emptyReplyInPrompt,
  rowLeftStreaming,
  disconnectLosesPartialReply,
  replySavedOnlyAtEnd,
  doneBeforeCommit,
  streamHangsBeforeDone,
  rowsOrderedByTiedClock,
  concurrentMessagesDropped,
  repliesCoalesced,
  tokensOfAnother,
  replyToOpenedConversation,
  historyNotSent,
  messageAskedTwice,
  titleAskedFirst,
  clientKeyForgotten,
  messageIdForgotten,
  firstMessageByDisplayName,
  listedDefaultIsDisplayName,
  modelsHardCoded,
  agentsHardCoded,
  modelSwitchedInRowOnly,
  namedModelIgnored,
  prefixKept,
  unknownModelWithoutList,
  profileRowAsClient,
  healthSaysOkOnly,
  healthMadeUp,
  activeStreamsStuck,
  readinessMissing,
  metricsMissing,
  metricsFrozen,
  healthWaitsForReplies,
  slowToAccept,
  slowFirstToken,
  tokensInLumps,
  droppedUnderLoad,
];

/** The fault of that name. Throws a UserError that lists what there is. */
export function findFault(name: string): Fault {
  const found = faults.find((fault) => fault.name === name);
  if (found !== undefined) return found;
  throw new UserError("unknown_fault", `There is no fault "${name}".`, {
    hint: `Faults: ${faults.map((fault) => fault.name).join(", ")}.`,
  });
}
