import type { Role } from "../../config/service-config.ts";
import type { StackSighting } from "../../launch/look-at-stack.ts";
import { conditionOf } from "../../launch/service-condition.ts";
import { isWorking } from "../../launch/service-status.ts";
import type { ServiceReport } from "../../supervisor/daemon/supervisor-state.ts";
import type { Rung } from "../climb-ladder.ts";
import { broken } from "../diagnose.ts";
import type { Scene } from "../doctor-scene.ts";

/** What the supervisor says of its services, by name; nothing where there is none. */
type Reports = { readonly [name: string]: ServiceReport };

/** All copies of a service do their work; no rung of one that runs once. */
export function replicasRungs(
  service: Role,
  sightings: StackSighting,
  reports: Reports,
): readonly Rung<Scene>[] {
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
