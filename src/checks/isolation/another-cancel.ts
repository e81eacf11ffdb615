import { defineCheck } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import type { NamedReply } from "../../targets/drivers/chat-client.ts";
import { answerWords } from "../../targets/drivers/refusal.ts";
import type { Context } from "../contract-conversations.ts";
import { judgeAsMissing, judgeUntouched } from "./foreign-calls.ts";
import { judgeUncancelled } from "./judge-callers.ts";
import { type ReachedReply, reachForReply, speaksContract } from "./two-callers.ts";
import { type TwoPeople, twoPeople } from "./two-people.ts";

export const anotherCancel = defineCheck<Context["target"], TwoPeople | ReachedReply>({
  id: "isolation/another-cancel",
  claim: "another person's reply cannot be cancelled",
  why: "A stop button for everybody is one for the others' replies.",
  lookAt: "the cancel: whose the conversation is, before anything is stopped",
  needs: ["tell two people apart", "cancel", "cancel by a call"],
  collect: (context) =>
    speaksContract(context) ? twoPeople(context) : reachForReply(context, cancelAsOther),
  judge: (people) =>
    "overheard" in people
      ? judgeUncancelled(people)
      : (judgeUntouched(people) ?? judgeAsMissing(people, ["cancel", "cancel at the gateway"])),
});

/** Calls for the cancel of a reply as somebody whose it is not. */
async function cancelAsOther(
  { target, signal }: Context,
  name: NamedReply,
): Promise<Pick<ReachedReply, "answered" | "overheard">> {
  // By the socket of whoever has asked nobody else can say anything.
  const answer = await target.chat.cancel({ ...name, say: undefined }, signal);
  if (answer === "said") return { answered: "was said on a WebSocket of their own", overheard: "" };
  if (answer === null) {
    throw new NotObservable(
      "a reply is ended by closing its own stream: there is no call that another person could make",
    );
  }
  const words = answer.status >= 300 ? answerWords(answer) : String(answer.status);
  return { answered: `was answered ${words}`, overheard: "" };
}
