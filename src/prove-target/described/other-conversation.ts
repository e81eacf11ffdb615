/** What goes to, or is asked of, another conversation than was meant. */
import type { WireSettings } from "../../contract/wire-description.ts";
import type { TappedRequest } from "../../tap/tap-rewrite.ts";
import type { DescribedChange, DescribedFault } from "./described-fault.ts";
import { conversationIn, withConversation } from "./described-slots.ts";
import { isDescribedCall } from "./is-described-call.ts";

/** A message goes to the conversation that was talked in before. */
export const messageToOther: DescribedFault = {
  name: "given-session-ignored",
  story: "A message goes to another conversation than the one that it names.",
  seenIn: "docs/faults.md, row S7",
  caughtBy: [
    "model-conversation/given-session",
    "model-conversation/reload",
    "model-conversation/user-message",
  ],
  changes: "which conversation a message names (contract.wire.send)",
  begin: (wire, onApplied) => namingAnother(wire, "send", onApplied),
};

/** A reload shows the conversation that was talked in before. */
export const rowsOfOther: DescribedFault = {
  name: "rows-of-other-conversation",
  story: "A reload of a conversation shows what was said in another one.",
  seenIn: "docs/faults.md, row 23",
  caughtBy: ["model-conversation/reload", "isolation/rows", "persistence/complete"],
  changes: "which conversation is asked for (contract.wire.rows)",
  begin: (wire, onApplied) => namingAnother(wire, "rows", onApplied),
};

function namingAnother(
  { send, rows, delete_conversation }: WireSettings,
  what: "send" | "rows",
  onApplied: () => void,
): DescribedChange | undefined {
  const call = what === "send" ? send : rows;
  if (call === undefined || call.request.startsWith("WS ")) return undefined;
  const known: string[] = [];
  const nameIn = (request: TappedRequest): string | undefined =>
    [send, rows, delete_conversation]
      .filter((each) => each !== undefined && isDescribedCall(each, request))
      .map((each) => each && conversationIn(each, request))
      .find((name) => name !== undefined);
  return {
    request(request) {
      const given = nameIn(request);
      if (given === undefined) return request;
      if (delete_conversation !== undefined && isDescribedCall(delete_conversation, request)) {
        known.splice(0, known.length, ...known.filter((name) => name !== given));
        return request;
      }
      const other = known.findLast((name) => name !== given);
      if (!known.includes(given)) known.push(given);
      if (other === undefined || !isDescribedCall(call, request)) return request;
      onApplied();
      return withConversation(call, request, [given, other]);
    },
  };
}
