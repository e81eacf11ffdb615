import type { Container, EnvVar, PodTemplateSpec, Probe, Volume } from "kubernetes-types/core/v1.js";
import type { ContainerService } from "../container-deployment.ts";
import { labelsOf, objectName, SECRETS_FOLDER, STACK_SECRET, selectorOf } from "./kubernetes-names.ts";
import type { PodGroup } from "./pod-groups.ts";

/** Nobody's account: that of distroless images. Ollama needs none of its own. */
const USER = 65_532;
/** This long a pod is still called after it was asked to stop: until then its containers must not. */
const NOTICED_SECONDS = 5;
/** Ollama looks for hardware, and a store may be migrated. */
const START_SECONDS = 300;
const START_EVERY_SECONDS = 2;
const EVERY_SECONDS = 10;
const TIMEOUT_SECONDS = 5;
const SCRATCH = "tmp";

/** The pods of a group: nobody's account, no rights, and nothing that can be written but their volumes. */
export function podTemplateOf(group: PodGroup): PodTemplateSpec {
  const { name, services } = group;
  const stopSeconds = Math.max(...services.map((service) => service.stopSeconds));
  return {
    metadata: { labels: labelsOf(name) },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: NOTICED_SECONDS + stopSeconds,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: USER,
        runAsGroup: USER,
        fsGroup: USER,
        fsGroupChangePolicy: "OnRootMismatch",
        seccompProfile: { type: "RuntimeDefault" },
      },
      ...(group.canOverlap && {
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: "kubernetes.io/hostname",
            whenUnsatisfiable: "ScheduleAnyway",
            labelSelector: { matchLabels: selectorOf(name) },
          },
        ],
      }),
      containers: services.map(containerOf),
      volumes: volumesOf(group),
    },
  };
}

function containerOf(service: ContainerService): Container {
  const { name, image, args, port, environment, secrets, volume, size } = service;
  const { cpu, memory } = size;
  return {
    name,
    image,
    ...(args && { args: [...args] }),
    ports: [{ name, containerPort: port }],
    env: [
      ...ownAddress(service),
      // `$(NAME)` would stand for another variable.
      ...Object.entries(environment).map(([name, value]) => ({
        name,
        value: value.replaceAll("$(", "$$$$("),
      })),
    ],
    startupProbe: {
      ...liveProbe(service),
      periodSeconds: START_EVERY_SECONDS,
      failureThreshold: START_SECONDS / START_EVERY_SECONDS,
    },
    livenessProbe: liveProbe(service),
    readinessProbe: { exec: { command: [...service.ready] }, ...TIMES },
    lifecycle: { preStop: { sleep: { seconds: NOTICED_SECONDS } } },
    resources: {
      requests: { cpu: cpu[0], memory: memory[0] },
      limits: { cpu: cpu[1], memory: memory[1] },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: [
      { name: SCRATCH, mountPath: "/tmp" },
      ...(secrets.length === 0 ? [] : [{ name: "secrets", mountPath: SECRETS_FOLDER, readOnly: true }]),
      ...(volume === undefined ? [] : [{ name: volume.name, mountPath: volume.path }]),
    ],
  };
}

/** Copies call each other by the pod's address, which the pod itself is told by the downward API. */
function ownAddress({ ownAddressVariable: variable }: ContainerService): EnvVar[] {
  if (variable === undefined) return [];
  return [
    { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
    { name: variable, value: "$(POD_IP)" },
  ];
}

const TIMES = { periodSeconds: EVERY_SECONDS, timeoutSeconds: TIMEOUT_SECONDS, failureThreshold: 3 };

/** A call from the node itself comes under the pod's address, which is no name of the service: it says a loopback one. */
function liveProbe({ livePath, port }: ContainerService): Probe {
  return { httpGet: { path: livePath, port, httpHeaders: [{ name: "Host", value: "localhost" }] }, ...TIMES };
}

function volumesOf({ name, services }: PodGroup): Volume[] {
  const secrets = services.flatMap((service) => service.secrets.map((secret) => secret.name));
  const items = [...new Set(secrets)].map((key) => ({ key, path: key }));
  const stored = services.flatMap(({ volume }) => (volume === undefined ? [] : [volume.name]));
  // A StatefulSet makes its own.
  const claimed = name === "engine" ? [] : [...new Set(stored)];
  return [
    { name: SCRATCH, emptyDir: {} },
    ...(items.length === 0
      ? []
      : [{ name: "secrets", secret: { secretName: STACK_SECRET, items, defaultMode: 0o440 } }]),
    ...claimed.map((volume) => ({
      name: volume,
      persistentVolumeClaim: { claimName: objectName(volume) },
    })),
  ];
}
