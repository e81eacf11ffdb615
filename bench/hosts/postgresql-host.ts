import { execFile } from "node:child_process";
import { appendFileSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type pg from "pg";
import { postgresAccount, postgresqlPrograms, queryOnce } from "../../test/support/postgresql-programs.ts";
import { HostProcess } from "./host-process.ts";
import type { Host } from "./network.ts";

const run = promisify(execFile);

const PASSWORD = "only-for-this-rig";

/** A PostgreSQL on a host of its own, whose data outlive its process. */
export class PostgresqlHost {
  readonly host: Host;
  readonly url: string;
  readonly #folder: string;
  #process: HostProcess;

  private constructor(host: Host, folder: string) {
    this.host = host;
    this.#folder = folder;
    this.url = `postgresql://stack:${PASSWORD}@${host.address}/postgres`;
    this.#process = this.#startProcess();
  }

  /** @param folder a new one, for its data and its log */
  static async start(host: Host, folder: string): Promise<PostgresqlHost> {
    mkdirSync(folder, { mode: 0o755 });
    const owner = await postgresAccount();
    chownSync(folder, owner.uid, owner.gid);
    const password = join(folder, "password");
    writeFileSync(password, PASSWORD);
    const data = join(folder, "data");
    await run(
      `${postgresqlPrograms()}initdb`,
      ["-D", data, "-U", "stack", "-A", "scram-sha-256", "--pwfile", password, "-E", "UTF8"],
      { ...owner, cwd: folder },
    );
    appendFileSync(join(data, "pg_hba.conf"), "host all all samenet scram-sha-256\n");
    const postgresql = new PostgresqlHost(host, folder);
    await postgresql.untilReady();
    return postgresql;
  }

  /** Ends it (`fast`: tells its clients; `immediate`: as a crash), and starts it again on its data. */
  async restart(how: "fast" | "immediate"): Promise<void> {
    await this.#process.end(how === "fast" ? "SIGINT" : "SIGQUIT");
    this.#process = this.#startProcess();
  }

  async query<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return await queryOnce({ connectionString: this.url, connectionTimeoutMillis: 5_000 }, sql, values);
  }

  async untilReady(): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      try {
        await this.query("SELECT 1");
        return;
      } catch (error) {
        if (tries > 200) throw error;
        await sleep(100);
      }
    }
  }

  #startProcess(): HostProcess {
    const settings = ["listen_addresses=*", `unix_socket_directories=${this.#folder}`];
    return new HostProcess(this.host, {
      // Not even root can run it as itself.
      args: [
        ...["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"],
        ...[`${postgresqlPrograms()}postgres`, "-D", join(this.#folder, "data")],
        ...settings.flatMap((setting) => ["-c", setting]),
      ],
      cwd: this.#folder,
      logFolder: join(this.#folder, ".."),
    });
  }
}
