import type { HorizontalPodAutoscaler } from "kubernetes-types/autoscaling/v2.js";
import type { PodDisruptionBudget } from "kubernetes-types/policy/v1.js";
import { metadataOf, objectName, selectorOf } from "./kubernetes-names.ts";
import type { PodGroup } from "./pod-groups.ts";

/** The most copies there may be, as a multiple of those that are configured. */
const GROWTH = 4;
const CPU_PERCENT = 70;
/** A copy that goes hands its streams over, so it goes seldom, and one at a time. */
const CALM_SECONDS = 300;

/** More copies where the CPU is busy; nothing for what runs once. */
export function autoscalerOf({ name, copies }: PodGroup): HorizontalPodAutoscaler[] {
  if (copies === 1) return [];
  return [
    {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: metadataOf(name),
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: objectName(name) },
        minReplicas: copies,
        maxReplicas: copies * GROWTH,
        metrics: [
          {
            type: "Resource",
            resource: { name: "cpu", target: { type: "Utilization", averageUtilization: CPU_PERCENT } },
          },
        ],
        behavior: {
          scaleDown: {
            stabilizationWindowSeconds: CALM_SECONDS,
            policies: [{ type: "Pods", value: 1, periodSeconds: CALM_SECONDS }],
          },
        },
      },
    },
  ];
}

/** A node that is emptied takes one copy at a time; what runs once is not in its way. */
export function disruptionBudgetOf({ name, copies }: PodGroup): PodDisruptionBudget[] {
  if (copies === 1) return [];
  return [
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: metadataOf(name),
      spec: { maxUnavailable: 1, selector: { matchLabels: selectorOf(name) } },
    },
  ];
}
