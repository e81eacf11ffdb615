import type { Fault } from "../fault.ts";
import { cancelledRegenerateLosesReply } from "./cancelled-regenerate-loses-reply.ts";
import { editDeletesRest } from "./edit-deletes-rest.ts";
import { failedRegenerateLosesReply } from "./failed-regenerate-loses-reply.ts";
import { promptOfAllVersions } from "./prompt-of-all-versions.ts";
import { regenerateDeletesEarlier } from "./regenerate-deletes-earlier.ts";
import { regenerateHitsLast } from "./regenerate-hits-last.ts";
import { regeneratedReplyAdded } from "./regenerated-reply-added.ts";

/** The bugs that the suite `regenerate` must catch, in the order in which they are told. */
export const regenerateFaults: readonly Fault[] = [
  cancelledRegenerateLosesReply,
  failedRegenerateLosesReply,
  regenerateHitsLast,
  regeneratedReplyAdded,
  regenerateDeletesEarlier,
  editDeletesRest,
  promptOfAllVersions,
];
