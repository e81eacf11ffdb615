import { defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { judgeWithoutWord } from "./foreign-calls.ts";
import { judgeListed } from "./judge-callers.ts";
import { speaksContract, type TwoCallers, twoCallers } from "./two-callers.ts";
import { type TwoPeople, twoPeople } from "./two-people.ts";

export const anotherList = defineCheck<Context["target"], TwoPeople | TwoCallers>({
  id: "isolation/another-list",
  claim: "the lists of conversations and profiles are a person's own",
  why: "Titles are the first words of what was asked: a list of everybody's tells it to everybody.",
  lookAt: "the queries of the lists: with the user in them",
  foreignWords: { claim: "the list of conversations is a person's own" },
  needs: ["tell two people apart", "list conversations"],
  collect: (context) => (speaksContract(context) ? twoPeople(context) : twoCallers(context)),
  judge: (people) =>
    "tries" in people
      ? judgeListed(people)
      : judgeWithoutWord(people, ["sessions", "all sessions", "profiles"]),
});
