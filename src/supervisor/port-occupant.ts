import { ownUser } from "../files/user-names.ts";
import type { Listener } from "../os/listening-ports.ts";
import { describeProcess, isAboveUs, isSameProcess, serviceMarkOf } from "../os/process-identity.ts";
import { findManagerOf, type ProcessManager } from "../os/process-managers.ts";
import { everyone, membersOf } from "../os/process-members.ts";
import type { Mark, ProcessDetails } from "../os/process-table.ts";
import { runnerOf } from "../os/same-program.ts";
import { readRecord } from "./process-record.ts";
import type { ProbeResult } from "./run-probe.ts";
import { serviceMark } from "./service-mark.ts";
import type { ServiceSpec } from "./service-spec.ts";
import type { StateFolder } from "./state-folder.ts";

/** Who has the address of a service before its start. */
export interface Occupant extends OccupantClues {
  /**
   * `ours`: the service itself; `stale`: what an earlier run of it left; `other_service`: another one of a stack, of
   * this or of another folder; `kept`: a keeper starts it again when it is killed; `same_program`: the service's
   * program, or one that answers like it, started by hand; `foreign`: something else.
   */
  readonly kind: "ours" | "stale" | "other_service" | "kept" | "same_program" | "foreign";
  /** It provably is the service, and nobody else looks after it: `adopt` takes it over. */
  readonly adoptable: boolean;
}

/** What is seen of an occupant. */
export interface OccupantClues {
  readonly listener: Listener;
  /** What would be taken over or ended: the listener, or whoever runs the service's command above it. */
  readonly process: ProcessDetails | undefined;
  /** Whether it is among the processes of the service, by its record or its mark, and whether the recorded one lives. */
  readonly membership: "none" | "of_living" | "of_dead";
  /** The service that it is of, by its environment. */
  readonly mark: Mark | undefined;
  readonly keeper: ProcessManager | undefined;
  /** It was started with the service's command. */
  readonly runsCommand: boolean;
  /** It runs as the user of this process. */
  readonly isOurUser: boolean;
  /** This process was started by it, or by one that it started. */
  readonly isAboveUs: boolean;
  /** What it answers to the service's readiness probe. */
  readonly probe: ProbeResult;
}

/**
 * Tells who a listener on a service's address is. Changes nothing.
 *
 * @param probe how the service's address answers the service's probe
 */
export function occupantOf(
  spec: ServiceSpec,
  state: StateFolder,
  listener: Listener,
  probe: ProbeResult,
): Occupant {
  return judgeOccupant(look(spec, state, listener, probe));
}

/** The judgement on an occupant by what was seen of it. */
export function judgeOccupant(clues: OccupantClues): Occupant {
  const kind = kindOf(clues);
  const { process, isOurUser, isAboveUs, runsCommand, probe } = clues;
  const isFree = kind === "same_program" && process !== undefined && isOurUser && !isAboveUs;
  return { ...clues, kind, adoptable: isFree && runsCommand && probe.ok };
}

function kindOf({ membership, mark, keeper, runsCommand, probe }: OccupantClues): Occupant["kind"] {
  if (membership !== "none") return membership === "of_living" ? "ours" : "stale";
  if (mark !== undefined) return "other_service";
  if (keeper !== undefined) return "kept";
  return runsCommand || probe.ok ? "same_program" : "foreign";
}

function look(spec: ServiceSpec, state: StateFolder, listener: Listener, probe: ProbeResult): OccupantClues {
  const { pid } = listener;
  const runner = pid === undefined ? undefined : runnerOf(pid, spec.command);
  const process = runner ?? (pid === undefined ? undefined : describeProcess(pid));
  return {
    listener,
    process,
    membership: pid === undefined ? "none" : membershipOf(pid, spec, state),
    mark: pid === undefined ? undefined : serviceMarkOf(pid),
    keeper: findManagerOf(listener),
    runsCommand: runner !== undefined,
    isOurUser: process?.user === ownUser(),
    isAboveUs: process !== undefined && isAboveUs(process.pid),
    probe,
  };
}

function membershipOf(pid: number, { name }: ServiceSpec, state: StateFolder): OccupantClues["membership"] {
  const reading = readRecord(state, name);
  const record = reading.kind === "record" ? reading.record : undefined;
  const members = everyone(membersOf(serviceMark(name, state, record), record));
  if (members.every((member) => member.pid !== pid)) return "none";
  // A record that was lost is rebuilt from the process.
  return record === undefined || isSameProcess(record) ? "of_living" : "of_dead";
}
