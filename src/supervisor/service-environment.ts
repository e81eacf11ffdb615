import { MARK, type Mark } from "./os/process-table.ts";
import { withoutSecrets } from "./secret-variables.ts";
import type { ServiceSpec } from "./types.ts";

/**
 * The environment that a service's process is started with. The one place where it is made: from that of whoever asked
 * for the service but for our secrets, what the configuration says, and the mark that its processes are known by.
 *
 * @param asker of whoever asked; this process's own where that is not known
 */
export function serviceEnvironment(
  { command }: Pick<ServiceSpec, "command">,
  mark: Mark,
  asker: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  return {
    // Python would hold back what it prints to a file, some kilobytes of it, and lose it in the end.
    PYTHONUNBUFFERED: "1",
    ...withoutSecrets(asker),
    ...command.env,
    [MARK.service]: mark.service,
    [MARK.stateDir]: mark.stateDir,
  };
}
