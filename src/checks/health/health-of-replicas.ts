/** Health as several copies of a service tell it that stand behind one address: each tells of itself alone. */
import { NotObservable } from "../../harness/target-errors.ts";
import type { SeenCall } from "../../targets/http-client.ts";
import { replicaThatAnswered } from "../../targets/service-replicas.ts";
import { SERVICE_TITLES } from "../../targets/service-titles.ts";
import type { AskedService } from "./watched-replies.ts";

/** Whether these answers are of several copies. */
export function areOfSeveral(calls: readonly Pick<SeenCall, "headers">[]): boolean {
  return new Set(calls.map(replicaThatAnswered)).size > 1;
}

/** Throws {@link NotObservable} where these answers of a service are of several copies, whose counters are their own. */
export function requireOneReplica(service: AskedService, calls: readonly Pick<SeenCall, "headers">[]): void {
  if (!areOfSeveral(calls)) return;
  const title = SERVICE_TITLES[service];
  throw new NotObservable(`several copies of the ${title} answer at its address, and each counts its own`);
}
