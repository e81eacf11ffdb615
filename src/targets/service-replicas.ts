/** How the copies of a service are met (contract, section 9): behind one address, or each at its own. */
import { REPLICA_ID_HEADER } from "../contract/replica-headers.ts";
import { hmiRoutes } from "../contract/routes.ts";
import { messageOf } from "../errors/thrown-error.ts";
import type { CallOptions, HttpClient, SeenCall } from "./http-client.ts";

/** Clients whose every call may be answered by any copy; which one it was, {@link replicaThatAnswered} tells. */
export interface TargetReplicas {
  readonly hmi: HttpClient;
  readonly gateway: HttpClient;
  /** How one is taken out of use; undefined where none may be. */
  readonly drainer: ReplicaDrainer | undefined;
}

/** How a copy is taken out of use, as for a new release. Only who runs a stack has one. */
export interface ReplicaDrainer {
  /**
   * Asks the HMI that answers by this name to stop, and then the gateway that it asks: what they have begun comes to its
   * end (contract, section 9). Both come back. Resolves once they are there again.
   */
  drain(replicaId: string): Promise<void>;
}

/** Where a copy of HMI, of gateway, or one of each is. */
export interface ReplicaUrls {
  readonly hmi?: string;
  readonly gateway?: string;
}

/** What is done with several copies. */
export type ReplicaAbility = "meet two copies of the HMI" | "meet two copies of the gateway" | "drain a copy";

/** Copies as they were looked for, and what cannot be done with them. */
export interface MetReplicas {
  readonly clients: Omit<TargetReplicas, "drainer">;
  /** Why two copies of a service were not met; undefined where they were. */
  readonly reasonsMissing: {
    readonly [Ability in Exclude<ReplicaAbility, "drain a copy">]: string | undefined;
  };
}

/** As often a second copy is looked for: of two that take turns by lot, it is missed once in two thousand times. */
export const TRIES_TO_MEET = 12;

/** Which copy gave an answer; undefined where it does not say. */
export function replicaThatAnswered({ headers }: Pick<SeenCall, "headers">): string | undefined {
  return headers[REPLICA_ID_HEADER];
}

/**
 * A client whose every call goes to the next of these, and on a connection of its own: a proxy that leads a connection to
 * one copy leads the next to another.
 */
export function createSpreadClient(clients: readonly [HttpClient, ...HttpClient[]]): HttpClient {
  let calls = 0;
  let turn = 0;
  const next = (): HttpClient => {
    const client = clients[turn % clients.length] ?? clients[0];
    calls += 1;
    // Now and then out of turn: else the n-th call of a scene might arrive at the same copy each time it is played.
    turn += calls % 5 === 0 ? 2 : 1;
    return client;
  };
  const onItsOwn = (options: CallOptions): CallOptions => ({
    ...options,
    headers: { ...options.headers, connection: "close" },
  });
  return {
    url: clients[0].url,
    call: (method, path, options) => next().call(method, path, onItsOwn(options)),
    stream: (method, path, options) => next().stream(method, path, onItsOwn(options)),
    openStream: (method, path, options) => next().openStream(method, path, onItsOwn(options)),
    async close() {
      await Promise.all(clients.map((client) => client.close()));
    },
  };
}

/** Why no two copies of a service are met there, as the end of a sentence; undefined where they are. */
export async function whyOnlyOne(
  client: HttpClient,
  title: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const met = new Set<string>();
  for (let tries = 0; tries < TRIES_TO_MEET && met.size < 2; tries += 1) {
    try {
      const copy = replicaThatAnswered(await client.call("GET", hmiRoutes.live.path(), { signal }));
      if (copy === undefined)
        return `the ${title} at ${client.url} does not tell which copy answers: it has no others beside it (store.url)`;
      met.add(copy);
    } catch (error) {
      return `the ${title} at ${client.url} does not answer: ${messageOf(error)}`;
    }
  }
  if (met.size > 1) return undefined;
  return `${TRIES_TO_MEET} calls of ${client.url}, each on a connection of its own, met one copy of the ${title}: it has no others, or what stands before them leads one client to one copy`;
}

/** Why what needs several copies cannot be done, as far as there is a special reason. */
export function whyNoReplicas(
  met: MetReplicas | undefined,
  drainer: ReplicaDrainer | undefined,
): { readonly [Ability in ReplicaAbility]?: string | undefined } {
  if (met === undefined) return {};
  const { reasonsMissing: lacking } = met;
  const nobodyDrains =
    drainer === undefined ? "a copy is stopped only on a stack of our own (--in-process)" : undefined;
  return { ...lacking, "drain a copy": lacking["meet two copies of the HMI"] ?? nobodyDrains };
}

/** What can be done with the copies of a target. */
export function replicaAbilities(
  met: MetReplicas | undefined,
  drainer: ReplicaDrainer | undefined,
): Record<ReplicaAbility, boolean> {
  const why = whyNoReplicas(met, drainer);
  const can = (ability: ReplicaAbility): boolean => met !== undefined && why[ability] === undefined;
  return {
    "meet two copies of the HMI": can("meet two copies of the HMI"),
    "meet two copies of the gateway": can("meet two copies of the gateway"),
    "drain a copy": can("drain a copy"),
  };
}

/** The copies of a target, as its checks have them. */
export function replicasWith(
  met: MetReplicas | undefined,
  drainer: ReplicaDrainer | undefined,
): TargetReplicas | undefined {
  return met && { ...met.clients, drainer };
}
