import { defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { judgeAsMissing } from "./foreign-calls.ts";
import { type TwoPeople, twoPeople } from "./two-people.ts";

export const anotherExport = defineCheck<Context["target"], TwoPeople>({
  id: "isolation/another-export",
  claim: "another person's conversation cannot be exported",
  why: "A download is one more way to the same rows, and easily forgotten.",
  lookAt: "the export: by the same store, asked as the caller",
  needs: ["speak the contract", "tell two people apart"],
  collect: twoPeople,
  judge: (people) => judgeAsMissing(people, ["export"]),
});
