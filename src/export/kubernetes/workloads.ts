import type { Deployment, StatefulSet } from "kubernetes-types/apps/v1.js";
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from "kubernetes-types/core/v1.js";
import type { ContainerVolume } from "../container-deployment.ts";
import { labelsOf, metadataOf, objectName, selectorOf } from "./kubernetes-names.ts";
import type { PodGroup } from "./pod-groups.ts";
import { podTemplateOf } from "./pod-template.ts";

/** What keeps the pods of a group running. */
export function workloadOf(group: PodGroup): Deployment | StatefulSet {
  return group.name === "engine" ? statefulSetOf(group) : deploymentOf(group);
}

/** The volume of a group that has one; the engine's is made by its StatefulSet. */
export function claimOf(group: PodGroup): PersistentVolumeClaim[] {
  if (group.name === "engine") return [];
  const [volume] = volumesOf(group);
  if (volume === undefined) return [];
  return [
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: objectName(volume.name), labels: labelsOf(group.name) },
      spec: claimSpec(volume),
    },
  ];
}

function deploymentOf(group: PodGroup): Deployment {
  const { name, copies, canOverlap } = group;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: metadataOf(name),
    spec: {
      // How many there are is for the autoscaler to say, where there is one.
      ...(copies === 1 && { replicas: 1 }),
      strategy: canOverlap
        ? { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }
        : { type: "Recreate" },
      selector: { matchLabels: selectorOf(name) },
      template: podTemplateOf(group),
    },
  };
}

function statefulSetOf(group: PodGroup): StatefulSet {
  const { name, copies } = group;
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: metadataOf(name),
    spec: {
      replicas: copies,
      serviceName: objectName(name),
      selector: { matchLabels: selectorOf(name) },
      template: podTemplateOf(group),
      volumeClaimTemplates: volumesOf(group).map((volume) => ({
        metadata: { name: volume.name },
        spec: claimSpec(volume),
      })),
    },
  };
}

function claimSpec({ size }: ContainerVolume): PersistentVolumeClaimSpec {
  return { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: size } } };
}

function volumesOf({ services }: PodGroup): ContainerVolume[] {
  const volumes = services.flatMap(({ volume }) => (volume === undefined ? [] : [volume]));
  return [...new Map(volumes.map((volume) => [volume.name, volume])).values()];
}
