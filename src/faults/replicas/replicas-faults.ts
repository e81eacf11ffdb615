import type { Fault } from "../fault.ts";
import { busyConversationForked } from "./busy-conversation-forked.ts";
import { copyKnowsItsOwnAlone } from "./copy-knows-its-own-alone.ts";
import { copyShowsOldRows } from "./copy-shows-old-rows.ts";
import { drainDropsReplies } from "./drain-drops-replies.ts";
import { generationNotClaimed } from "./generation-not-claimed.ts";
import { keyInMemory } from "./key-in-memory.ts";
import { notifyLost } from "./notify-lost.ts";
import { ownerNotLookedFor } from "./owner-not-looked-for.ts";
import { unfencedLease } from "./unfenced-lease.ts";

/** The bugs that the suite `replicas` must catch, in the order in which they are told. */
export const replicasFaults: readonly Fault[] = [
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
