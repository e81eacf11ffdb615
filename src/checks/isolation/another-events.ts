import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { type TwoPeople, twoPeople } from "./two-people.ts";

export const anotherEvents = defineCheck<Context["target"], TwoPeople>({
  id: "isolation/another-events",
  claim: "nobody hears what happens in another person's conversations",
  why: "One stream for everybody tells who asks what, and when.",
  lookAt: "GET /api/events: what is told to whom",
  needs: ["speak the contract", "tell two people apart"],
  collect: twoPeople,
  judge({ word, heard, rows }) {
    const sessionId = rows[0]?.session_id;
    if (sessionId === undefined) throw new CouldNotRun("nothing happened that could be heard");
    if (!heard.some(({ type }) => type === "reset"))
      throw new CouldNotRun("the other person heard nothing at all");
    const foreign = heard.filter((event) => {
      const of =
        "session" in event ? event.session.session_id : "session_id" in event ? event.session_id : null;
      return of === sessionId || JSON.stringify(event).includes(word);
    });
    const seen = `heard by another person: ${heard.map(({ type }) => type).join(", ")}`;
    if (foreign.length === 0) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: "no event of another person's",
      found: foreign.map(({ type }) => type).join(", "),
      seen,
      rows: foreign,
    };
  },
});
