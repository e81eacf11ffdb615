/** How the checks of this suite reach several copies, whichever answers. */
import { hmiRoutes } from "../../contract/routes.ts";
import { CouldNotRun } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import type { HttpClient, SeenCall } from "../../targets/http-client.ts";
import { replicaThatAnswered, type TargetReplicas, TRIES_TO_MEET } from "../../targets/service-replicas.ts";
import type { Context } from "../contract-conversations.ts";

/** What a check needs that is about several HMIs. */
export const SEVERAL_HMIS = ["speak the contract", "meet two copies of the HMI"];

/** What a check needs that is about several gateways. */
export const SEVERAL_GATEWAYS = ["speak the contract", "meet two copies of the gateway"];

/** A service is asked this often in a row, where all of its copies are to be met. */
export const LOOKS = 6;

/** The clients that lead to any copy. */
export function targetReplicas({ target }: Context): TargetReplicas {
  if (target.copies === undefined) throw new CouldNotRun("this target has no copies");
  return target.copies;
}

/** The name of the copy that gave this answer. */
export function replicaIn(seen: Pick<SeenCall, "headers" | "request">): string {
  const copy = replicaThatAnswered(seen);
  if (copy === undefined)
    throw new NotObservable(`${seen.request} did not tell which copy answered (X-Stack-Copy)`);
  return copy;
}

/** Throws {@link CouldNotRun} where a service was in trouble of its own: that says nothing of copies. */
export function requireWell(statuses: readonly number[]): void {
  if (statuses.some((status) => status >= 500)) {
    throw new CouldNotRun(`a service was in trouble: answered ${statuses.join(", ")}`);
  }
}

/** A copy's name, as short as a sentence has it. */
export function shortReplicaName(copy: string): string {
  return copy.slice(0, 8);
}

/**
 * Tries until a scene was played at two copies. Between the tries the proxy's turn is moved on: with a fixed number of calls
 * in each, two of them could go to the same copy for ever. Throws {@link NotObservable} where that never comes about.
 */
export async function untilAtTwo<Seen>(
  context: Context,
  service: HttpClient,
  play: (attempt: number) => Promise<Seen>,
  isAtTwo: (seen: Seen) => boolean,
): Promise<Seen> {
  for (let attempt = 0; attempt < TRIES_TO_MEET; attempt += 1) {
    for (let turn = 0; turn < attempt; turn += 1) {
      await service.call("GET", hmiRoutes.live.path(), { signal: context.signal });
    }
    const seen = await play(attempt);
    if (isAtTwo(seen)) return seen;
  }
  throw notAtTwo(`${TRIES_TO_MEET} tries`);
}

/** What is said where all of it went to one copy. */
export function notAtTwo(what: string): NotObservable {
  return new NotObservable(
    `${what} met one copy only: what stands before the copies leads one client to one (target.copies names each)`,
  );
}
