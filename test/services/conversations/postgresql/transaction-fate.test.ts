import { kill } from "node:process";
import pg from "pg";
import { expect, onTestFinished, test, vi } from "vitest";
import {
  fateQuery,
  NAME,
  type TransactionName,
} from "../../../../src/services/conversations/postgresql/postgresql-transaction.ts";
import {
  NO_POSTGRESQL,
  sharedPostgresql,
  startPostgresql,
  type TestPostgresql,
} from "../../../support/postgresql.ts";

const LAST_CHECKPOINT =
  "SELECT extract(epoch FROM checkpoint_time)::int AS second FROM pg_control_checkpoint()";

async function connectTo(url: string): Promise<Connection> {
  const client = new pg.Client(url);
  // One that is killed says so.
  client.on("error", () => undefined);
  await client.connect();
  onTestFinished(() => client.end());
  const run: Connection["run"] = async (sql) => (await client.query(sql)).rows[0];
  return {
    run,
    fateOf: async (name) => (await client.query(fateQuery(name))).rows[0]?.fate,
    async done(end) {
      await run("BEGIN");
      const name = await run(`SELECT ${NAME}`);
      await run(end);
      return name;
    },
  };
}

function databaseOf(server: TestPostgresql): Promise<string> {
  return server.createDatabase("SELECT 1");
}

interface Connection {
  // biome-ignore lint/suspicious/noExplicitAny: a row is what was asked for.
  run(sql: string): Promise<any>;
  fateOf(name: TransactionName): Promise<unknown>;
  done(end: "COMMIT" | "ROLLBACK"): Promise<TransactionName>;
}

test.skipIf(NO_POSTGRESQL !== undefined)(
  "what became of a transaction is told by its name, also right after a checkpoint",
  async () => {
    const { run, fateOf, done } = await connectTo(await databaseOf(await sharedPostgresql()));
    expect(await fateOf(await done("COMMIT"))).toBe("committed");
    expect(await fateOf(await done("ROLLBACK"))).toBe("aborted");
    const isOfCheckpointsSecond = async (name: TransactionName): Promise<boolean> => {
      const { second } = await run(LAST_CHECKPOINT);
      return second === Math.floor(Date.parse(name.named) / 1_000);
    };
    await vi.waitFor(
      async () => {
        await run("CHECKPOINT");
        const committed = await done("COMMIT");
        expect(await fateOf(committed)).toBe("committed");
        expect(await isOfCheckpointsSecond(committed)).toBe(true);
      },
      { timeout: 20_000 },
    );
    // One checkpoint may have begun before a transaction, and ended after it.
    const named = await done("COMMIT");
    expect(await fateOf({ ...named, checkpoint: "0/0" })).toBe("committed");
  },
);

test.skipIf(NO_POSTGRESQL !== undefined)(
  "a transaction that the server has lost in a crash is known as lost, although another has its number",
  async () => {
    const server = await startPostgresql();
    onTestFinished(server.close);
    const url = await databaseOf(server);
    // Not each time is the number given again: the server notes from time to time which it has given.
    await vi.waitFor(
      async () => {
        const lost = await connectTo(url);
        await lost.run("BEGIN");
        const name: TransactionName = await lost.run(`SELECT ${NAME}`);
        const { pid } = await lost.run("SELECT pg_backend_pid() AS pid");
        kill(pid, "SIGKILL");
        const after = await vi.waitFor(() => connectTo(url), { timeout: 20_000 });
        const next = await after.done("COMMIT");
        expect(await after.fateOf(name)).toBe("aborted");
        expect(next.xid).toBe(name.xid);
      },
      { timeout: 40_000 },
    );
  },
);
