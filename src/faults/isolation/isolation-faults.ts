import type { Fault } from "../fault.ts";
import { cancelOfAnother } from "./cancel-of-another.ts";
import { clientKeyForgotten } from "./client-key-forgotten.ts";
import { clientKeyGlobal } from "./client-key-global.ts";
import { eventsMissing } from "./events-missing.ts";
import { eventsOfEverybody } from "./events-of-everybody.ts";
import { exportOfAnother } from "./export-of-another.ts";
import { firstMessagesShareConversation } from "./first-messages-share-conversation.ts";
import { historyNotSent } from "./history-not-sent.ts";
import { imageOfAnother } from "./image-of-another.ts";
import { listOfEverybody } from "./list-of-everybody.ts";
import { messageAskedTwice } from "./message-asked-twice.ts";
import { messageIdForgotten } from "./message-id-forgotten.ts";
import { profileOfAnother } from "./profile-of-another.ts";
import { repliesCoalesced } from "./replies-coalesced.ts";
import { replyToOpenedConversation } from "./reply-to-opened-conversation.ts";
import { reusedKeyReplays } from "./reused-key-replays.ts";
import { reusedMessageIdReplays } from "./reused-message-id-replays.ts";
import { rowsOfAnother } from "./rows-of-another.ts";
import { streamOfAnother } from "./stream-of-another.ts";
import { titleAskedFirst } from "./title-asked-first.ts";
import { tokensOfAnother } from "./tokens-of-another.ts";

/** The bugs that the suite `isolation` must catch, in the order in which they are told. */
export const isolationFaults: readonly Fault[] = [
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
];
