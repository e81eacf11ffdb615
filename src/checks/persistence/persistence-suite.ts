import type { Suite } from "../../harness/define-check.ts";
import type { Target } from "../../targets/open-target.ts";
import { nextTurn } from "./next-turn.ts";
import { oneReply } from "./one-reply.ts";
import { cancelled } from "./persistence-cancelled.ts";
import { complete } from "./persistence-complete.ts";
import { concurrent } from "./persistence-concurrent.ts";
import { deleted } from "./persistence-deleted.ts";
import { failed } from "./persistence-failed.ts";
import { grows } from "./persistence-grows.ts";
import { settled } from "./persistence-settled.ts";
import { keptMessage } from "./persistence-user-message.ts";
import { readerLeft } from "./reader-left.ts";
import { rowOrder } from "./row-order.ts";
import { rowUsage } from "./row-usage.ts";
import { savedAtDone } from "./saved-at-done.ts";

/** The suite `persistence`, its checks in the order in which they are told. */
export const persistenceSuite: Suite<Target> = {
  name: "persistence",
  title: "What is stored: streamed, stored and read again are one text, however the reply ended.",
  checks: [
    complete,
    cancelled,
    readerLeft,
    failed,
    keptMessage,
    oneReply,
    settled,
    savedAtDone,
    grows,
    rowOrder,
    concurrent,
    rowUsage,
    nextTurn,
    deleted,
  ],
};
