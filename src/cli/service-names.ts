import { didYouMean } from "../config/closest-name.ts";
import type { Config } from "../config/config-schema.ts";
import { UserError } from "../errors.ts";
import { readEvents } from "../supervisor/keep/service-events.ts";
import { listRecords } from "../supervisor/process-record.ts";
import { SUPERVISOR, stateFolder } from "../supervisor/state-folder.ts";

/** The services that a command was given, each of which is configured. Throws `unknown_service`. */
export function readServiceNames(argv: readonly unknown[], config: Config): string[] {
  return requireKnown(argv, Object.keys(config.services));
}

/** The same for commands about what runs: a service that is no longer configured may still be there. */
export function readRunningNames(argv: readonly unknown[], config: Config): string[] {
  const recorded = listRecords(stateFolder(config.state.dir)).map(({ name }) => name);
  const services = recorded.filter((name) => name !== SUPERVISOR);
  return requireKnown(argv, [...Object.keys(config.services), ...services]);
}

/** The same for one name and what has happened: events are kept of services that are no longer there. */
export function requireRecorded(name: string, config: Config): void {
  const configured = Object.keys(config.services);
  if (name === SUPERVISOR || configured.includes(name)) return;
  const recorded = readEvents(stateFolder(config.state.dir)).flatMap(({ service }) => service ?? []);
  requireKnown([name], [...configured, SUPERVISOR, ...recorded]);
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
