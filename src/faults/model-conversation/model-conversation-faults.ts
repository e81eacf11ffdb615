import type { Fault } from "../fault.ts";
import { conversationWithoutModelId } from "./conversation-without-model-id.ts";
import { givenSessionIgnored } from "./given-session-ignored.ts";
import { profileContextMissing } from "./profile-context-missing.ts";
import { profileContextOfAnother } from "./profile-context-of-another.ts";
import { replyWithoutModelId } from "./reply-without-model-id.ts";
import { summaryWithoutModelId } from "./summary-without-model-id.ts";
import { unknownModelIdAccepted } from "./unknown-model-id-accepted.ts";
import { userMessageWithoutModelId } from "./user-message-without-model-id.ts";

/** The bugs that the suite `model-conversation` must catch, in the order in which they are told. */
export const modelConversationFaults: readonly Fault[] = [
  conversationWithoutModelId,
  userMessageWithoutModelId,
  replyWithoutModelId,
  summaryWithoutModelId,
  profileContextMissing,
  profileContextOfAnother,
  givenSessionIgnored,
  unknownModelIdAccepted,
];
