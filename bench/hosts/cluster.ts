import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { bearerHeader } from "../../src/contract/caller-headers.ts";
import { Health } from "../../src/contract/common-schemas.ts";
import { GenerationList } from "../../src/contract/engine-schemas.ts";
import { engineRoutes, gatewayRoutes, hmiRoutes } from "../../src/contract/routes.ts";
import { NODE_FLAGS } from "../../src/launch/service-specs.ts";
import { inRepository } from "../processes.ts";
import { HostProcess } from "./host-process.ts";
import type { Host, Network } from "./network.ts";
import { GATEWAY_PORT, startNginx } from "./nginx-host.ts";
import { PostgresqlHost } from "./postgresql-host.ts";

/** What services show each other, and whoever asks how they are: what listens beyond loopback asks for one. */
const TOKEN = "only-for-this-rig-0123456789abcdef";
const AUTHORIZATION = bearerHeader(TOKEN);

/** The people who chat: one after the other writes what is one person's. */
const PEOPLE = Array.from({ length: 10 }, (_, index) => `person${index}`);

/** People come again after the tenth. */
export function personOf(number: number): string {
  return PEOPLE[number % PEOPLE.length] ?? "";
}

/** What a person shows who chats. */
export function authorizationOf(number: number): Readonly<Record<string, string>> {
  return bearerHeader(tokenOf(personOf(number)));
}

function tokenOf(person: string): string {
  return `${TOKEN}-${person}`;
}

const HMI_PORT = 6101;
const ENGINE_PORT = 11_434;

/** Settings that are not the defaults, and why. */
const SETTINGS = {
  STACK_AUTH_TOKEN: TOKEN,
  STACK_AUTH_USERS: JSON.stringify(Object.fromEntries(PEOPLE.map((person) => [person, tokenOf(person)]))),
  // Not at all by default.
  STACK_STREAM_DRAIN_MS: "15000",
  // A reader takes a connection for dead after three of them: a round is to last no minute.
  STACK_STREAM_HEARTBEAT_MS: "3000",
};

/** One copy of a service, on a host of its own. */
export interface Copy {
  readonly service: "gateway" | "hmi";
  readonly host: Host;
  readonly url: string;
  process: HostProcess;
}

export interface ClusterOptions {
  /** Copies of each service. */
  readonly copies: number;
  /** The stand-in's pace, in milliseconds a token. */
  readonly tokenDelayMs: number;
  /** For data, logs and configurations. */
  readonly folder: string;
}

/** Copies of gateway and HMI on hosts of their own, behind nginx, on PostgreSQL, before an engine stand-in. */
export class Cluster {
  readonly #folder: string;
  readonly #engineUrl: string;
  readonly #failures: string[] = [];
  readonly network: Network;
  readonly postgresql: PostgresqlHost;
  readonly nginx: Host;
  readonly engine: Host;
  readonly copies: readonly Copy[];
  /** The page's address, as its users have it. */
  readonly url: string;

  private constructor(
    network: Network,
    { folder }: ClusterOptions,
    hosts: { postgresql: PostgresqlHost; nginx: Host; engine: Host; gateways: Host[]; hmis: Host[] },
  ) {
    this.network = network;
    this.#folder = folder;
    this.postgresql = hosts.postgresql;
    this.nginx = hosts.nginx;
    this.engine = hosts.engine;
    this.#engineUrl = `http://${hosts.engine.address}:${ENGINE_PORT}`;
    this.url = `http://${hosts.nginx.address}`;
    const replicaOn = (service: Copy["service"]) => (host: Host) => ({
      service,
      host,
      url: `http://${host.address}:${service === "hmi" ? HMI_PORT : GATEWAY_PORT}`,
      process: this.#start(service, host),
    });
    this.copies = [...hosts.gateways.map(replicaOn("gateway")), ...hosts.hmis.map(replicaOn("hmi"))];
  }

  static async start(network: Network, options: ClusterOptions): Promise<Cluster> {
    const { folder, copies } = options;
    const add = (name: string) => network.add(name);
    const database = await add("postgresql");
    const [nginx, engine] = [await add("nginx"), await add("engine")];
    const gateways: Host[] = [];
    const hmis: Host[] = [];
    for (let number = 1; number <= copies; number += 1) {
      gateways.push(await add(`gateway${number}`));
      hmis.push(await add(`hmi${number}`));
    }
    const postgresql = await PostgresqlHost.start(database, `${folder}/postgresql`);
    startService("engine", engine, folder, {
      STACK_ENGINE_URL: `http://${engine.address}:${ENGINE_PORT}`,
      STACK_ENGINE_TOKEN_DELAY_MS: String(options.tokenDelayMs),
    });
    await startNginx(nginx, `${folder}/nginx`, {
      hmis: hmis.map(({ address }) => `${address}:${HMI_PORT}`),
      gateways: gateways.map(({ address }) => `${address}:${GATEWAY_PORT}`),
    });
    const cluster = new Cluster(network, options, { postgresql, nginx, engine, gateways, hmis });
    await cluster.untilReady();
    return cluster;
  }

  startAgain(copy: Copy): void {
    copy.process = this.#start(copy.service, copy.host);
  }

  /** What has ended by itself since this was asked last, with its last words; it is started again, as by a supervisor. */
  takeFailures(): string[] {
    return this.#failures.splice(0);
  }

  /** Resolves when all copies are ready, and the page answers; throws where one is not within a minute. */
  async untilReady(): Promise<void> {
    const until = performance.now() + 60_000;
    for (const base of [...this.copies.map(({ url }) => url), this.url]) {
      while (!(await isReady(base))) {
        for (const copy of this.copies.filter(({ process }) => process.hasFailed)) this.#startFailed(copy);
        if (performance.now() > until) throw new Error(`${base} is not ready.`);
        await sleep(100);
      }
    }
  }

  /** The gateways that write replies, the one with the most of them first. */
  async gatewaysByReplies(): Promise<Copy[]> {
    const gateways = this.copies.filter(({ service }) => service === "gateway");
    const counted = await Promise.all(
      gateways.map(async (copy) => {
        const options = { headers: AUTHORIZATION, signal: AbortSignal.timeout(5_000) };
        const answer = await fetch(copy.url + gatewayRoutes.health.path(), options);
        return { copy, replies: Health.parse(await answer.json()).active_streams };
      }),
    );
    const busy = counted.filter(({ replies }) => replies > 0);
    return busy.toSorted((one, other) => other.replies - one.replies).map(({ copy }) => copy);
  }

  /** What the engine was asked, after the generation with this number. */
  async generationsAfter(id: number): Promise<GenerationList["generations"]> {
    const url = `${this.#engineUrl}${engineRoutes.generations.path()}?after=${id}`;
    const answer = await fetch(url, { headers: AUTHORIZATION, signal: AbortSignal.timeout(10_000) });
    if (!answer.ok) throw new Error(`The engine answers ${answer.status}: ${await answer.text()}`);
    return GenerationList.parse(await answer.json()).generations;
  }

  #startFailed(copy: Copy): void {
    const { name } = copy.host;
    const said = readFileSync(`${this.#folder}/${name}.log`, "utf8").trimEnd().split("\n");
    this.#failures.push(`${name} has ended by itself: ${said.slice(-2).join(" ").slice(0, 500)}`);
    this.startAgain(copy);
  }

  #start(service: Copy["service"], host: Host): HostProcess {
    return startService(service, host, this.#folder, {
      STACK_STORE_URL: this.postgresql.url,
      STACK_ENGINE_URL: this.#engineUrl,
      STACK_HTTP_ALLOWED_HOSTS: this.nginx.address,
      STACK_HMI_HOST: host.address,
      STACK_HMI_PORT: String(HMI_PORT),
      // An HMI asks whichever gateway nginx leads it to.
      STACK_GATEWAY_HOST: service === "gateway" ? host.address : this.nginx.address,
      STACK_GATEWAY_PORT: String(GATEWAY_PORT),
    });
  }
}

/** Starts one of our services as `stack export` has it. */
function startService(name: string, host: Host, folder: string, env: Record<string, string>): HostProcess {
  return new HostProcess(host, {
    args: [process.execPath, ...NODE_FLAGS, inRepository("dist/service-process.js"), name],
    cwd: folder,
    env: { HOME: folder, ...SETTINGS, ...env },
    logFolder: folder,
  });
}

async function isReady(base: string): Promise<boolean> {
  const options = { headers: AUTHORIZATION, signal: AbortSignal.timeout(5_000) };
  const answer = await fetch(base + hmiRoutes.ready.path(), options).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.status === 200;
}
