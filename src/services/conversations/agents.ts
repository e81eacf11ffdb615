import type { Agent } from "../../contract/hmi-schemas.ts";
import { WireError } from "../../contract/wire-error.ts";

/** An agent, and what it is told to be. */
interface AgentRole extends Agent {
  readonly instructions: string;
}

const ROLES: readonly AgentRole[] = [
  role("architect", "Architect", "🏛️", 1, null, "You design software: you weigh options and say why."),
  role(
    "developer",
    "Developer",
    "🛠️",
    2,
    "architect",
    "You write and explain code: short, correct, runnable.",
  ),
  role(
    "reviewer",
    "Reviewer",
    "🔎",
    2,
    "architect",
    "You review code: you find what breaks and say how to mend it.",
  ),
  role("writer", "Writer", "✍️", 2, "architect", "You write documentation: plain, exact, with examples."),
];

function role(
  agent_id: string,
  agent_name: string,
  role_icon: string,
  tier: number,
  parent_role: string | null,
  instructions: string,
): AgentRole {
  return { agent_id, agent_name, role_icon, tier, parent_role, port: null, instructions };
}

/** The agents that a conversation can be had with. */
export function listAgents(): Agent[] {
  return ROLES.map(({ instructions: _, ...agent }) => agent);
}

/** What an agent is told to be; nothing where it is not one of ours, as in a conversation of an older stack. */
export function instructionsOf(agentId: string): string {
  return ROLES.find((each) => each.agent_id === agentId)?.instructions ?? "";
}

/** Throws `agent_not_found` where there is no such agent. */
export function requireAgent(agentId: string): void {
  if (ROLES.some((each) => each.agent_id === agentId)) return;
  const known = ROLES.map((each) => each.agent_id).join(", ");
  throw new WireError("agent_not_found", `There is no agent "${agentId}". There are: ${known}.`);
}
