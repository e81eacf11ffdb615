import { defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../profiles-and-sessions.ts";
import { judgeAsMissing } from "./foreign-calls.ts";
import { type TwoPeople, twoPeople } from "./two-people.ts";

export const anotherRows = defineCheck<Context["target"], TwoPeople>({
  id: "isolation/another-rows",
  claim:
    "another person's conversation is to everybody else as one that does not exist: 404 for its rows and for a message to it",
  why: "Numbers can be counted up: whoever tries the next one reads what somebody else has said.",
  lookAt: "what loads a conversation by its id: asked for as one user, not found and then judged",
  needs: ["speak the contract", "tell two people apart"],
  collect: twoPeople,
  judge: (people) => judgeAsMissing(people, ["messages", "message", "rename", "deletion"]),
});
