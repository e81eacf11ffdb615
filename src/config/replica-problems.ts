import type { ConfigProblem } from "./config-layer.ts";
import type { Settings } from "./config-schema.ts";
import { numberedReplica, OWN_SERVICES, type OwnService, replicaNumbers } from "./replicas.ts";
import type { Services } from "./service-config.ts";

const HIGHEST_PORT = 65_535;

/** What keeps copies from running: a database of one machine, no ports, names that others have. */
export function replicaProblems(services: Services, settings: Settings): ConfigProblem[] {
  return OWN_SERVICES.flatMap((name) => {
    const numbers = replicaNumbers(services[name]);
    if (numbers.length === 1) return [];
    return [...ownProblems(name, numbers.length, settings), ...nameProblems(name, numbers, services)];
  });
}

function ownProblems(name: OwnService, count: number, settings: Settings): ConfigProblem[] {
  const { port } = settings[name];
  const messages: string[] = [];
  if (settings.store.url === "")
    messages.push(`${count} copies need a database that they share: set store.url to a PostgreSQL database`);
  if (port === 0) messages.push(`${count} copies need ports that are known: ${name}.port is 0`);
  if (port + count - 1 > HIGHEST_PORT)
    messages.push(
      `there are no ${count} ports from ${name}.port (${port}) on: the highest is ${HIGHEST_PORT}`,
    );
  return messages.map((message) => ({ path: ["services", name, "replicas"], part: "value", message }));
}

/** The name of a copy is that of its log, and of what commands are given. */
function nameProblems(name: string, numbers: readonly number[], services: Services): ConfigProblem[] {
  return numbers
    .map((number) => numberedReplica(name, number))
    .filter((copy) => copy in services)
    .map((copy) => ({
      path: ["services", copy],
      part: "name",
      message: `is the name of a copy of ${name} (services.${name}.replicas): take another`,
    }));
}
