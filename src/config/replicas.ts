import type { Address } from "../contract/address.ts";
import type { ServiceConfig, Services } from "./service-config.ts";

/** The services of ours of which several copies may run (contract, section 9). */
export const OWN_SERVICES = ["gateway", "hmi"] as const;
export type OwnService = (typeof OWN_SERVICES)[number];

/** How long a copy lets its replies come to their end where nobody says, in milliseconds: the others take new ones meanwhile. */
export const REPLICA_DRAIN_MS = 60_000;

/** By this label of its record a copy after the first is known when the configuration has fewer; it is the service's name. */
export const REPLICA_LABEL = "copy_of";

/** How many copies of a service run; undefined where nothing is said, and there is one. */
export function replicasOf(service: ServiceConfig | undefined): number | undefined {
  return service?.embedded === undefined ? undefined : service.replicas;
}

/** The numbers of a service's copies: from 1 on, and 1 alone where there are not several. */
export function replicaNumbers(service: ServiceConfig | undefined): readonly number[] {
  return Array.from({ length: replicasOf(service) ?? 1 }, (_, index) => index + 1);
}

/**
 * The name of a copy: of the first the service's own, so that one becomes several, and several one, without an
 * end of the first.
 */
export function replicaName(service: string, number: number): string {
  return number === 1 ? service : numberedReplica(service, number);
}

/** A copy's name with its number, also of the first, where the service's own name means all of them. */
export function numberedReplica(service: string, number: number): string {
  return `${service}-${number}`;
}

/** Where a copy listens: each one port above the one before. */
export function replicaAddress({ host, port }: Address, number: number): Address {
  return { host, port: port + number - 1 };
}

/** Where the copies of a service listen, of which the first is there. */
export function replicaAddresses(service: ServiceConfig | undefined, first: Address): Address[] {
  return replicaNumbers(service).map((number) => replicaAddress(first, number));
}

/** The names of all that is configured, each copy by its own. */
export function allNames(services: Services): string[] {
  return Object.entries(services).flatMap(([name, service]) => replicaNamesOf(name, service));
}

/** The names of a service's copies: its own alone where there are not several. */
export function replicaNamesOf(name: string, service: ServiceConfig | undefined): string[] {
  return replicaNumbers(service).map((number) => replicaName(name, number));
}

/** What a command may be given: the name of a service, and of several copies each with its number. */
export function knownNames(services: Services): string[] {
  return Object.entries(services).flatMap(([name, service]) => {
    const numbers = replicaNumbers(service);
    return numbers.length === 1 ? [name] : [name, ...numbers.map((number) => numberedReplica(name, number))];
  });
}

/** What is meant by such a name: of several copies a service's name means all, and a number one of them. */
export function namesMeantBy(given: string, services: Services): string[] {
  const copies = replicaNamesOf(given, services[given]);
  if (copies.length > 1) return copies;
  const copied = Object.entries(services).filter(([, service]) => replicaNumbers(service).length > 1);
  const first = copied.find(([name]) => given === numberedReplica(name, 1));
  return [first?.[0] ?? given];
}

/** Whether this is what a copy of the service would be called, however many there are; not of the first. */
export function isReplicaName(name: string, service: string): boolean {
  return name.startsWith(`${service}-`) && /^\d+$/.test(name.slice(service.length + 1));
}
