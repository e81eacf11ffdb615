import { didYouMean } from "../config/closest-name.ts";
import type { Config } from "../config/config-schema.ts";
import { isReplicaName, knownNames, namesMeantBy, REPLICA_LABEL } from "../config/replicas.ts";
import type { Services } from "../config/service-config.ts";
import { UserError } from "../errors/user-error.ts";
import { recordedServices } from "../supervisor/client/recorded-services.ts";
import { stateFolder } from "../supervisor/state-folder.ts";

/**
 * The services that a command was given, each of which is configured. The name of one that runs in several copies means
 * all of them; `gateway-2` is one. Throws `unknown_service`.
 */
export function readServiceNames(argv: readonly unknown[], { services }: Config): string[] {
  return readNames(argv, services);
}

/** The same for commands about what runs: a service, or a copy, that is no longer configured may still be there. */
export function readRunningNames(argv: readonly unknown[], { services, state }: Config): string[] {
  const recorded = recordedServices(stateFolder(state.dir));
  const copyOf = new Map(recorded.map(({ name, labels }) => [name, labels?.[REPLICA_LABEL]]));
  return readNames(argv, services, [...copyOf.keys()], (name, service) => copyOf.get(name) === service);
}

/** The same for what is known by its log: also those of copies that are no longer configured. */
export function readLoggedNames(
  argv: readonly unknown[],
  { services }: Config,
  logged: readonly string[],
): string[] {
  return readNames(
    argv,
    services,
    logged,
    (name, service) => isReplicaName(name, service) && services[name] === undefined,
  );
}

/** @param others names that are there beside the configured ones, of which some are copies of a service */
function readNames(
  argv: readonly unknown[],
  services: Services,
  others: readonly string[] = [],
  isReplicaOf: (other: string, service: string) => boolean = () => false,
): string[] {
  const given = requireKnown(argv, [...knownNames(services), ...others]);
  const meant = given.flatMap((name) => [
    ...namesMeantBy(name, services),
    ...others.filter((other) => isReplicaOf(other, name)),
  ]);
  return [...new Set(meant)];
}

/** The services that a command was given, each of which is one of `known`. Throws `unknown_service`. */
export function requireKnown(argv: readonly unknown[], known: readonly string[]): string[] {
  const names = argv.map(String);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new UserError("unknown_service", `There is no service "${unknown}".`, {
    hint: `${didYouMean(unknown, known) ?? ""} Services: ${[...new Set(known)].join(", ")}.`.trimStart(),
  });
}
