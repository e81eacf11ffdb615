import type { Suite } from "../../harness/define-check.ts";
import type { Target } from "../../targets/open-target.ts";
import { atOnce } from "./cancel-at-once.ts";
import { beforeFirstToken } from "./cancel-before-first-token.ts";
import { deleted } from "./cancel-deleted.ts";
import { ending } from "./cancel-ending.ts";
import { everyReader } from "./cancel-every-reader.ts";
import { gateway } from "./cancel-gateway.ts";
import { idle } from "./cancel-idle.ts";
import { inTime } from "./cancel-in-time.ts";
import { late } from "./cancel-late.ts";
import { midReply } from "./cancel-mid-reply.ts";
import { named } from "./cancel-named.ts";
import { nextMessage } from "./cancel-next-message.ts";
import { onlyItsOwn } from "./cancel-only-its-own.ts";
import { saved } from "./cancel-saved.ts";
import { silence } from "./cancel-silence.ts";
import { slots } from "./cancel-slots.ts";
import { twice } from "./cancel-twice.ts";
import { unknown } from "./cancel-unknown.ts";
import { usage } from "./cancel-usage.ts";
import { idleThenSend } from "./idle-then-send.ts";

/** The suite `cancel`, its checks in the order in which they are told. */
export const cancelSuite: Suite<Target> = {
  name: "cancel",
  title: "Stopping a reply: at the reader and at the engine, and what is left of it (contract, section 2).",
  checks: [
    midReply,
    beforeFirstToken,
    silence,
    atOnce,
    ending,
    saved,
    twice,
    idle,
    idleThenSend,
    unknown,
    onlyItsOwn,
    everyReader,
    nextMessage,
    deleted,
    gateway,
    named,
    late,
    usage,
    inTime,
    slots,
  ],
};
