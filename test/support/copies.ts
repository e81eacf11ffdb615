import { connect as connectTo, createServer } from "node:net";
import { DEFAULT_CONFIG } from "../../src/config/defaults.ts";
import type { Config } from "../../src/config/schema.ts";
import { addressOfUrl } from "../../src/contract/address.ts";
import { startEngine } from "../../src/services/engine/index.ts";
import { openStore, type StackOptions, startGatewayOn, startHmiOn } from "../../src/services/start.ts";

/** One copy of gateway and HMI, which asks that gateway. */
export interface Copy {
  readonly hmi: string;
  readonly gateway: string;
  /** Stops the HMI alone. */
  stopHmi(): Promise<void>;
}

/** Copies of gateway and HMI on one PostgreSQL, each with a store of its own, before one engine. */
export interface Copies {
  readonly all: readonly Copy[];
  readonly engine: string;
  close(): Promise<void>;
}

/** Starts so many; what is not said is as in a stack that nobody configured. */
export async function startCopies(
  count: number,
  storeUrl: string,
  { tokenDelayMs = 0, stream, ...context }: Pick<StackOptions, "tokenDelayMs" | "stream" | "overrides">,
): Promise<Copies> {
  const started: { close(): Promise<void> }[] = [];
  const own = <Part extends { close(): Promise<void> }>(part: Part): Part => {
    started.unshift(part);
    return part;
  };
  const engine = own(await startEngine({ tokenDelayMs })).url;
  const config: Config = {
    ...DEFAULT_CONFIG,
    hmi: { ...DEFAULT_CONFIG.hmi, port: 0 },
    gateway: { ...DEFAULT_CONFIG.gateway, port: 0 },
    engine: { ...DEFAULT_CONFIG.engine, url: engine },
    stream: { ...DEFAULT_CONFIG.stream, ...stream },
    store: { ...DEFAULT_CONFIG.store, url: storeUrl },
  };
  const startOne = async (): Promise<Copy> => {
    const gateway = own(await startGatewayOn(config, own(await openStore(config, context)), context));
    const hmi = await startHmiOn(config, own(await openStore(config, context)), gateway.url, context);
    let closing: Promise<void> | undefined;
    const { close } = own({
      close() {
        closing ??= hmi.close();
        return closing;
      },
    });
    return { hmi: hmi.url, gateway: gateway.url, stopHmi: close };
  };
  const all: Copy[] = [];
  for (let number = 0; number < count; number += 1) all.push(await startOne());
  return {
    all,
    engine,
    async close() {
      for (const each of started) await each.close();
    },
  };
}

/** A proxy that leads each connection to the next of these, without a look at what is said. */
export async function startBalancer(
  urls: readonly string[],
): Promise<{ url: string; close(): Promise<void> }> {
  let turn = 0;
  const server = createServer((client) => {
    turn += 1;
    const { host, port } = addressOfUrl(urls[turn % urls.length] ?? "");
    const upstream = connectTo(port, host);
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const each of [client, upstream]) each.on("error", end).on("close", end);
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.close();
    },
  };
}
