import { EXIT } from "../errors/exit-codes.ts";
import { namesInStatus, type StackStatus, stackStatus, statusOf } from "../launch/stack-status.ts";
import { requireKnown } from "./read-service-names.ts";
import type { RunningConfig } from "./running-config.ts";
import type { Screen } from "./screen.ts";
import { statusLines } from "./status-table.ts";

/**
 * Looks at the services that were named, or at all, and draws them. Sets the exit code where one does not work.
 *
 * @throws UserError `unknown_service`, and what `stackStatus` throws
 */
export async function showStatusOnce(
  { config, mistake }: RunningConfig,
  names: readonly unknown[],
  screen: Screen,
  { isVerbose = false }: { readonly isVerbose?: boolean } = {},
): Promise<StackStatus> {
  const options = { isByRecords: mistake !== undefined };
  const status = ofServices(names, await stackStatus(config, process.env, options), options);
  const drawn = statusLines(status, { width: screen.width, now: Date.now(), isVerbose });
  for (const line of drawn) screen.line(line, 4);
  if (!status.ok) process.exitCode = EXIT.failed;
  return status;
}

/** The look at the services that were named, or at all. Throws `unknown_service`. */
export function ofServices(
  names: readonly unknown[],
  status: StackStatus,
  options: { readonly isByRecords: boolean },
): StackStatus {
  if (names.length === 0) return status;
  return statusOf(status, requireKnown(names, namesInStatus(status)), options);
}
