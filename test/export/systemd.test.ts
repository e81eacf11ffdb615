import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import type { Config } from "../../src/config/config-schema.ts";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { systemdFormat } from "../../src/export/systemd/systemd-format.ts";
import { PATH_WITH_OLLAMA } from "../support/cli.ts";
import { FULL_CONFIG, SECRETS_OF_FULL_CONFIG } from "../support/export-schemas.ts";
import { tempFolder } from "../support/temp.ts";

const SYSTEMD_ANALYZE = "/usr/bin/systemd-analyze";
const HAS_SYSTEMD = existsSync(SYSTEMD_ANALYZE);

const WITH_PROGRAMS: Config = {
  ...DEFAULT_CONFIG,
  services: {
    migrate: {
      command: { file: "node", args: ["--version"], cwd: "/tmp", env: {} },
      isJob: true,
      depends_on: [],
    },
    worker: {
      command: {
        file: "node",
        args: ["-e", 'say("100% $HOME")'],
        cwd: "/srv/my app",
        env: { GREETING: 'a "b" %h' },
      },
      depends_on: ["migrate", "hmi"],
      restart: { policy: "always", backoff_ms: 2_000, limit: 3, within_ms: 30_000 },
      stop_signal: "SIGINT",
      stop_timeout_ms: 7_000,
    },
    ...DEFAULT_CONFIG.services,
  },
};

function exported(config: Config): Record<string, string> {
  const { files } = systemdFormat.render(config, { hosts: [], path: PATH_WITH_OLLAMA });
  return Object.fromEntries(files.map(({ name, text }) => [name, text]));
}

/** What `systemd-analyze verify` says of these units; empty where they are good. */
async function problemsOf(units: Record<string, string>): Promise<string> {
  const folder = tempFolder(units);
  const files = Object.keys(units).map((name) => join(folder, name));
  const { stderr } = await execa(SYSTEMD_ANALYZE, ["verify", "--man=no", ...files], { reject: false });
  return stderr;
}

/** Whether what the service could do to its machine, from 0 to 10, is below this. */
async function isSaferThan(exposure: number, units: Record<string, string>, name: string): Promise<boolean> {
  const file = join(tempFolder(units), name);
  const args = ["security", "--offline=yes", "--no-pager", `--threshold=${exposure * 10}`, file];
  return (await execa(SYSTEMD_ANALYZE, args, { reject: false })).exitCode === 0;
}

test.runIf(HAS_SYSTEMD)("systemd takes the units of a default and of a full configuration", async () => {
  expect(await problemsOf(exported(DEFAULT_CONFIG))).toBe("");
  expect(await problemsOf(exported(FULL_CONFIG))).toBe("");
  const { "stack-hmi.service": unit = "", ...others } = exported(DEFAULT_CONFIG);
  const misspelt = { ...others, "stack-hmi.service": unit.replace("ProtectSystem", "ProtectSistem") };
  expect(await problemsOf(misspelt)).toContain("ProtectSistem");
});

test.runIf(HAS_SYSTEMD)("by systemd's own measure the services can do little to their machine", async () => {
  const units = exported(FULL_CONFIG);
  for (const name of ["stack-engine.service", "stack-gateway.service", "stack-hmi.service"])
    expect([name, await isSaferThan(3, units, name)]).toEqual([name, true]);
  const open = {
    "stack-hmi.service": (units["stack-hmi.service"] ?? "").replace(
      /^(?:SystemCall|Restrict|Protect).*\n/gm,
      "",
    ),
  };
  expect(await isSaferThan(3, open, "stack-hmi.service")).toBe(false);
});

test("the target starts all, each after what it needs; the engine is another account's", () => {
  const units = exported(DEFAULT_CONFIG);
  expect(Object.keys(units)).toEqual([
    "stack-engine.service",
    "stack-gateway.service",
    "stack-hmi.service",
    "stack.target",
  ]);
  expect(units["stack.target"]).toContain(
    "Wants=stack-engine.service stack-gateway.service stack-hmi.service\n",
  );
  expect(units["stack-hmi.service"]).toContain("After=network-online.target stack-gateway.service\n");
  expect(units["stack-engine.service"]).toContain("User=stack-engine\n");
  expect(units["stack-hmi.service"]).toContain("User=stack\n");
});

test("secrets are credentials, which root's files hold; what listens for this machine alone needs none", () => {
  const all = Object.values(exported(FULL_CONFIG)).join("\n");
  for (const secret of SECRETS_OF_FULL_CONFIG) expect(all).not.toContain(secret);
  const { "stack-gateway.service": gateway, "stack-hmi.service": hmi } = exported(FULL_CONFIG);
  expect(gateway).toContain("LoadCredential=engine-api-key:/etc/stack/engine-api-key\n");
  expect(gateway).toContain("Environment=STACK_ENGINE_API_KEY_FILE=%d/engine-api-key\n");
  expect(hmi).toContain("LoadCredential=auth-users:/etc/stack/auth-users\n");
  expect(hmi).not.toContain("engine-api-key");
  expect(Object.values(exported(DEFAULT_CONFIG)).join("\n")).not.toContain("LoadCredential");
});

test("with PostgreSQL its address is a credential, and there is no file of conversations", () => {
  const store = { ...DEFAULT_CONFIG.store, url: "postgresql://ann:secret-of-the-database@db/chat" };
  const { "stack-hmi.service": hmi } = exported({ ...DEFAULT_CONFIG, store });
  expect(hmi).toContain("LoadCredential=store-url:/etc/stack/store-url\n");
  expect(hmi).not.toContain("STACK_STORE_PATH");
  expect(hmi).not.toContain("secret-of-the-database");
  const told = (config: Config) => systemdFormat.render(config, { hosts: [], path: PATH_WITH_OLLAMA }).notes;
  const words = "Secrets are files of root's with mode 0600, which you make: /etc/stack/";
  expect(told({ ...DEFAULT_CONFIG, store })).toContain(`${words}store-url.`);
  // Each once, though both services read it.
  const auth = { ...DEFAULT_CONFIG.auth, token: "of-the-house" };
  expect(told({ ...DEFAULT_CONFIG, store, auth })).toContain(`${words}auth-token, /etc/stack/store-url.`);
  expect(told(DEFAULT_CONFIG).join()).not.toContain("Secrets");
});

test("programs of the user's run as the user, jobs once and first, with nothing that systemd would fill in", () => {
  const { "stack-worker.service": worker = "", "stack-migrate.service": migrate = "" } =
    exported(WITH_PROGRAMS);
  expect(migrate).toMatch(/^Type=oneshot\nRemainAfterExit=yes$/m);
  expect(worker).toContain("Requires=stack-migrate.service\n");
  expect(worker).toContain("Wants=network-online.target stack-hmi.service\n");
  expect(worker).toContain(`ExecStart=${process.execPath} -e "say(\\"100%% $$HOME\\")"\n`);
  expect(worker).toContain('Environment="GREETING=a \\"b\\" %%h"\n');
  expect(worker).toContain("WorkingDirectory=/srv/my app\n");
  expect(worker).toMatch(/^Restart=always\nRestartSec=2000ms\nKillSignal=SIGINT\nTimeoutStopSec=7000ms$/m);
  expect(worker).toMatch(/^StartLimitIntervalSec=30\nStartLimitBurst=3$/m);
  expect(worker).not.toContain("DynamicUser");
});

test.runIf(HAS_SYSTEMD)("systemd takes the units of the user's programs too", async () => {
  expect(await problemsOf(exported(WITH_PROGRAMS))).toBe("");
});

test("an engine that somebody else runs has no unit, and nobody waits for one", () => {
  const engine = { ...DEFAULT_CONFIG.engine, url: "http://gpu.internal:11434" };
  const units = exported({ ...DEFAULT_CONFIG, engine });
  expect(Object.keys(units)).not.toContain("stack-engine.service");
  expect(units["stack-gateway.service"]).toContain("After=network-online.target\n");
});

test("each copy has a unit with its own port, and the time to let its replies come to their end", () => {
  const services = {
    ...DEFAULT_CONFIG.services,
    gateway: { embedded: "gateway", replicas: 2, depends_on: ["engine"] } as const,
  };
  const store = { ...DEFAULT_CONFIG.store, url: "postgresql://db/chat" };
  const { files, notes } = systemdFormat.render(
    { ...DEFAULT_CONFIG, services, store },
    { hosts: [], path: PATH_WITH_OLLAMA },
  );
  const unit = (name: string) => files.find((file) => file.name === `stack-${name}.service`)?.text ?? "";
  expect(unit("gateway-2")).toContain("STACK_GATEWAY_PORT=6121");
  expect(unit("gateway-2")).toContain("STACK_STREAM_DRAIN_MS=60000");
  expect(unit("gateway-2")).toContain("TimeoutStopSec=65000ms");
  expect(unit("gateway")).not.toContain("STACK_GATEWAY_PORT");
  expect(unit("hmi")).toContain("STACK_REPLICAS_GATEWAY_URLS=http://127.0.0.1:6120,http://127.0.0.1:6121");
  expect(unit("hmi")).toMatch(/After=.*stack-gateway.service stack-gateway-2.service/);
  // The conversations are on a server.
  expect(notes.join()).not.toContain("chat.db");
});
