import type { Role } from "../../config/service-config.ts";
import type { StackSighting } from "../../launch/look-at-stack.ts";
import { conditionOf } from "../../launch/service-condition.ts";
import { isWorking } from "../../launch/service-status.ts";
import type { ServiceReports } from "../../supervisor/supervisor-protocol.ts";
import type { Rung } from "../climb-ladder.ts";
import type { ExaminedStack } from "../examined-stack.ts";
import { broken } from "../explain-symptom.ts";

/**
 * All copies of a service do their work; no rung of one that runs once.
 *
 * @param reports of the living supervisor; none where there is none
 */
export function replicasRungs(
  service: Role,
  sightings: StackSighting,
  reports: ServiceReports,
): readonly Rung<ExaminedStack>[] {
  const copies = sightings.filter((each) => each.service === service);
  if (copies.length < 2) return [];
  return [
    {
      id: `${service}/copies`,
      service,
      name: "copies",
      needs: [],
      async look() {
        const seen = copies.map((copy) => ({ name: copy.name, ...conditionOf(copy, reports[copy.name]) }));
        const down = seen.filter((copy) => !isWorking(copy));
        return down.length === 0
          ? { status: "holds", text: `all ${copies.length} copies answer` }
          : broken("copies_down", { service, count: copies.length, down });
      },
    },
  ];
}
