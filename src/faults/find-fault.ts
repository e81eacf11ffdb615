import { didYouMean } from "../config/closest-name.ts";
import { UserError } from "../errors/user-error.ts";
import type { Fault } from "./fault.ts";
import { faults } from "./fault-catalogue.ts";

export type { Fault } from "./fault.ts";
export { faults } from "./fault-catalogue.ts";
export { none } from "./no-fault.ts";

/** The services in front of which a fault's rewrites act; of a fault that is also inside a service, none. */
export function hopsOf(fault: Fault): readonly ("hmi" | "gateway" | "engine")[] {
  const { wire = {}, ...inside } = fault.overrides(() => undefined);
  const hops = (["hmi", "gateway", "engine"] as const).filter((hop) => wire[hop] !== undefined);
  return Object.keys(inside).length === 0 ? hops : [];
}

/** The faults that need nothing but a wire, so that any stack can be given them from outside. */
export const wireFaults: readonly Fault[] = faults.filter((fault) => hopsOf(fault).length > 0);

/** The fault of that name. Throws a UserError with the nearest name, or all. */
export function findFault(name: string): Fault {
  const found = faults.find((fault) => fault.name === name);
  if (found !== undefined) return found;
  throw unknownFault(`There is no fault "${name}".`, hintFor(name, faults, "Faults"));
}

/** The fault on a wire of that name. Throws a UserError with the nearest name, or all. */
export function findWireFault(name: string): Fault {
  const found = wireFaults.find((fault) => fault.name === name);
  if (found !== undefined) return found;
  const title = "Faults on the wire";
  if (faults.every((fault) => fault.name !== name)) {
    throw unknownFault(`There is no fault "${name}".`, hintFor(name, wireFaults, title));
  }
  throw unknownFault(
    `The fault "${name}" is inside a service, where nothing on the wire can bring it.`,
    listOf(wireFaults, title),
  );
}

function unknownFault(message: string, hint: string): UserError {
  return new UserError("unknown_fault", message, { hint });
}

/** The one that was probably meant; all of them, which are many, only where none is near. */
function hintFor(name: string, list: readonly Fault[], title: string): string {
  const names = list.map((fault) => fault.name);
  return didYouMean(name, names) ?? listOf(list, title);
}

function listOf(list: readonly Fault[], title: string): string {
  return `${title}: ${list.map(({ name }) => name).join(", ")}.`;
}
