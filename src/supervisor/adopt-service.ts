import { EXIT } from "../errors/exit-codes.ts";
import { UserError } from "../errors/user-error.ts";
import { ownUser } from "../files/user-names.ts";
import { describeListener, findListeners, type Listener } from "../os/listening-ports.ts";
import { isAlive } from "../os/process-identity.ts";
import { everyone, familyOf } from "../os/process-members.ts";
import type { ProcessDetails } from "../os/process-table.ts";
import { endSentence } from "../text/end-sentence.ts";
import { describeOccupant } from "./describe-occupant.ts";
import { type Occupant, occupantOf } from "./port-occupant.ts";
import { writeRecord } from "./process-record.ts";
import { recordOfFound } from "./record-fields.ts";
import { describeProbe, type ProbeResult, probe, questionNow } from "./run-probe.ts";
import type { ServiceRecord, ServiceSpec } from "./service-spec.ts";
import type { StateFolder } from "./state-folder.ts";

/**
 * Takes over a process that somebody else started and that provably is the service: this user's, started with the
 * service's command, alone on its address, good in its answer to the service's probe, and looked after by nobody
 * else. Only for the holder of the lock.
 *
 * What it writes goes on to where it went, and not to the service's log.
 *
 * @throws UserError `not_adoptable` saying what was expected and what was found; `state_unwritable`
 */
export async function adopt(
  spec: ServiceSpec,
  state: StateFolder,
  listener: Listener,
): Promise<ServiceRecord> {
  const before = occupantOf(spec, state, listener, NOT_ASKED).process;
  const occupant = occupantOf(spec, state, listener, await ask(spec));
  const { process } = occupant;
  // Between the two looks it was asked: an answer of what has ended since is nobody's.
  if (process === undefined || before === undefined || !isAlive(before) || before.pid !== process.pid)
    throw notAdoptable(spec, `${describeListener(listener)} has gone, or cannot be looked at`);
  const obstacle = obstacleTo(occupant, spec, state) ?? (await othersOn(spec, process));
  if (obstacle !== undefined) throw notAdoptable(spec, obstacle);
  const record = { ...recordOfFound(spec, state, process), adopted: true };
  writeRecord(state, record);
  return record;
}

/** Put to nobody: who it is does not hang on it. */
const NOT_ASKED: ProbeResult = { ok: false, error: "it was not asked", latencyMs: 0 };

async function ask(spec: ServiceSpec): Promise<ProbeResult> {
  const question = questionNow(spec);
  if (question !== undefined) return await probe(spec, question);
  return { ok: false, error: "only its log would tell whether it is ready", latencyMs: 0 };
}

/** What stands against taking it over, as what was expected and what was found. */
function obstacleTo(occupant: Occupant, spec: ServiceSpec, state: StateFolder): string | undefined {
  if (occupant.adoptable) return undefined;
  const { kind, runsCommand, isOurUser, isAboveUs: runsThis } = occupant;
  const found = describeOccupant(occupant, spec, state);
  if (kind !== "same_program" && kind !== "foreign") return found;
  if (!isOurUser) return `it should run as ${ownUser()}. Found ${found}`;
  if (runsThis) return `it should not be what runs this command. Found ${found}`;
  if (!runsCommand)
    return `it should run ${[spec.command.file, ...spec.command.args].join(" ")}. Found ${found}`;
  return `${describeProbe(spec, questionNow(spec) ?? spec.ready)} should be answered well. Found ${found}`;
}

/** One that shares the address would not be stopped with it. */
async function othersOn({ address }: ServiceSpec, found: ProcessDetails): Promise<string | undefined> {
  if (address === undefined) return "it should have an address";
  const family = new Set(everyone(familyOf(found)).map((one) => one.pid));
  const listeners = await findListeners(address, [found.pid]);
  const others = listeners.filter((one) => one.pid === undefined || !family.has(one.pid));
  if (others.length === 0) return undefined;
  return `it should be alone on port ${address.port}, and shares it with ${others.map(describeListener).join(" and ")}`;
}

function notAdoptable({ name }: ServiceSpec, obstacle: string): UserError {
  return new UserError("not_adoptable", endSentence(`${name} cannot be taken over: ${obstacle}`), {
    hint: `Stop that process, or give ${name} another port.`,
    exitCode: EXIT.failed,
  });
}
