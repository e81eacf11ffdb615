import type { Deployment, StatefulSet } from "kubernetes-types/apps/v1.js";
import type { HorizontalPodAutoscaler } from "kubernetes-types/autoscaling/v2.js";
import type { PersistentVolumeClaim, Secret, Service } from "kubernetes-types/core/v1.js";
import type { Ingress, NetworkPolicy } from "kubernetes-types/networking/v1.js";
import type { PodDisruptionBudget } from "kubernetes-types/policy/v1.js";

/** Every kind of object that is exported: each by the API's own type, so that a misspelt field does not compile. */
export type KubernetesObject =
  | Deployment
  | StatefulSet
  | HorizontalPodAutoscaler
  | PersistentVolumeClaim
  | Secret
  | Service
  | Ingress
  | NetworkPolicy
  | PodDisruptionBudget;

/** The Secret that holds all of the stack's. */
export const STACK_SECRET = "stack-secrets";
/** Where it is in a container. */
export const SECRETS_FOLDER = "/run/secrets/stack";

/** What an object of this part of the stack is called; a Service by this name is what the others call. */
export function objectName(part: string): string {
  return part === "stack" ? part : `stack-${part}`;
}

/** The labels of a part: Kubernetes' own recommended ones. */
export function labelsOf(part: string): Record<string, string> {
  return { "app.kubernetes.io/name": objectName(part), "app.kubernetes.io/part-of": "stack" };
}

/** What an object of a part is called, with its labels. */
export function metadataOf(part: string): { name: string; labels: Record<string, string> } {
  return { name: objectName(part), labels: labelsOf(part) };
}

/** How the pods of a part are selected. */
export function selectorOf(part: string): Record<string, string> {
  return { "app.kubernetes.io/name": objectName(part) };
}
