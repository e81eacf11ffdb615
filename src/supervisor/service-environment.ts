import { MARK, type Mark } from "../os/process-table.ts";
import { withoutSecrets } from "./secret-variables.ts";
import type { ServiceSpec } from "./service-spec.ts";

/** What programs ask whether they colour what they write, if it is no terminal. */
const COLOURED = { FORCE_COLOR: "1", CLICOLOR_FORCE: "1" } as const;

/** Whoever gives one of these has said it. */
const COLOUR_VARIABLES = ["NO_COLOR", ...Object.keys(COLOURED)];

/**
 * The environment that a service's process is started with. The one place where it is made: from that of whoever asked
 * for the service but for our secrets, what the configuration says, and the mark that its processes are known by.
 *
 * @param asker of whoever asked; this process's own where that is not known
 */
export function serviceEnvironment(
  { command, color = false }: Pick<ServiceSpec, "command" | "color">,
  mark: Mark,
  asker: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const given = { ...withoutSecrets(asker), ...command.env };
  return {
    // Python would hold back what it prints to a file, some kilobytes of it, and lose it in the end.
    PYTHONUNBUFFERED: "1",
    ...(color && !COLOUR_VARIABLES.some((name) => given[name]) && COLOURED),
    ...given,
    [MARK.service]: mark.service,
    [MARK.stateDir]: mark.stateDir,
  };
}
