import type { Role } from "../../config/service-config.ts";
import {
  type DecidedStatus,
  decideServiceStatus,
  missingDependencies,
} from "../../launch/decide-service-status.ts";
import type { StackInspection } from "../../launch/inspect-stack.ts";
import { isWorking } from "../../launch/is-service-working.ts";
import type { ServiceReports } from "../../supervisor/supervisor-protocol.ts";
import type { Rung } from "../climb-ladder.ts";
import type { ExaminedStack } from "../doctor-context.ts";
import { brokenRung } from "../symptom-explanations.ts";

/**
 * All copies of a service do their work; no rung of one that runs once.
 *
 * @param reports of the living supervisor; none where there is none
 */
export function replicasRungs(
  service: Role,
  inspections: StackInspection,
  reports: ServiceReports,
): readonly Rung<ExaminedStack>[] {
  const count = inspections.filter((each) => each.service === service).length;
  if (count < 2) return [];
  return [
    {
      id: `${service}/copies`,
      service,
      name: "copies",
      needs: [],
      async look() {
        const down = replicasToBlame(service, inspections, reports);
        return down.length === 0
          ? { status: "holds", text: `all ${count} copies answer` }
          : brokenRung("copies_down", { service, count, down });
      },
    },
  ];
}

/** What a service asks of other services; an HMI tells of the engine by its gateway's word. */
const ASKS: Readonly<Record<Role, readonly string[]>> = {
  engine: [],
  gateway: ["engine"],
  hmi: ["gateway", "engine"],
};

/**
 * The copies that do not work, but for those that only lack what the first one lacks, too, or what is not well itself: that is
 * told by the rungs that look at it, and no restart of a copy helps.
 */
function replicasToBlame(
  service: Role,
  inspections: StackInspection,
  reports: ServiceReports,
): ({ readonly name: string } & DecidedStatus)[] {
  const seen = inspections.map((inspection) => ({
    inspection,
    condition: decideServiceStatus(inspection, reports[inspection.name]),
    lacks: missingDependencies(inspection).map(({ name }) => name),
  }));
  const copies = seen.filter(({ inspection }) => inspection.service === service);
  const isAskedService = (name: string): boolean => ASKS[service].includes(name);
  const isTroubleElsewhere = seen.some(
    ({ inspection, condition }) => isAskedService(inspection.service) && !isWorking(condition),
  );
  const isExcused = ({ condition, lacks }: (typeof seen)[number]): boolean =>
    condition.state === "degraded" &&
    (lacks.join() === copies[0]?.lacks.join() || (isTroubleElsewhere && lacks.every(isAskedService)));
  return copies
    .filter((copy) => !isWorking(copy.condition) && !isExcused(copy))
    .map(({ inspection: { name }, condition }) => ({ name, ...condition }));
}
