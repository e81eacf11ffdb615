import type { Fault } from "../fault.ts";
import { cannedAnswerAppended } from "./canned-answer-appended.ts";
import { concurrentMessagesDropped } from "./concurrent-messages-dropped.ts";
import { deletionNotDone } from "./deletion-not-done.ts";
import { disconnectLosesPartialReply } from "./disconnect-loses-partial-reply.ts";
import { doneBeforeCommit } from "./done-before-commit.ts";
import { emptyReplyInPrompt } from "./empty-reply-in-prompt.ts";
import { engineErrorSavedAsComplete } from "./engine-error-saved-as-complete.ts";
import { lengthSavedAsStop } from "./length-saved-as-stop.ts";
import { replySavedOnlyAtEnd } from "./reply-saved-only-at-end.ts";
import { rowLeftStreaming } from "./row-left-streaming.ts";
import { rowsOrderedByTiedClock } from "./rows-ordered-by-tied-clock.ts";
import { savedTextTrimmed } from "./saved-text-trimmed.ts";
import { streamHangsBeforeDone } from "./stream-hangs-before-done.ts";

/** The bugs that the suite `persistence` must catch, in the order in which they are told. */
export const persistenceFaults: readonly Fault[] = [
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
  deletionNotDone,
];
