import { composeOverrides } from "./faults/compose-overrides.ts";
import type { Fault } from "./faults/fault.ts";
import {
  type InProcessStackOptions,
  type RunningStack,
  startInProcessStack,
} from "./services/in-process-stack.ts";

/** A stack's settings, with a bug that is switched on in it. */
export interface StackOptions extends InProcessStackOptions {
  /** A deliberate bug, by its name in the catalogue (`stack prove --list`) or as `defineFault` makes one. */
  fault?: string | Fault | undefined;
}

/**
 * Starts engine stand-in, gateway and HMI in this process, on loopback and free ports, to be closed by `close()` or
 * `await using`. Many stacks may run side by side, for example one in each test. Throws a UserError `unknown_fault`.
 */
export async function startStack({ fault, ...options }: StackOptions = {}): Promise<RunningStack> {
  if (fault === undefined) return await startInProcessStack(options);
  const { overrides } =
    typeof fault === "string" ? (await import("./faults/find-fault.ts")).findFault(fault) : fault;
  // What the caller wraps is nearest to the caller.
  const wrapped = [
    overrides(() => undefined, "every-stream"),
    ...(options.overrides ? [options.overrides] : []),
  ];
  return await startInProcessStack({ ...options, overrides: composeOverrides(wrapped) });
}
