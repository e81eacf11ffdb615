import { join } from "node:path";
import { gatewayRoutes, hmiRoutes } from "../src/contract/routes.ts";
import { makeIsolatedStack } from "./isolated-stack.ts";
import type { Reading, ReadJob } from "./peers/reader.ts";
import type { WireName } from "./peers/wires.ts";
import { residentKiB, type Server, startPeer, startService, startWorker } from "./processes.ts";

/** Whose streams are read. */
export type Source =
  | "hmi"
  | "gateway"
  | "pass-through"
  | "two pass-throughs"
  | "two pass-throughs, one saving"
  | "engine";

/** What is read from a source. */
export type Load = Omit<ReadJob, "url" | "wire" | "conversations"> & Partial<Pick<ReadJob, "conversations">>;

/**
 * The same engine behind our gateway, alone and with the HMI before it, and behind the bare pass-through, alone and with
 * another one before it, which saves messages or does not; and one process that reads from each.
 */
export interface LineUp {
  /** Without `conversations`, each stream has its own. */
  read(source: Source, load: Load): Promise<Reading>;
  /** Resident memory of its process, in KiB. */
  residentKiB(source: Source): number;
  stop(): Promise<void>;
}

const WIRES: Readonly<Record<Source, WireName>> = {
  hmi: "hmi",
  gateway: "gateway",
  "pass-through": "gateway",
  "two pass-throughs": "gateway",
  "two pass-throughs, one saving": "saving",
  engine: "engine",
};

/**
 * Starts all of them as processes.
 *
 * @param paceMs the engine's time from token to token; 0 is as fast as it can
 * @param settings of ours, as environment variables
 */
export async function startLineUp(
  paceMs: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<LineUp> {
  const engine = await startPeer("engine", String(paceMs));
  const passThrough = await startPeer("pass-through", "engine", engine.url);
  const before = await startPeer("pass-through", "events", passThrough.url);
  const stack = await makeIsolatedStack({
    STACK_ENGINE_URL: engine.url,
    // Finished replies are kept for late readers; here they would only fill the memory.
    STACK_STREAM_KEEP_FINISHED_MS: "0",
    STACK_LOG_LEVEL: "warn",
    ...settings,
  });
  const { urls, env, folder } = stack;
  const saving = await startPeer("saving-pass-through", passThrough.url, join(folder, "messages.db"));
  const gateway = await startService("gateway", {
    url: urls.gateway,
    path: gatewayRoutes.health.path(),
    env,
  });
  const hmi = await startService("hmi", { url: urls.hmi, path: hmiRoutes.health.path(), env });
  const reader = startWorker<ReadJob, Reading>("reader");
  const servers: Readonly<Record<Source, Server>> = {
    engine,
    gateway,
    hmi,
    "pass-through": passThrough,
    "two pass-throughs": before,
    "two pass-throughs, one saving": saving,
  };
  return {
    read: (source, load) =>
      reader.ask({
        conversations: load.streams,
        ...load,
        url: servers[source].url,
        wire: WIRES[source],
      }),
    residentKiB: (source) => residentKiB(servers[source].pid),
    async stop() {
      await reader.stop();
      for (const server of [hmi, gateway, saving, before, passThrough, engine]) await server.stop();
      stack.remove();
    },
  };
}
