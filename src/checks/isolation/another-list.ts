import { defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../profiles-and-sessions.ts";
import { judgeWithoutWord } from "./foreign-calls.ts";
import { type TwoPeople, twoPeople } from "./two-people.ts";

export const anotherList = defineCheck<Context["target"], TwoPeople>({
  id: "isolation/another-list",
  claim: "the lists of conversations and profiles are a person's own",
  why: "Titles are the first words of what was asked: a list of everybody's tells it to everybody.",
  lookAt: "the queries of the lists: with the user in them",
  needs: ["speak the contract", "tell two people apart"],
  collect: twoPeople,
  judge: (people) => judgeWithoutWord(people, ["sessions", "all sessions", "profiles"]),
});
