import { defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { judgeAsMissing } from "./foreign-calls.ts";
import { type TwoPeople, twoPeople } from "./two-people.ts";

export const anotherImage = defineCheck<Context["target"], TwoPeople>({
  id: "isolation/another-image",
  claim: "another person's picture cannot be looked at",
  why: "An address that only needs to be guessed is open to everybody.",
  lookAt: "the picture by its id: only where its message is the caller's",
  needs: ["speak the contract", "tell two people apart"],
  collect: twoPeople,
  judge: (people) => judgeAsMissing(people, ["image"]),
});
