import { defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../profiles-and-sessions.ts";
import { judgeAsMissing, judgeUntouched } from "./foreign-calls.ts";
import { type TwoPeople, twoPeople } from "./two-people.ts";

export const anotherCancel = defineCheck<Context["target"], TwoPeople>({
  id: "isolation/another-cancel",
  claim: "another person's reply cannot be cancelled, at the HMI and at the gateway",
  why: "A stop button for everybody is one for the others' replies.",
  lookAt: "the cancel: 404 where the conversation is not the caller's, before anything is stopped",
  needs: ["speak the contract", "tell two people apart"],
  collect: twoPeople,
  judge: (people) => judgeUntouched(people) ?? judgeAsMissing(people, ["cancel", "cancel at the gateway"]),
});
