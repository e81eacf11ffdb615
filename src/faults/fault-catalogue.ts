import { busyAfterCancel } from "./cancel/busy-after-cancel.ts";
import { cancelEndpointMissing } from "./cancel/cancel-endpoint-missing.ts";
import { cancelHitsNewestConversation } from "./cancel/cancel-hits-newest-conversation.ts";
import { cancelIgnoredWhileLoading } from "./cancel/cancel-ignored-while-loading.ts";
import { cancelLeavesEngineWorking } from "./cancel/cancel-leaves-engine-working.ts";
import { cancelLosesUserMessage } from "./cancel/cancel-loses-user-message.ts";
import { cancelLostBeforeFirstToken } from "./cancel/cancel-lost-before-first-token.ts";
import { cancelNotRepeatable } from "./cancel/cancel-not-repeatable.ts";
import { cancelSwallowed } from "./cancel/cancel-swallowed.ts";
import { cancelToldToOneReader } from "./cancel/cancel-told-to-one-reader.ts";
import { cancelWaitsForEngine } from "./cancel/cancel-waits-for-engine.ts";
import { cancelWaitsForNextToken } from "./cancel/cancel-waits-for-next-token.ts";
import { cancelledReplyLost } from "./cancel/cancelled-reply-lost.ts";
import { cancelledReplySavedWhole } from "./cancel/cancelled-reply-saved-whole.ts";
import { cancelledUsageZero } from "./cancel/cancelled-usage-zero.ts";
import { cancelledWithoutUsage } from "./cancel/cancelled-without-usage.ts";
import { deletedConversationGeneratesOn } from "./cancel/deleted-conversation-generates-on.ts";
import { gatewayForgetsCancelled } from "./cancel/gateway-forgets-cancelled.ts";
import { idleCancelPoisonsNextMessage } from "./cancel/idle-cancel-poisons-next-message.ts";
import { lateCancelHitsNext } from "./cancel/late-cancel-hits-next.ts";
import { namedCancelIgnored } from "./cancel/named-cancel-ignored.ts";
import { partialAndWholeReplyKept } from "./cancel/partial-and-whole-reply-kept.ts";
import { slotLeaksPerCancel } from "./cancel/slot-leaks-per-cancel.ts";
import { unknownConversationCancelled } from "./cancel/unknown-conversation-cancelled.ts";
import { unnamedCancelRefused } from "./cancel/unnamed-cancel-refused.ts";
import { deadEngineConnectionReused } from "./drill/dead-engine-connection-reused.ts";
import { deadGatewayConnectionReused } from "./drill/dead-gateway-connection-reused.ts";
import { healthBadAfterLoss } from "./drill/health-bad-after-loss.ts";
import { leftReplyDoubled } from "./drill/left-reply-doubled.ts";
import { leftReplyLosesText } from "./drill/left-reply-loses-text.ts";
import { leftReplyStaysStreaming } from "./drill/left-reply-stays-streaming.ts";
import { reloadAfterRestartEmpty } from "./drill/reload-after-restart-empty.ts";
import type { Fault } from "./fault.ts";
import { activeStreamsStuck } from "./health/active-streams-stuck.ts";
import { healthMadeUp } from "./health/health-made-up.ts";
import { healthSaysOkOnly } from "./health/health-says-ok-only.ts";
import { healthWaitsForReplies } from "./health/health-waits-for-replies.ts";
import { metricsFrozen } from "./health/metrics-frozen.ts";
import { metricsMissing } from "./health/metrics-missing.ts";
import { readinessMissing } from "./health/readiness-missing.ts";
import { badFieldsUnnamed } from "./http/bad-fields-unnamed.ts";
import { badInputAsInternal } from "./http/bad-input-as-internal.ts";
import { corsOpen } from "./http/cors-open.ts";
import { cspWithUnsafeInline } from "./http/csp-with-unsafe-inline.ts";
import { errorWithoutBody } from "./http/error-without-body.ts";
import { headRunsGet } from "./http/head-runs-get.ts";
import { hostUnchecked } from "./http/host-unchecked.ts";
import { lastMessageUnchecked } from "./http/last-message-unchecked.ts";
import { methodWithoutAllow } from "./http/method-without-allow.ts";
import { originUnchecked } from "./http/origin-unchecked.ts";
import { originUncheckedForGet } from "./http/origin-unchecked-for-get.ts";
import { pageCacheable } from "./http/page-cacheable.ts";
import { scriptNameFixed } from "./http/script-name-fixed.ts";
import { secondHostIgnored } from "./http/second-host-ignored.ts";
import { stackTraceInError } from "./http/stack-trace-in-error.ts";
import { toolsDropped } from "./http/tools-dropped.ts";
import { unknownFieldDropped } from "./http/unknown-field-dropped.ts";
import { cancelOfAnother } from "./isolation/cancel-of-another.ts";
import { clientKeyForgotten } from "./isolation/client-key-forgotten.ts";
import { clientKeyGlobal } from "./isolation/client-key-global.ts";
import { eventsMissing } from "./isolation/events-missing.ts";
import { eventsOfEverybody } from "./isolation/events-of-everybody.ts";
import { exportOfAnother } from "./isolation/export-of-another.ts";
import { firstMessagesShareConversation } from "./isolation/first-messages-share-conversation.ts";
import { historyNotSent } from "./isolation/history-not-sent.ts";
import { imageOfAnother } from "./isolation/image-of-another.ts";
import { listOfEverybody } from "./isolation/list-of-everybody.ts";
import { messageAskedTwice } from "./isolation/message-asked-twice.ts";
import { messageIdForgotten } from "./isolation/message-id-forgotten.ts";
import { profileOfAnother } from "./isolation/profile-of-another.ts";
import { repliesCoalesced } from "./isolation/replies-coalesced.ts";
import { replyToOpenedConversation } from "./isolation/reply-to-opened-conversation.ts";
import { reusedKeyReplays } from "./isolation/reused-key-replays.ts";
import { reusedMessageIdReplays } from "./isolation/reused-message-id-replays.ts";
import { rowsOfAnother } from "./isolation/rows-of-another.ts";
import { streamOfAnother } from "./isolation/stream-of-another.ts";
import { titleAskedFirst } from "./isolation/title-asked-first.ts";
import { tokensOfAnother } from "./isolation/tokens-of-another.ts";
import { emptyReplyAsComplete } from "./limits/empty-reply-as-complete.ts";
import { rateLimitAsEngineError } from "./limits/rate-limit-as-engine-error.ts";
import { repeatingNotTold } from "./limits/repeating-not-told.ts";
import { replyLimitMissing } from "./limits/reply-limit-missing.ts";
import { summaryWithoutOptions } from "./limits/summary-without-options.ts";
import { timeoutAsSuccess } from "./limits/timeout-as-success.ts";
import { windowForgotten } from "./limits/window-forgotten.ts";
import { conversationWithoutModelId } from "./model-conversation/conversation-without-model-id.ts";
import { givenSessionIgnored } from "./model-conversation/given-session-ignored.ts";
import { profileContextMissing } from "./model-conversation/profile-context-missing.ts";
import { profileContextOfAnother } from "./model-conversation/profile-context-of-another.ts";
import { replyWithoutModelId } from "./model-conversation/reply-without-model-id.ts";
import { summaryWithoutModelId } from "./model-conversation/summary-without-model-id.ts";
import { unknownModelIdAccepted } from "./model-conversation/unknown-model-id-accepted.ts";
import { userMessageWithoutModelId } from "./model-conversation/user-message-without-model-id.ts";
import { agentsHardCoded } from "./models/agents-hard-coded.ts";
import { firstMessageByDisplayName } from "./models/first-message-by-display-name.ts";
import { imagesDropped } from "./models/images-dropped.ts";
import { listedDefaultIsDisplayName } from "./models/listed-default-is-display-name.ts";
import { modelSwitchedInRowOnly } from "./models/model-switched-in-row-only.ts";
import { modelsHardCoded } from "./models/models-hard-coded.ts";
import { namedModelIgnored } from "./models/named-model-ignored.ts";
import { prefixKept } from "./models/prefix-kept.ts";
import { profileRowAsClient } from "./models/profile-row-as-client.ts";
import { rowWithoutModel } from "./models/row-without-model.ts";
import { unknownModelWithoutList } from "./models/unknown-model-without-list.ts";
import { none } from "./none.ts";
import { cannedAnswerAppended } from "./persistence/canned-answer-appended.ts";
import { concurrentMessagesDropped } from "./persistence/concurrent-messages-dropped.ts";
import { disconnectLosesPartialReply } from "./persistence/disconnect-loses-partial-reply.ts";
import { doneBeforeCommit } from "./persistence/done-before-commit.ts";
import { emptyReplyInPrompt } from "./persistence/empty-reply-in-prompt.ts";
import { engineErrorSavedAsComplete } from "./persistence/engine-error-saved-as-complete.ts";
import { lengthSavedAsStop } from "./persistence/length-saved-as-stop.ts";
import { replySavedOnlyAtEnd } from "./persistence/reply-saved-only-at-end.ts";
import { rowLeftStreaming } from "./persistence/row-left-streaming.ts";
import { rowsOrderedByTiedClock } from "./persistence/rows-ordered-by-tied-clock.ts";
import { savedTextTrimmed } from "./persistence/saved-text-trimmed.ts";
import { streamHangsBeforeDone } from "./persistence/stream-hangs-before-done.ts";
import { cancelledRegenerateLosesReply } from "./regenerate/cancelled-regenerate-loses-reply.ts";
import { editDeletesRest } from "./regenerate/edit-deletes-rest.ts";
import { failedRegenerateLosesReply } from "./regenerate/failed-regenerate-loses-reply.ts";
import { promptOfAllVersions } from "./regenerate/prompt-of-all-versions.ts";
import { regenerateDeletesEarlier } from "./regenerate/regenerate-deletes-earlier.ts";
import { regenerateHitsLast } from "./regenerate/regenerate-hits-last.ts";
import { regeneratedReplyAdded } from "./regenerate/regenerated-reply-added.ts";
import { busyConversationForked } from "./replicas/busy-conversation-forked.ts";
import { copyKnowsItsOwnAlone } from "./replicas/copy-knows-its-own-alone.ts";
import { copyShowsOldRows } from "./replicas/copy-shows-old-rows.ts";
import { drainDropsReplies } from "./replicas/drain-drops-replies.ts";
import { generationNotClaimed } from "./replicas/generation-not-claimed.ts";
import { keyInMemory } from "./replicas/key-in-memory.ts";
import { notifyLost } from "./replicas/notify-lost.ts";
import { ownerNotLookedFor } from "./replicas/owner-not-looked-for.ts";
import { unfencedLease } from "./replicas/unfenced-lease.ts";
import { droppedUnderLoad } from "./sla/dropped-under-load.ts";
import { slowFirstToken } from "./sla/slow-first-token.ts";
import { slowToAccept } from "./sla/slow-to-accept.ts";
import { tokensInLumps } from "./sla/tokens-in-lumps.ts";
import { charactersCut } from "./sse/characters-cut.ts";
import { charactersCutOnTheWay } from "./sse/characters-cut-on-the-way.ts";
import { cutAsSuccess } from "./sse/cut-as-success.ts";
import { doneMissing } from "./sse/done-missing.ts";
import { doneMissingAfterEmptyReply } from "./sse/done-missing-after-empty-reply.ts";
import { endWithoutFinalIgnored } from "./sse/end-without-final-ignored.ts";
import { engineErrorRetried } from "./sse/engine-error-retried.ts";
import { errorLineIgnored } from "./sse/error-line-ignored.ts";
import { eventsNamed } from "./sse/events-named.ts";
import { failureLosesText } from "./sse/failure-loses-text.ts";
import { gatewayGetMissing } from "./sse/gateway-get-missing.ts";
import { headersLate } from "./sse/headers-late.ts";
import { heartbeatAsEvent } from "./sse/heartbeat-as-event.ts";
import { heartbeatWithTextOnly } from "./sse/heartbeat-with-text-only.ts";
import { idsCountEvents } from "./sse/ids-count-events.ts";
import { lengthAsStop } from "./sse/length-as-stop.ts";
import { lineBreakEndsFrame } from "./sse/line-break-ends-frame.ts";
import { linesCut } from "./sse/lines-cut.ts";
import { noHeartbeat } from "./sse/no-heartbeat.ts";
import { planningAfterEngine } from "./sse/planning-after-engine.ts";
import { planningTwice } from "./sse/planning-twice.ts";
import { readAgainGenerates } from "./sse/read-again-generates.ts";
import { reconnectGenerates } from "./sse/reconnect-generates.ts";
import { reconnectReplays } from "./sse/reconnect-replays.ts";
import { reconnectSendsAgain } from "./sse/reconnect-sends-again.ts";
import { reconnectsForEver } from "./sse/reconnects-for-ever.ts";
import { repeatsDropped } from "./sse/repeats-dropped.ts";
import { startedAfterPlanning } from "./sse/started-after-planning.ts";
import { startedMissing } from "./sse/started-missing.ts";
import { startedOfAnother } from "./sse/started-of-another.ts";
import { streamCompressed } from "./sse/stream-compressed.ts";
import { streamCut } from "./sse/stream-cut.ts";
import { streamOfNewest } from "./sse/stream-of-newest.ts";
import { tokensInBursts } from "./sse/tokens-in-bursts.ts";
import { uncountedAsZero } from "./sse/uncounted-as-zero.ts";
import { usageAfterDone } from "./sse/usage-after-done.ts";
import { usageMalformed } from "./sse/usage-malformed.ts";
import { usageTwice } from "./sse/usage-twice.ts";
import { usageZero } from "./sse/usage-zero.ts";
import { thoughtsInNextPrompt } from "./thoughts/thoughts-in-next-prompt.ts";
import { thoughtsInText } from "./thoughts/thoughts-in-text.ts";
import { thoughtsLostOnReload } from "./thoughts/thoughts-lost-on-reload.ts";

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
  headersLate,
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
  charactersCutOnTheWay,
  linesCut,
  lineBreakEndsFrame,
  repeatsDropped,
  streamCut,
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
  reconnectsForEver,
  startedAfterPlanning,
  startedMissing,
  startedOfAnother,
  streamOfNewest,
  uncountedAsZero,
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
  originUncheckedForGet,
  secondHostIgnored,
  corsOpen,
  headRunsGet,
  lastMessageUnchecked,
  toolsDropped,
  unknownFieldDropped,
  cancelEndpointMissing,
  cancelSwallowed,
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
  cancelWaitsForEngine,
  cancelledUsageZero,
  lateCancelHitsNext,
  namedCancelIgnored,
  unnamedCancelRefused,
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
  cancelOfAnother,
  clientKeyGlobal,
  eventsMissing,
  eventsOfEverybody,
  exportOfAnother,
  firstMessagesShareConversation,
  imageOfAnother,
  listOfEverybody,
  profileOfAnother,
  reusedKeyReplays,
  reusedMessageIdReplays,
  rowsOfAnother,
  streamOfAnother,
  firstMessageByDisplayName,
  listedDefaultIsDisplayName,
  modelsHardCoded,
  agentsHardCoded,
  modelSwitchedInRowOnly,
  namedModelIgnored,
  prefixKept,
  unknownModelWithoutList,
  profileRowAsClient,
  imagesDropped,
  rowWithoutModel,
  healthSaysOkOnly,
  healthMadeUp,
  activeStreamsStuck,
  readinessMissing,
  metricsMissing,
  metricsFrozen,
  healthWaitsForReplies,
  emptyReplyAsComplete,
  rateLimitAsEngineError,
  repeatingNotTold,
  replyLimitMissing,
  summaryWithoutOptions,
  timeoutAsSuccess,
  windowForgotten,
  cancelledRegenerateLosesReply,
  failedRegenerateLosesReply,
  regenerateHitsLast,
  regeneratedReplyAdded,
  regenerateDeletesEarlier,
  editDeletesRest,
  promptOfAllVersions,
  thoughtsInNextPrompt,
  thoughtsInText,
  thoughtsLostOnReload,
  slowToAccept,
  slowFirstToken,
  tokensInLumps,
  droppedUnderLoad,
  deadEngineConnectionReused,
  deadGatewayConnectionReused,
  healthBadAfterLoss,
  leftReplyDoubled,
  leftReplyLosesText,
  leftReplyStaysStreaming,
  reloadAfterRestartEmpty,
  busyConversationForked,
  copyKnowsItsOwnAlone,
  copyShowsOldRows,
  drainDropsReplies,
  generationNotClaimed,
  keyInMemory,
  notifyLost,
  ownerNotLookedFor,
  unfencedLease,
];
