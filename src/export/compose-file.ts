import { Document } from "yaml";
import type { Config } from "../config/config-schema.ts";
import { OWN_SERVICES, replicaNumbers } from "../config/replicas.ts";
import { hostInUrl, isWildcard, localhostAsAddress } from "../contract/address.ts";
import type { ContainerDeployment, ContainerNames, ContainerService } from "./container-deployment.ts";
import { describeContainers } from "./describe-containers.ts";
import type { ExportFormat } from "./export-format.ts";
import { exportImpossible } from "./export-impossible.ts";
import { YAML_DIALECT } from "./yaml-dialect.ts";

const FILE = "compose.yaml";
const SECRETS = "secrets";

/** A file for `docker compose` on one machine. */
export const composeFormat: ExportFormat = {
  name: "compose",
  summary: "a compose.yaml for Docker on one machine",
  render(config, options) {
    if ((options.replicas ?? 1) > 1)
      throw exportImpossible(
        `Compose runs one machine, and ${options.replicas} copies of gateway and HMI were asked for.`,
        "Several copies are for several machines: `stack export kubernetes`. One process has many streams.",
      );
    const deployment = describeContainers(config, options, NAMES);
    const notes = [...deployment.notes, ...copyNotes(config)];
    return { files: [{ name: FILE, text: renderCompose(config, deployment) }], notes };
  },
};

function copyNotes({ services }: Config): string[] {
  const isCopied = OWN_SERVICES.some((name) => replicaNumbers(services[name]).length > 1);
  return isCopied
    ? [
        "Written with one gateway and one HMI: several copies in containers are for `stack export kubernetes`.",
      ]
    : [];
}

const NAMES: ContainerNames = {
  hostOf: (service) => service,
  gatewayHost: () => "gateway",
  usualReplicas: 1,
  secretsFolder: `/run/${SECRETS}`,
};

function renderCompose(config: Config, { services, secrets }: ContainerDeployment): string {
  const volumes = services.flatMap(({ volume }) => (volume === undefined ? [] : [volume.name]));
  const document = new Document(
    {
      name: "stack",
      services: Object.fromEntries(
        services.map((service) => [service.name, composeService(service, config)]),
      ),
      volumes: Object.fromEntries(volumes.map((name) => [name, {}])),
      secrets: Object.fromEntries(secrets.map(({ name }) => [name, { file: `./${SECRETS}/${name}` }])),
    },
    YAML_DIALECT,
  );
  const made = secrets.map(({ name, example }) => `   printf %s ${example} > ${SECRETS}/${name}`);
  document.commentBefore = [
    " The chat stack, on one machine. No secret is in it; make them once, beside this file:",
    " ",
    `   mkdir -m 700 ${SECRETS}`,
    ...made,
  ].join("\n");
  return document.toString({ lineWidth: 0 });
}

function composeService(service: ContainerService, config: Config) {
  const { name, image, args, environment, ownAddressVariable, secrets, volume, needs, size, stopSeconds } =
    service;
  return {
    image,
    ...(args && { command: args }),
    environment: Object.fromEntries(
      // A `$` would stand for a variable of whoever runs it.
      Object.entries({ ...environment, ...(ownAddressVariable && { [ownAddressVariable]: name }) }).map(
        ([variable, value]) => [variable, value.replaceAll("$", "$$$$")],
      ),
    ),
    ...(secrets.length > 0 && { secrets: secrets.map((secret) => secret.name) }),
    ...(volume && { volumes: [`${volume.name}:${volume.path}`] }),
    ...(name === "hmi" && { ports: [publishedPort(service, config)] }),
    ...(needs.length > 0 && {
      depends_on: Object.fromEntries(needs.map((need) => [need, { condition: "service_healthy" }])),
    }),
    healthcheck: healthcheckOf(service),
    restart: "unless-stopped",
    stop_grace_period: `${stopSeconds}s`,
    read_only: true,
    tmpfs: ["/tmp"],
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    deploy: { resources: { limits: { cpus: size.cpu[1], memory: composeMemory(size.memory[1]) } } },
  };
}

/** `16Gi` is `16g` here. */
function composeMemory(size: string): string {
  return size.replace(/i$/, "").toLowerCase();
}

/** Where the machine offers the page: at the address that is configured, which is a loopback one unless somebody said more. */
function publishedPort({ port }: ContainerService, { hmi }: Config): string {
  const at = isWildcard(hmi.host) ? "" : `${hostInUrl(localhostAsAddress(hmi.host))}:`;
  return `${at}${port}:${port}`;
}

function healthcheckOf({ ready }: ContainerService) {
  return {
    test: ["CMD", ...ready],
    interval: "10s",
    timeout: "5s",
    retries: 3,
    start_period: "300s",
    start_interval: "2s",
  };
}
