import { connect as connectTo, createServer } from "node:net";
import { onTestFinished } from "vitest";
import { addressOfUrl } from "../../src/contract/address.ts";
import { type InProcessStackOptions, startInProcessStack } from "../../src/services/in-process-stack.ts";
import type { JudgedStack } from "./interleaving.ts";
import { listenOnAnyPort } from "./listen.ts";

/** Three copies of gateway and HMI, each service behind one address, until they are closed, or the test ends. */
export async function startBehindOneAddress(options: InProcessStackOptions): Promise<JudgedStack> {
  const { copies, engine, close } = await startInProcessStack({ ...options, copies: 3 });
  const [hmi, gateway] = await Promise.all([
    startBalancer(copies.map((copy) => copy.hmi)),
    startBalancer(copies.map((copy) => copy.gateway)),
  ]);
  const closeAll = async (): Promise<void> => {
    await Promise.all([hmi.close(), gateway.close()]);
    await close();
  };
  onTestFinished(closeAll);
  return { hmi: hmi.url, gateway: gateway.url, engine, copies, close: closeAll };
}

/** A proxy that leads each connection to the next of these, without a look at what is said. */
async function startBalancer(urls: readonly string[]): Promise<{ url: string; close(): Promise<void> }> {
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
  return {
    url: await listenOnAnyPort(server),
    async close() {
      server.close();
    },
  };
}
