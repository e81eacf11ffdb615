import type { Config } from "../config/config-schema.ts";
import { knownNames, namesMeantBy } from "../config/replicas.ts";
import { recordedEvents } from "../supervisor/client/service-history.ts";
import { SUPERVISOR, stateFolder } from "../supervisor/state-folder.ts";
import { requireKnown } from "./read-service-names.ts";

/**
 * The names that are meant by the name of one of whose events are asked for: these are kept of services that are no
 * longer there, and of the supervisor. Throws `unknown_service`.
 */
export function readRecordedNames(name: string, { services, state }: Config): string[] {
  const configured = knownNames(services);
  if (name !== SUPERVISOR && !configured.includes(name)) {
    const recorded = recordedEvents(stateFolder(state.dir)).flatMap(({ service }) => service ?? []);
    requireKnown([name], [...configured, SUPERVISOR, ...recorded]);
  }
  return namesMeantBy(name, services);
}
