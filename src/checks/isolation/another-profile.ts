import { defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { judgeAsMissing } from "./foreign-calls.ts";
import { type TwoPeople, twoPeople } from "./two-people.ts";

export const anotherProfile = defineCheck<Context["target"], TwoPeople>({
  id: "isolation/another-profile",
  claim: "another person's profile can be neither read nor changed",
  why: "Its instructions are theirs, and go into every prompt of their conversations.",
  lookAt: "the profiles: each with its user, in every query",
  needs: ["speak the contract", "tell two people apart"],
  collect: twoPeople,
  judge: (people) => judgeAsMissing(people, ["profile", "change of the profile"]),
});
