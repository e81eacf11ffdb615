import type { Fault } from "../fault.ts";
import { busyAfterCancel } from "./busy-after-cancel.ts";
import { cancelEndpointMissing } from "./cancel-endpoint-missing.ts";
import { cancelHitsNewestConversation } from "./cancel-hits-newest-conversation.ts";
import { cancelIgnoredWhileLoading } from "./cancel-ignored-while-loading.ts";
import { cancelLeavesEngineWorking } from "./cancel-leaves-engine-working.ts";
import { cancelLosesUserMessage } from "./cancel-loses-user-message.ts";
import { cancelLostBeforeFirstToken } from "./cancel-lost-before-first-token.ts";
import { cancelNotRepeatable } from "./cancel-not-repeatable.ts";
import { cancelSwallowed } from "./cancel-swallowed.ts";
import { cancelToldToOneReader } from "./cancel-told-to-one-reader.ts";
import { cancelWaitsForEngine } from "./cancel-waits-for-engine.ts";
import { cancelWaitsForNextToken } from "./cancel-waits-for-next-token.ts";
import { cancelledReplyLost } from "./cancelled-reply-lost.ts";
import { cancelledReplySavedWhole } from "./cancelled-reply-saved-whole.ts";
import { cancelledUsageZero } from "./cancelled-usage-zero.ts";
import { cancelledWithoutUsage } from "./cancelled-without-usage.ts";
import { deletedConversationGeneratesOn } from "./deleted-conversation-generates-on.ts";
import { gatewayForgetsCancelled } from "./gateway-forgets-cancelled.ts";
import { idleCancelPoisonsNextMessage } from "./idle-cancel-poisons-next-message.ts";
import { lateCancelHitsNext } from "./late-cancel-hits-next.ts";
import { namedCancelIgnored } from "./named-cancel-ignored.ts";
import { partialAndWholeReplyKept } from "./partial-and-whole-reply-kept.ts";
import { slotLeaksPerCancel } from "./slot-leaks-per-cancel.ts";
import { unknownConversationCancelled } from "./unknown-conversation-cancelled.ts";
import { unnamedCancelRefused } from "./unnamed-cancel-refused.ts";

/** The bugs that the suite `cancel` must catch, in the order in which they are told. */
export const cancelFaults: readonly Fault[] = [
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
];
