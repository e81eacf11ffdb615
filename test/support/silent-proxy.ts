import { connect, createServer, type Socket } from "node:net";
import { addressOfUrl } from "../../src/contract/address.ts";
import { listenOnAnyPort } from "./listen.ts";

/** A proxy whose connections can be cut as a network cuts them: nobody is told. */
export interface SilentProxy {
  /** The address of the same server by this proxy. */
  readonly url: string;
  /** How many connections are open. */
  readonly open: number;
  /** Of those that were cut, how many are still used by somebody who waits for an answer. */
  readonly triedInVain: number;
  /** From now on nothing goes through the connections that are open; new ones are as ever. */
  cut(): void;
  /** From now on new ones are not taken, either; those that were cut stay as they are. */
  refuse(): void;
  /** From now on new ones are taken, and nothing goes through them. */
  muteNewOnes(): void;
  close(): void;
}

/** Starts one before a PostgreSQL. The address names the server by the folder of its socket, as those of `sharedPostgresql` do. */
export async function startSilentProxy(address: string): Promise<SilentProxy> {
  const url = new URL(address);
  const socketPath = `${url.searchParams.get("host")}/.s.PGSQL.5432`;
  url.searchParams.delete("host");
  return await startProxy(url, () => connect(socketPath));
}

/** Starts one before a server over HTTP, whose address may be known only when the first connection comes. */
export async function startSilentHttpProxy(upstream: () => string): Promise<SilentProxy> {
  return await startProxy(new URL("http://127.0.0.1"), () => {
    const { host, port } = addressOfUrl(upstream());
    return connect(port, host);
  });
}

/** @param url what is kept of it but for the host */
async function startProxy(url: URL, connectUpstream: () => Socket): Promise<SilentProxy> {
  const clients = new Set<Socket>();
  const cut = new Set<Socket>();
  const tried = new Set<Socket>();
  let isRefusing = false;
  let isMute = false;
  const server = createServer((client) => {
    // The system may have taken it before the server was closed.
    if (isRefusing) {
      client.destroy();
      return;
    }
    const upstream = connectUpstream();
    clients.add(client);
    if (isMute) cut.add(client);
    const end = (): void => {
      clients.delete(client);
      for (const each of [client, upstream]) each.destroy();
    };
    for (const each of [client, upstream]) each.on("error", end).on("close", end);
    client.on("data", (bytes: Buffer) => {
      if (cut.has(client)) tried.add(client);
      else upstream.write(bytes);
    });
    upstream.on("data", (bytes: Buffer) => {
      if (!cut.has(client)) client.write(bytes);
    });
  });
  url.host = new URL(await listenOnAnyPort(server)).host;
  return {
    url: url.href.replace(/\/$/, ""),
    get open() {
      return clients.size;
    },
    get triedInVain() {
      return tried.size;
    },
    cut() {
      for (const client of clients) cut.add(client);
    },
    refuse() {
      isRefusing = true;
      server.close();
    },
    muteNewOnes() {
      isMute = true;
    },
    close() {
      for (const client of clients) client.destroy();
      server.close();
    },
  };
}
