import type { WireSettings } from "../contract/wire-description.ts";
import { hasSlot } from "../targets/drivers/has-slot.ts";
import type { LearnedMessage, LearnedTalk } from "./find-message-and-reply.ts";
import type { UnknownSetting } from "./learned-wire.ts";

/** What no log had, each with what a person would have to do for it. */
const ASK: Readonly<Partial<Record<keyof WireSettings, string>>> = {
  cancel:
    "nothing in the log is seen to end a reply: press stop in mid-reply; where closing the stream ends a reply, write `cancel: close`",
  rows: "no list showed the message with its reply: reload the page after the reply",
  delete_conversation:
    "no call was seen to delete a conversation by its address: what `verify` says stays in it",
  conversations: "no list in the log names the conversation",
  models: "no list in the log is one of models",
  health:
    "nothing in the log is called as a health report is: write `health: { request: GET /health }`, if there is one",
};

/** What a wire does not say, and how it could be learned. */
export function unknownOf(wire: WireSettings, { reply, turns }: LearnedTalk): UnknownSetting[] {
  // A wire to which the whole conversation is told keeps nothing that could be listed.
  const keepsNothing = hasSlot(wire.send, "history");
  const needless = new Set(keepsNothing ? ["rows", "conversations", "delete_conversation"] : []);
  const missing = Object.entries(ASK).filter(
    ([name]) => wire[name as keyof WireSettings] === undefined && !needless.has(name),
  );
  const names = wire.conversation !== undefined || hasSlot(wire.send, "conversation") || keepsNothing;
  return [
    ...reply.unknown.map((why) => ({ setting: "stream", why })),
    ...(names
      ? []
      : [
          {
            setting: "send",
            why: "nothing says which conversation a message is for: send two messages before you save",
          },
        ]),
    ...(turns === undefined || isOneCall(turns.first) === isOneCall(turns.later)
      ? []
      : [{ setting: "send_first", why: "its reply comes in another way than those of later messages" }]),
    ...missing.map(([setting, why]) => ({ setting, why })),
  ];
}

/** Whether the call that carries a message is answered with the reply. */
function isOneCall({ said, read }: LearnedMessage): boolean {
  return said.exchange === read;
}
