import type { Agent } from "../../src/contract/hmi-schemas.ts";

interface AgentSelectProps {
  readonly agents: readonly Agent[];
  /** Undefined until it is known. */
  readonly selected: string | undefined;
  /** The agent that the open conversation belongs to; undefined where any may have it. */
  readonly owner: string | undefined;
  readonly onChoose: (agentId: string) => void;
}

/** Who answers. A conversation belongs to one agent, so the others are listed as what they are: a new start. */
export function AgentSelect({ agents, selected, owner, onChoose }: AgentSelectProps) {
  const own = agents.filter((agent) => owner === undefined || agent.agent_id === owner);
  const others = agents.filter((agent) => !own.includes(agent));
  return (
    <select
      aria-label="Agent"
      aria-describedby="message-note"
      value={selected ?? ""}
      disabled={agents.length === 0}
      onChange={(event) => onChoose(event.currentTarget.value)}
    >
      {agents.length === 0 && <option value="">No agents</option>}
      <Options agents={own} />
      {/* An agent that this stack does not have, as in a conversation of an older one. */}
      {owner !== undefined && own.length === 0 && <option value={owner}>{owner}</option>}
      {others.length > 0 && (
        <optgroup label="In another conversation">
          <Options agents={others} />
        </optgroup>
      )}
    </select>
  );
}

function Options({ agents }: { agents: readonly Agent[] }) {
  return agents.map(({ agent_id, agent_name }) => (
    <option key={agent_id} value={agent_id}>
      {agent_name}
    </option>
  ));
}
