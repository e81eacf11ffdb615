import { connect, createServer, type Socket } from "node:net";
import { listenOnAnyPort } from "./listen.ts";

/** PostgreSQL's message of a simple query: its letter, its length, its text. */
const COMMIT = Buffer.concat([Buffer.from("Q"), Buffer.from([0, 0, 0, 11]), Buffer.from("COMMIT\0")]);

/** PostgreSQL's message that it is done. What stands before it in the pipeline is answered before. */
const COMMITTED = Buffer.concat([Buffer.from("C"), Buffer.from([0, 0, 0, 11]), Buffer.from("COMMIT\0")]);

/**
 * How a commit is cut: `answer`: the server has done it, and the connection breaks before it says so; `request`: it
 * breaks before the server hears of it.
 */
export type CommitCut = "answer" | "request";

/** A proxy before a PostgreSQL that cuts the connection of one commit. */
export interface CommitCutter {
  /** The address of the same database by this proxy. */
  readonly url: string;
  /** How many commits have come. */
  readonly commits: number;
  /** Cuts the commit that comes after this many others. */
  cut(how: CommitCut, after: number): void;
  /** While it is away nobody is let through, and with a commit that is cut all connections are. */
  isAway: boolean;
  close(): Promise<void>;
}

/** Starts one. The address names the server by the folder of its socket, as those of {@link sharedPostgresql} do. */
export async function startCommitCutter(address: string): Promise<CommitCutter> {
  const url = new URL(address);
  const socketPath = `${url.searchParams.get("host")}/.s.PGSQL.5432`;
  const sockets = new Set<Socket>();
  let commits = 0;
  const endAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  let planned: { readonly how: CommitCut; readonly at: number } | undefined;
  const server = createServer((client) => {
    if (cutter.isAway) {
      client.destroy();
      return;
    }
    const upstream = connect(socketPath);
    const end = (): void => {
      for (const each of [client, upstream]) each.destroy();
    };
    for (const each of [client, upstream]) {
      sockets.add(each);
      each.on("error", end).on("close", () => {
        sockets.delete(each);
        end();
      });
    }
    const cut = (): void => {
      end();
      if (cutter.isAway) endAll();
    };
    let isCutting = false;
    client.on("data", (bytes: Buffer) => {
      if (bytes.includes(COMMIT)) {
        commits += 1;
        if (planned?.at === commits) {
          if (planned.how === "request") return cut();
          isCutting = true;
        }
      }
      upstream.write(bytes);
    });
    upstream.on("data", (bytes: Buffer) => {
      if (!isCutting || !bytes.includes(COMMITTED)) return void client.write(bytes);
      cut();
    });
  });
  url.searchParams.delete("host");
  url.host = new URL(await listenOnAnyPort(server)).host;
  const cutter: CommitCutter = {
    url: url.href,
    get commits() {
      return commits;
    },
    cut(how, after) {
      planned = { how, at: commits + after + 1 };
    },
    isAway: false,
    async close() {
      endAll();
      server.close();
    },
  };
  return cutter;
}
