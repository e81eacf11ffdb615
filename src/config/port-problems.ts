import { type Address, isWildcard, localhostAsAddress } from "../contract/address.ts";
import { isRole, roleAddress, tapAddress } from "./addresses.ts";
import type { ConfigPlace, ConfigProblem } from "./config-layer.ts";
import type { Settings } from "./config-schema.ts";
import { replicaAddress, replicaNumbers } from "./replicas.ts";
import type { Services } from "./service-config.ts";

interface Claim {
  /** In words. */
  readonly owner: string;
  /** The setting that says it. */
  readonly path: readonly string[];
  readonly address: Address;
}

/** Ports that two would listen on; the message names the one, and stands where the other is. */
export function portProblems(
  services: Services,
  settings: Settings,
  placeOf: (path: readonly PropertyKey[]) => ConfigPlace | undefined,
): ConfigProblem[] {
  const orderOf = ({ path }: Claim): number => placeOf(path)?.order ?? -1;
  // What is written later is at fault, and what nobody wrote never.
  const claims = claimsOf(services, settings).toSorted((a, b) => orderOf(a) - orderOf(b));
  return claims.flatMap((claim, index): ConfigProblem[] => {
    const first = claims.slice(0, index).find(({ address }) => overlap(address, claim.address));
    if (first === undefined) return [];
    const where = placeOf(first.path)?.name ?? "the default";
    const message = `port ${claim.address.port} is already the port of ${first.owner}: ${first.path.join(".")} (${where})`;
    return [{ path: claim.path, part: "value", message }];
  });
}

function claimsOf(services: Services, settings: Settings): Claim[] {
  const claims = Object.entries(services).flatMap(([name, service]): Claim[] => {
    if (isRole(name)) {
      const path = name === "engine" ? ["engine", "url"] : [name, "port"];
      const address = roleAddress(name, settings);
      const others = replicaNumbers(service).slice(1);
      return [
        { owner: `the ${name}`, path, address },
        ...others.map((number) => ({
          owner: `copy ${number} of the ${name}`,
          path: ["services", name, "replicas"],
          address: replicaAddress(address, number),
        })),
      ];
    }
    const { host, port } = service;
    if (host === undefined || port === undefined) return [];
    return [{ owner: name, path: ["services", name, "port"], address: { host, port } }];
  });
  const { metrics_host, metrics_port } = settings.monitor;
  const metrics = { host: metrics_host, port: metrics_port };
  return [
    ...claims,
    { owner: "the metrics", path: ["monitor", "metrics_port"], address: metrics },
    { owner: "the tap", path: ["engine", "tap_port"], address: tapAddress(settings) },
  ];
}

/** Port 0 is a free one, whichever that is. */
function overlap(a: Address, b: Address): boolean {
  if (a.port !== b.port || a.port === 0) return false;
  return addressIn(a.host) === addressIn(b.host) || isWildcard(a.host) || isWildcard(b.host);
}

function addressIn(host: string): string {
  return localhostAsAddress(host.toLowerCase());
}
