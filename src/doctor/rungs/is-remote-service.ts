import { isLoopback, isWildcard } from "../../contract/address.ts";
import type { RungFinding } from "../climb-ladder.ts";
import type { ExaminedService } from "../doctor-context.ts";

/** What this stack starts is on this machine, whatever the address; an engine of which nothing is here may be anywhere. */
export function isRemoteService({ name, address, state }: ExaminedService): boolean {
  if (isLoopback(address.host) || isWildcard(address.host)) return false;
  return state === undefined || (name === "engine" && state.state === "stopped");
}

/** What is found there. */
export function cannotLookAt({ address }: ExaminedService): RungFinding {
  return {
    status: "skipped",
    text: `${address.host} is another machine: its processes cannot be looked at from here`,
  };
}
