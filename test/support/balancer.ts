import { connect as connectTo, createServer } from "node:net";
import { addressOfUrl } from "../../src/contract/address.ts";

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
