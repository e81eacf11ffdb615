import { defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../profiles-and-sessions.ts";
import { judgeAsMissing } from "./foreign-calls.ts";
import { type TwoPeople, twoPeople } from "./two-people.ts";

export const anotherStream = defineCheck<Context["target"], TwoPeople>({
  id: "isolation/another-stream",
  claim: "another person's reply cannot be read while it is written, at the HMI and at the gateway",
  why: "What runs is kept in memory, where no query asks whose it is.",
  lookAt: "what finds a running reply: by its conversation, and only where that is the caller's",
  needs: ["speak the contract", "tell two people apart"],
  collect: twoPeople,
  judge: (people) => judgeAsMissing(people, ["stream", "stream at the gateway"]),
});
