/**
 * The Ollama stand-in: the wire of `ollama serve` with scripted replies instead of a language model, for
 * machines without Ollama, and for checks that must know what the engine was asked.
 */
import { once } from "node:events";
import type { Server } from "node:http";
import { urlOf } from "../../contract/address.ts";
import { DEFAULTS } from "../../contract/contract-defaults.ts";
import type { RecordAccess } from "../../http-guard/record-guard.ts";
import { createEngineServer } from "./engine-server.ts";
import { GenerationLog } from "./generation-record.ts";
import { ModelScheduler } from "./model-scheduler.ts";
import { ANNOUNCEMENT } from "./scripted-reply.ts";

/** All settings of a stand-in, with who may read its record; each has a default, of the host 127.0.0.1. */
export interface StandInOptions extends Partial<RecordAccess> {
  /** Port to listen on; 0, the default, takes a free one. */
  port?: number;
  /** Pace of a reply, in milliseconds a token; 0, the default, is as fast as it can. */
  tokenDelayMs?: number;
  /** Length of every reply, in tokens; without it, as long as the script says. */
  replyTokens?: number;
  /** How long a model takes to load when it is first used or was unloaded, in milliseconds; 0. */
  loadMs?: number;
  /** Generations that a model runs at once (`OLLAMA_NUM_PARALLEL`, there 1); without limit. */
  parallel?: number;
  /** Requests that may wait for a model to load (`OLLAMA_MAX_QUEUE`); 512. */
  maxQueue?: number;
  /** The window where a request has no `num_ctx` (`OLLAMA_CONTEXT_LENGTH`), in tokens; 4096. */
  contextLength?: number;
  /** Whether the first scripted reply opens with a paragraph that says what this is; false. */
  announce?: boolean;
}

/** A stand-in that listens. */
export interface RunningEngine {
  readonly url: string;
  readonly port: number;
  /** Cuts all connections and stops to listen. */
  close(): Promise<void>;
}

/** Starts a stand-in. Many may run in one process. Throws Node's error where the address cannot be had. */
export async function startStandIn(options: StandInOptions = {}): Promise<RunningEngine> {
  const { host = DEFAULTS.host, port = 0, tokenDelayMs = 0, replyTokens, announce = false } = options;
  const { loadMs = 0, parallel = Number.POSITIVE_INFINITY, maxQueue = 512, contextLength = 4096 } = options;
  let announcement = announce ? `${ANNOUNCEMENT}\n\n` : "";
  const scheduler = new ModelScheduler({ loadMs, parallel, maxQueue, contextLength });
  const engine = {
    scheduler,
    log: new GenerationLog(),
    defaults: { tokenDelayMs, replyTokens },
    takeAnnouncement() {
      const taken = announcement;
      announcement = "";
      return taken;
    },
  };
  const { allowedHosts, token } = options;
  const server = createEngineServer(engine, { host, allowedHosts, token });
  server.listen({ host, port });
  await once(server, "listening");
  const given = portOf(server);
  return {
    url: urlOf({ host, port: given }),
    port: given,
    async close() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      scheduler.close();
      await closed;
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no TCP address.");
  return address.port;
}
