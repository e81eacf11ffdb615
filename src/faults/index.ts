import { UserError } from "../errors.ts";
import { conversationWithoutModelId } from "./conversation-without-model-id.ts";
import type { Fault } from "./fault.ts";
import { givenSessionIgnored } from "./given-session-ignored.ts";
import { none } from "./none.ts";
import { profileContextMissing } from "./profile-context-missing.ts";
import { profileContextOfAnother } from "./profile-context-of-another.ts";
import { replyWithoutModelId } from "./reply-without-model-id.ts";
import { summaryWithoutModelId } from "./summary-without-model-id.ts";
import { unknownModelIdAccepted } from "./unknown-model-id-accepted.ts";
import { userMessageWithoutModelId } from "./user-message-without-model-id.ts";

export type { Fault } from "./fault.ts";

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
];

/** The fault of that name. Throws a UserError that lists what there is. */
export function findFault(name: string): Fault {
  const found = faults.find((fault) => fault.name === name);
  if (found !== undefined) return found;
  throw new UserError("unknown_fault", `There is no fault "${name}".`, {
    hint: `Faults: ${faults.map((fault) => fault.name).join(", ")}.`,
  });
}
