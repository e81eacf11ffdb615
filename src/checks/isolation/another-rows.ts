import { defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { judgeAsMissing } from "./foreign-calls.ts";
import { judgeClosed } from "./judge-callers.ts";
import { speaksContract, type TwoCallers, twoCallers } from "./two-callers.ts";
import { type TwoPeople, twoPeople } from "./two-people.ts";

export const anotherRows = defineCheck<Context["target"], TwoPeople | TwoCallers>({
  id: "isolation/another-rows",
  claim: "another person's conversation is closed to everybody else: its rows, a message to it, its deletion",
  why: "Numbers can be counted up: whoever tries the next one reads what somebody else has said.",
  lookAt: "what loads a conversation by its id: asked for as one user, not found and then judged",
  needs: ["tell two people apart", "show rows", "remember conversations"],
  collect: (context) => (speaksContract(context) ? twoPeople(context) : twoCallers(context)),
  judge: (people) =>
    "tries" in people
      ? judgeClosed(people)
      : judgeAsMissing(people, ["messages", "message", "rename", "deletion"]),
});
