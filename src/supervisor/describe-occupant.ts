import { homedir } from "node:os";
import { describe, describeListener } from "../os/listening-ports.ts";
import { describeManager } from "../os/process-managers.ts";
import { shellWord } from "../text/shell-word.ts";
import type { Occupant } from "./port-occupant.ts";
import { markedPath } from "./service-mark.ts";
import type { ServiceSpec } from "./service-spec.ts";
import type { StateFolder } from "./state-folder.ts";

/**
 * Who has a service's address, in sentences, with the command that ends for good what somebody else looks after:
 * `pid 812, ollama serve, started 2 h ago in /. It is kept alive by systemd unit ollama.service: ...`
 */
export function describeOccupant(occupant: Occupant, spec: ServiceSpec, state: StateFolder): string {
  const { process, listener } = occupant;
  const who = process === undefined ? describeListener(listener) : describe(process);
  const isHelper = process !== undefined && listener.pid !== process.pid;
  const through = isHelper ? ` (its process ${listener.pid} listens)` : "";
  return `${who}${through}.${sentencesFor(occupant, spec, state)}`;
}

function sentencesFor(occupant: Occupant, { name }: ServiceSpec, state: StateFolder): string {
  const { kind, mark, keeper, probe } = occupant;
  const alike = probe.ok ? ` It answers as ${name} should.` : "";
  switch (kind) {
    case "ours":
      return ` It is ${name} itself${probe.ok ? "" : `, and does not answer as it should: ${probe.error}`}.`;
    case "stale":
      return ` It is left of an earlier run of ${name}: \`stack down ${name}\` stops it.`;
    case "other_service":
      return ` ${mark ? ofStack(mark.service, mark.stateDir, state) : ""}`;
    case "kept":
      return `${alike}${keeper ? ` ${describeManager(keeper)}` : ""}`;
    case "same_program":
      return sameProgram(occupant, name);
    case "foreign":
      return ` It does not answer as ${name} should: ${probe.error}.`;
  }
}

function ofStack(service: string, stateDir: string, state: StateFolder): string {
  const name = quoted(service);
  if (stateDir === markedPath(state))
    return `It is the service ${name} of this stack: \`stack down ${name}\` stops it.`;
  return (
    `It is the service ${name} of the stack in ${shortPath(quoted(stateDir))}: ` +
    `\`STACK_STATE_DIR=${quoted(stateDir)} stack down ${name}\` stops it.`
  );
}

/** A word for the shell; the mark of a process is what its environment says, and may be anything. */
function quoted(word: string): string {
  return shellWord(word.replaceAll(/\p{Cc}/gu, "?"));
}

function sameProgram({ runsCommand, probe }: Occupant, name: string): string {
  if (!runsCommand)
    return ` It answers as ${name} should, but was started with another command than the configured one.`;
  if (probe.ok) return ` It runs the same program as ${name}, and answers as it should.`;
  return ` It runs the same program as ${name}, but does not answer as it should: ${probe.error}.`;
}

function shortPath(path: string): string {
  const home = homedir();
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
