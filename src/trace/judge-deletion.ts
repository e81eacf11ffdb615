import { sentence } from "./finding-words.ts";
import { HOP_TITLES } from "./hop-names.ts";
import type { JudgedTrace } from "./judge-each-hop.ts";
import type { TraceObservations } from "./trace-report.ts";

/** Whether what was deleted is gone. Of the hop that people talk to: it has the conversations. */
export function judgeDeletion({ hops, undone_deletions }: TraceObservations): JudgedTrace {
  const [first] = undone_deletions;
  const hop = hops.findLast(({ hop }) => hop !== "proxy")?.hop;
  if (first === undefined || hop === undefined) return { findings: [], notTold: [] };
  const words = `${sentence(HOP_TITLES[hop])} does not delete what it says it has: ${first}.`;
  return {
    findings: [{ hop, kind: "not_deleted", sentence: words, next: "stack verify persistence" }],
    notTold: [],
  };
}
