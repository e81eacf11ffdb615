import type { Config } from "../config/config-schema.ts";

/**
 * What runs in containers, whoever runs them. It is derived once from the configuration (`describe-containers.ts`); a
 * format only says it in its own words.
 */
export interface ContainerDeployment {
  /** The names that people call the page by. */
  readonly hosts: readonly string[];
  /** Each after what it needs. */
  readonly services: readonly ContainerService[];
  /** All secrets that a service reads. */
  readonly secrets: readonly DeployedSecret[];
  /** Whether several copies may share the conversations: a database file has one machine, and one page's service. */
  readonly isShared: boolean;
  /** What whoever deploys it must know: sentences. */
  readonly notes: readonly string[];
}

/** One service: an image, and how it is run. */
export interface ContainerService {
  readonly name: "engine" | "gateway" | "hmi";
  readonly image: string;
  /** What follows the image's entry point; its own where absent. */
  readonly args?: readonly string[];
  readonly port: number;
  readonly copies: number;
  readonly environment: Readonly<Record<string, string>>;
  /** The variable that is to hold the container's own address, where its copies call it; it listens at all. */
  readonly ownAddressVariable?: string;
  readonly secrets: readonly DeployedSecret[];
  /** Where it keeps what outlives it. */
  readonly volume?: ContainerVolume;
  /** Names of services that it asks. */
  readonly needs: readonly ContainerService["name"][];
  /** The path that answers 200 to everybody while its process does something; else it is started again. */
  readonly livePath: string;
  /** The command in the container that ends with 0 while it can be given work. */
  readonly ready: readonly string[];
  readonly size: ContainerSize;
  /** Longest time from SIGTERM to SIGKILL. */
  readonly stopSeconds: number;
}

/** A secret, by reference: a file in the container, and the variable that names it there. */
export interface DeployedSecret {
  /** `auth-token`. */
  readonly name: string;
  /** `STACK_AUTH_TOKEN_FILE`. */
  readonly variable: string;
  /** How a shell makes one, or what stands for one. */
  readonly example: string;
}

export interface ContainerVolume {
  readonly name: string;
  /** Where it is in the container. */
  readonly path: string;
  /** As Kubernetes writes it: `5Gi`. */
  readonly size: string;
}

/** CPU in cores and memory, as Kubernetes writes them: what is set aside, and the most. */
export interface ContainerSize {
  readonly cpu: readonly [least: string, most: string];
  readonly memory: readonly [least: string, most: string];
}

/** How the services of a deployment find each other. */
export interface ContainerNames {
  /** The name by which the others call a service. */
  hostOf(service: ContainerService["name"]): string;
  /** Where the gateway is, seen from the page's service. */
  gatewayHost(config: Config): string;
  /** How many copies of gateway and HMI there are where they can be several, and nobody says how many. */
  readonly usualReplicas: number;
  /** The folder in which secrets are files. */
  readonly secretsFolder: string;
}
