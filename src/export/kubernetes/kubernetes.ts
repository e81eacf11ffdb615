import { Document } from "yaml";
import type { Config } from "../../config/config-schema.ts";
import type { ContainerDeployment, ContainerNames } from "../container-deployment.ts";
import { describeContainers } from "../describe-containers.ts";
import type { ExportFormat } from "../export-format.ts";
import { YAML_DIALECT } from "../yaml-dialect.ts";
import { type KubernetesObject, objectName, SECRETS_FOLDER, STACK_SECRET } from "./kubernetes-names.ts";
import { ingressOf, networkPolicyOf, serviceOf } from "./kubernetes-network.ts";
import { autoscalerOf, disruptionBudgetOf } from "./kubernetes-scaling.ts";
import { podGroupsOf } from "./pod-groups.ts";
import { claimOf, workloadOf } from "./workloads.ts";

/** Objects for any namespace: workloads with what they need, and an Ingress for the page. */
export const kubernetesFormat: ExportFormat = {
  name: "kubernetes",
  summary: "workloads, services, volumes and an Ingress, for `kubectl apply -f -`",
  render(config, options) {
    const deployment = describeContainers(config, options, NAMES);
    return {
      files: [
        { name: "stack.yaml", text: asYaml(objectsOf(config, deployment), headOf(deployment)) },
        { name: "secret.example.yaml", text: asYaml([secretTemplate(deployment)]), isTemplate: true },
      ],
      notes: deployment.notes,
    };
  },
};

const NAMES: ContainerNames = {
  hostOf: objectName,
  // With one database file both are in one pod, where each is at the other's loopback.
  gatewayHost: ({ store }) => (store.url === "" ? "127.0.0.1" : objectName("gateway")),
  usualReplicas: 2,
  secretsFolder: SECRETS_FOLDER,
};

function objectsOf(config: Config, deployment: ContainerDeployment): KubernetesObject[] {
  const groups = podGroupsOf(deployment);
  const page = deployment.services.find(({ name }) => name === "hmi");
  return [
    ...groups.flatMap(claimOf),
    ...groups.map(workloadOf),
    ...deployment.services.map((service) => serviceOf(service, groups)),
    ...groups.flatMap(autoscalerOf),
    ...groups.flatMap(disruptionBudgetOf),
    ...networkPolicyOf(deployment, groups),
    ...(page === undefined ? [] : [ingressOf(page, deployment.hosts, config)]),
  ];
}

/** What has to be there before these objects, for a person to copy. */
function headOf({ secrets }: ContainerDeployment): string {
  const literals = secrets.map(({ name, example }) => `    --from-literal=${name}=${example}`);
  const command = [`kubectl create secret generic ${STACK_SECRET}`, ...literals].join(" \\\n ");
  return ` The chat stack, for any namespace. No secret is in it; make them once, before:\n \n   ${command}`;
}

/** For whoever keeps secrets by a tool of their own: which there must be. */
function secretTemplate({ secrets }: ContainerDeployment): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: STACK_SECRET },
    type: "Opaque",
    stringData: Object.fromEntries(secrets.map(({ name }) => [name, ""])),
  };
}

function asYaml(objects: readonly KubernetesObject[], head?: string): string {
  const documents = objects.map((object, index) => {
    const document = new Document(object, YAML_DIALECT);
    if (index === 0 && head !== undefined) document.commentBefore = head;
    return document.toString({ lineWidth: 0 });
  });
  return documents.join("---\n");
}
