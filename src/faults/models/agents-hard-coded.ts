import { AgentList } from "../../contract/hmi-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { rewriteJson } from "../tools/rewrite-json.ts";

/** Row 53, for agents. */
export const agentsHardCoded: Fault = {
  name: "agents-hard-coded",
  story: "The list of agents was written by hand, and lacks the one that is the default.",
  seenIn: "docs/faults.md, row 53",
  caughtBy: ["models/agents"],
  actsIn: ["models"],
  overrides: (onApplied) => ({
    wire: {
      hmi: rewriteJson(hmiRoutes.agents, AgentList, (list) => {
        onApplied();
        return { ...list, agents: list.agents.filter(({ agent_id }) => agent_id !== list.default) };
      }),
    },
  }),
};
