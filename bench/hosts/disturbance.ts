import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import type { Cluster, Copy } from "./cluster.ts";
import type { Host } from "./network.ts";

/** What befalls a cluster in a round. */
export type Disturbance =
  | {
      readonly what: "kill" | "drain";
      readonly service: Copy["service"];
      readonly which: number;
      readonly awayMs: number;
    }
  | { readonly what: "cut"; readonly host: string; readonly forMs: number }
  | { readonly what: "cut writing gateway"; readonly forMs: number }
  | { readonly what: "restart"; readonly how: "fast" | "immediate" };

export const COPIES = 3;

const anyReplica = {
  service: fc.constantFrom("gateway" as const, "hmi" as const),
  which: fc.nat(COPIES - 1),
  /** What a supervisor, or Kubernetes, takes to start it again. */
  awayMs: fc.integer({ min: 200, max: 3_000 }),
};

const HOSTS = [
  ...Array.from({ length: COPIES }, (_, index) => [`gateway${index + 1}`, `hmi${index + 1}`]).flat(),
  ...["postgresql", "nginx", "engine"],
];

/** Long enough for three heartbeats to stay away (9 s here), and for the lease of a gateway to end (10 s). */
const NOTICED_MS = 12_000;

export const anyDisturbance: fc.Arbitrary<Disturbance> = fc.noBias(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ what: fc.constant("kill" as const), ...anyReplica }) },
    { weight: 3, arbitrary: fc.record({ what: fc.constant("drain" as const), ...anyReplica }) },
    {
      weight: 3,
      arbitrary: fc.record({
        what: fc.constant("cut" as const),
        host: fc.constantFrom(...HOSTS),
        forMs: fc.integer({ min: 1_000, max: 30_000 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        what: fc.constant("cut writing gateway" as const),
        forMs: fc.integer({ min: NOTICED_MS, max: 30_000 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        what: fc.constant("restart" as const),
        how: fc.constantFrom("fast", "immediate"),
      }),
    },
  ),
);

/** All kinds of it; see {@link kindOf}. */
export const KINDS: readonly string[] = [
  ...["kill gateway", "kill hmi", "drain gateway", "drain hmi"],
  ...["cut gateway", "cut hmi", "cut postgresql", "cut nginx", "cut engine"],
  ...["cut writing gateway", "restart postgresql"],
];

/** In words, such as `kill -9 of hmi2`. */
export function describeDisturbance(disturbance: Disturbance): string {
  switch (disturbance.what) {
    case "kill":
      return `kill -9 of ${disturbance.service}${disturbance.which + 1}`;
    case "drain":
      return `drain of ${disturbance.service}${disturbance.which + 1}`;
    case "cut":
      return `${disturbance.host} cut off for ${(disturbance.forMs / 1_000).toFixed(1)} s`;
    case "cut writing gateway":
      return `the gateway with the most replies cut off in the midst of them for ${(disturbance.forMs / 1_000).toFixed(1)} s`;
    case "restart":
      return `PostgreSQL restarted (${disturbance.how})`;
  }
}

/** The kind of it, by which rounds are counted, such as `kill hmi`. */
export function kindOf(disturbance: Disturbance): string {
  switch (disturbance.what) {
    case "kill":
    case "drain":
      return `${disturbance.what} ${disturbance.service}`;
    case "cut":
      return `cut ${disturbance.host.replace(/\d+$/, "")}`;
    case "cut writing gateway":
      return disturbance.what;
    case "restart":
      return "restart postgresql";
  }
}

/** Does it, and resolves when all is as before: cables in, and every copy started again. */
export async function disturb(cluster: Cluster, disturbance: Disturbance): Promise<void> {
  switch (disturbance.what) {
    case "kill":
    case "drain": {
      const copy = copyOf(cluster, disturbance);
      await copy.process.end(disturbance.what === "kill" ? "SIGKILL" : "SIGTERM");
      await sleep(disturbance.awayMs);
      cluster.startAgain(copy);
      return;
    }
    case "cut":
      return await cutOff(cluster, hostOf(cluster, disturbance.host), disturbance.forMs);
    case "cut writing gateway":
      return await cutOff(cluster, (await busiestGateway(cluster)).host, disturbance.forMs);
    case "restart":
      await cluster.postgresql.restart(disturbance.how);
  }
}

async function cutOff({ network }: Cluster, host: Host, forMs: number): Promise<void> {
  await network.setCable(host, false);
  await sleep(forMs);
  await network.setCable(host, true);
}

/** How long is waited for a reply to be written, in milliseconds. */
const WRITES_WITHIN_MS = 20_000;

/** The gateway that writes the most replies, as soon as there is one. */
async function busiestGateway(cluster: Cluster): Promise<Copy> {
  const until = performance.now() + WRITES_WITHIN_MS;
  for (;;) {
    const [busiest] = await cluster.gatewaysByReplies();
    if (busiest !== undefined) return busiest;
    if (performance.now() > until)
      throw new Error("No gateway has a reply in the midst of which it could be cut off.");
    await sleep(50);
  }
}

function copyOf({ copies }: Cluster, { service, which }: { service: string; which: number }): Copy {
  const copy = copies.filter((each) => each.service === service)[which];
  if (copy === undefined) throw new Error(`There is no ${service}${which + 1}.`);
  return copy;
}

function hostOf({ copies, postgresql, nginx, engine }: Cluster, name: string): Host {
  const host = [...copies, postgresql]
    .map((each) => each.host)
    .concat(nginx, engine)
    .find((each) => each.name === name);
  if (host === undefined) throw new Error(`There is no host ${name}.`);
  return host;
}
