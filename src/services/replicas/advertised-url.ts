import { networkInterfaces } from "node:os";
import { type Address, isWildcard, urlOf } from "../../contract/address.ts";

/**
 * The host by which other copies reach a service: as the setting says; else the one that it listens on; where that stands
 * for all addresses, this machine's first one that others can reach.
 */
export function advertisedHost(listensOn: string, setting = ""): string {
  if (setting !== "") return setting;
  return isWildcard(listensOn) ? (ownAddress() ?? listensOn) : listensOn;
}

/** Where other copies reach a service that listens there; see {@link advertisedHost}. */
export function advertisedUrl({ host, port }: Address, setting = ""): string {
  return urlOf({ host: advertisedHost(host, setting), port });
}

function ownAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses);
  const reachable = all.filter(({ internal, address }) => !internal && !address.startsWith("fe80:"));
  return (reachable.find(({ family }) => family === "IPv4") ?? reachable[0])?.address;
}
