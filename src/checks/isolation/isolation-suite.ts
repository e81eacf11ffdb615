import type { Suite } from "../../harness/define-check.ts";
import type { Target } from "../../targets/open-target.ts";
import { anotherCancel } from "./another-cancel.ts";
import { anotherEvents } from "./another-events.ts";
import { anotherExport } from "./another-export.ts";
import { anotherImage } from "./another-image.ts";
import { anotherList } from "./another-list.ts";
import { anotherProfile } from "./another-profile.ts";
import { anotherRows } from "./another-rows.ts";
import { anotherStream } from "./another-stream.ts";
import { clientKeyOwn } from "./client-key-own.ts";
import { doubleSubmit } from "./double-submit.ts";
import { firstMessages } from "./first-messages.ts";
import { history } from "./isolation-history.ts";
import { prompts } from "./isolation-prompts.ts";
import { rows } from "./isolation-rows.ts";
import { streams } from "./isolation-streams.ts";
import { keyReused } from "./key-reused.ts";
import { messageIdReused } from "./message-id-reused.ts";
import { oneRequest } from "./one-request.ts";
import { openedMeanwhile } from "./opened-meanwhile.ts";
import { sameMessageId } from "./same-message-id.ts";
import { twoDevices } from "./two-devices.ts";

/** The suite `isolation`, its checks in the order in which they are told. */
export const isolationSuite: Suite<Target> = {
  name: "isolation",
  title:
    "Conversations, keys and people keep apart: streams, rows, prompts, lists (contract, sections 1 and 7).",
  checks: [
    streams,
    rows,
    prompts,
    oneRequest,
    openedMeanwhile,
    history,
    doubleSubmit,
    keyReused,
    clientKeyOwn,
    sameMessageId,
    messageIdReused,
    firstMessages,
    twoDevices,
    anotherList,
    anotherRows,
    anotherExport,
    anotherStream,
    anotherCancel,
    anotherProfile,
    anotherImage,
    anotherEvents,
  ],
};
