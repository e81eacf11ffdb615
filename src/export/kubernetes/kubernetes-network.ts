import type { Service } from "kubernetes-types/core/v1.js";
import type { Ingress, NetworkPolicy } from "kubernetes-types/networking/v1.js";
import type { Config } from "../../config/config-schema.ts";
import type { ContainerDeployment, ContainerService } from "../container-deployment.ts";
import { describeFrontProxy } from "../front-proxy.ts";
import { metadataOf, objectName, selectorOf } from "./kubernetes-names.ts";
import { groupOf, type PodGroup } from "./pod-groups.ts";

/** The name by which the others call a service. */
export function serviceOf(service: ContainerService, groups: readonly PodGroup[]): Service {
  const { name, port } = service;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: metadataOf(name),
    spec: {
      selector: selectorOf(groupOf(service, groups).name),
      ports: [{ name: "http", port, targetPort: name, protocol: "TCP" }],
    },
  };
}

/**
 * The page's way in. Streams are neither held back nor ended for being quiet: by the annotations of the community's
 * ingress-nginx and of F5's controller, who read no others; Traefik and HAProxy need none for that.
 */
export function ingressOf(page: ContainerService, hosts: readonly string[], config: Config): Ingress {
  const { bodyBytes, silenceSeconds } = describeFrontProxy(config, hosts, []);
  const body = `${Math.ceil(bodyBytes / 2 ** 20)}m`;
  const backend = { service: { name: objectName(page.name), port: { name: "http" } } };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: {
      ...metadataOf(page.name),
      annotations: {
        "nginx.ingress.kubernetes.io/proxy-buffering": "off",
        "nginx.ingress.kubernetes.io/proxy-read-timeout": `${silenceSeconds}`,
        "nginx.ingress.kubernetes.io/proxy-send-timeout": `${silenceSeconds}`,
        "nginx.ingress.kubernetes.io/proxy-body-size": body,
        "nginx.org/proxy-buffering": "False",
        "nginx.org/proxy-read-timeout": `${silenceSeconds}s`,
        "nginx.org/proxy-send-timeout": `${silenceSeconds}s`,
        "nginx.org/client-max-body-size": body,
      },
    },
    spec: {
      ingressClassName: "nginx",
      rules: hosts.map((host) => ({ host, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } })),
    },
  };
}

/** An engine asks nobody for a token, and the gateway works for whoever has one: only those who need them reach them. */
export function networkPolicyOf(
  { services }: ContainerDeployment,
  groups: readonly PodGroup[],
): NetworkPolicy[] {
  const page = services.filter(({ name }) => name === "hmi").map((service) => groupOf(service, groups));
  // In the page's own pod everybody reaches it by the page's.
  const closed = groups.filter((group) => !page.includes(group));
  return closed.map((group) => {
    const callers = groups.filter(
      (other) =>
        other === group ||
        other.services.some(({ needs }) => group.services.some(({ name }) => needs.includes(name))),
    );
    return {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: metadataOf(group.name),
      spec: {
        podSelector: { matchLabels: selectorOf(group.name) },
        policyTypes: ["Ingress"],
        ingress: [
          {
            from: callers.map(({ name }) => ({ podSelector: { matchLabels: selectorOf(name) } })),
            ports: group.services.map(({ name }) => ({ port: name, protocol: "TCP" })),
          },
        ],
      },
    };
  });
}
