import { execFileSync } from "node:child_process";
import { gatewayRoutes } from "../src/contract/routes.ts";
import type { Reading, ReadJob } from "./peers/reader.ts";
import { makePlace } from "./place.ts";
import { type Server, startPeer, startService, startWorker } from "./processes.ts";

/** Whose streams are read. */
export type Source = "gateway" | "pass-through" | "engine";

/** The same engine behind our gateway and behind the bare pass-through, and one process that reads from each. */
export interface LineUp {
  read(source: Source, job: Omit<ReadJob, "url" | "wire">): Promise<Reading>;
  /** Resident memory of its process, in KiB. */
  residentKiB(source: "gateway" | "pass-through"): number;
  stop(): Promise<void>;
}

/** Starts all four as processes. `paceMs` is the engine's time from token to token; 0 is as fast as it can. */
export async function startLineUp(paceMs: number): Promise<LineUp> {
  const engine = await startPeer("engine", String(paceMs));
  const passThrough = await startPeer("pass-through", engine.url);
  const place = await makePlace({
    STACK_ENGINE_URL: engine.url,
    // Finished replies are kept for late readers; here they would only fill the memory.
    STACK_STREAM_KEEP_FINISHED_MS: "0",
    STACK_LOG_LEVEL: "warn",
  });
  const gateway = await startService("gateway", {
    url: place.urls.gateway,
    path: gatewayRoutes.health.path(),
    env: place.env,
  });
  const reader = startWorker<ReadJob, Reading>("reader");
  const servers: Readonly<Record<Source, Server>> = { engine, gateway, "pass-through": passThrough };
  return {
    read: (source, job) =>
      reader.ask({ ...job, url: servers[source].url, wire: source === "engine" ? "ndjson" : "sse" }),
    residentKiB: (source) => residentKiB(servers[source].pid),
    async stop() {
      await reader.stop();
      for (const server of [gateway, passThrough, engine]) await server.stop();
      place.remove();
    },
  };
}

function residentKiB(pid: number): number {
  return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" }));
}
