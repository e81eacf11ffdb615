import { isRole } from "../config/addresses.ts";
import { EXIT } from "../errors/exit-codes.ts";
import { UserError } from "../errors/user-error.ts";
import type { LockedState } from "../supervisor/client/lock-for-command.ts";
import {
  adoptOccupant,
  describeOccupant,
  isReplaceable,
  occupantsOf,
  replaceOccupant,
} from "../supervisor/client/port-occupants.ts";
import { inspectService } from "../supervisor/inspect-service.ts";
import type { StateFolder } from "../supervisor/state-folder.ts";
import type { ServiceInspection } from "./inspect-stack.ts";

/** What is done about services whose ports somebody else has. */
export interface PortChoices {
  /** Names of services whose occupants are taken over. */
  readonly adopt?: readonly string[];
  /** Names of services whose occupants are stopped first. */
  readonly replace?: readonly string[];
  /** Asks a person whether an occupant may be stopped. */
  readonly confirm?: (question: string) => Promise<boolean>;
}

/** The pids that a person agreed to have stopped. */
export type Agreed = ReadonlySet<number>;

/** True where somebody else has the port of a service that is ours to run. */
export function isBlocked({ isExternal, state }: ServiceInspection): boolean {
  return !isExternal && state.state === "foreign";
}

/** Who has the port, in sentences. */
export function describeOccupants(inspection: ServiceInspection, folder: StateFolder): string {
  return occupantsOf(inspection.spec, inspection.state, folder)
    .map((occupant) => describeOccupant(occupant, inspection.spec, folder))
    .join(" And ");
}

/** Asks about each occupant that is to be replaced, before anything is done. Throws `interrupted` after a no. */
export async function agreeToReplace(
  inspections: readonly ServiceInspection[],
  folder: StateFolder,
  { replace = [], confirm }: PortChoices,
): Promise<Agreed> {
  const agreed = new Set<number>();
  for (const inspection of inspections.filter((each) => isBlocked(each) && replace.includes(each.name))) {
    for (const occupant of occupantsOf(inspection.spec, inspection.state, folder).filter(isReplaceable)) {
      const question = `Port ${portOf(inspection)} of ${inspection.name} is taken by ${describeOccupant(occupant, inspection.spec, folder)}`;
      if (confirm === undefined || !(await confirm(question))) throw refused();
      agreed.add(occupant.process.pid);
    }
  }
  return agreed;
}

/**
 * Takes over or stops who has the ports, as was chosen, and looks at those services again. Throws `port_taken` before
 * anything is done where a port stays taken, `not_adoptable`, `stop_failed`.
 */
export async function clearPorts(
  inspections: readonly ServiceInspection[],
  folder: LockedState,
  { adopt: adopted = [], replace = [] }: PortChoices,
  agreed: Agreed,
): Promise<ServiceInspection[]> {
  const isCleared = (inspection: ServiceInspection): boolean =>
    adopted.includes(inspection.name) ||
    (replace.includes(inspection.name) &&
      occupantsOf(inspection.spec, inspection.state, folder).every(
        (occupant) => isReplaceable(occupant) && agreed.has(occupant.process.pid),
      ));
  const left = inspections.filter((inspection) => isBlocked(inspection) && !isCleared(inspection));
  if (left.length > 0) throw portsTaken(left, folder);
  return await Promise.all(
    inspections.map(async (inspection) =>
      isBlocked(inspection)
        ? await clearPort(inspection, folder, adopted.includes(inspection.name))
        : inspection,
    ),
  );
}

/** Takes over who has the port, or stops them, and looks again. */
async function clearPort(
  inspection: ServiceInspection,
  folder: LockedState,
  isAdopted: boolean,
): Promise<ServiceInspection> {
  const { spec, state } = inspection;
  if (isAdopted) await adoptOccupant(spec, state, folder);
  else
    for (const occupant of occupantsOf(spec, state, folder).filter(isReplaceable))
      await replaceOccupant(occupant, spec, folder);
  return { ...inspection, state: await inspectService(spec, folder), isAdopted };
}

function portOf({ spec }: ServiceInspection): number | undefined {
  return spec.address?.port;
}

function portsTaken(blocked: readonly ServiceInspection[], folder: StateFolder): UserError {
  const lines = blocked.map(
    (inspection) =>
      `${inspection.name} needs port ${portOf(inspection)}, which is taken by ${describeOccupants(inspection, folder)}`,
  );
  const settings = blocked.map(({ service }) => settingOf(service));
  const choices = blocked.flatMap((inspection) => choicesFor(inspection, folder));
  const hints = [
    `Nothing was started. Stop that process, or set ${settings.join(", ")} to another port.`,
    ...choices,
  ];
  return new UserError("port_taken", lines.join("\n"), { hint: hints.join("\n"), exitCode: EXIT.failed });
}

function settingOf(name: string): string {
  if (name === "engine") return "engine.url";
  return isRole(name) ? `${name}.port` : `services.${name}.port`;
}

/** What can be done about it by us. */
function choicesFor(inspection: ServiceInspection, folder: StateFolder): string[] {
  const { name, spec, state } = inspection;
  const occupants = occupantsOf(spec, state, folder);
  return [
    ...(occupants.every(({ adoptable }) => adoptable) ? [`Use it as it is:  stack up --adopt ${name}`] : []),
    ...(occupants.every(isReplaceable) ? [`Replace it:       stack up --replace ${name}`] : []),
  ];
}

function refused(): UserError {
  return new UserError("interrupted", "Nothing was stopped, and nothing was started.", {
    exitCode: EXIT.failed,
  });
}
