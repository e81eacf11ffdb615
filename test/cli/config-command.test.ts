import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { PATH, runStack } from "../support/cli.ts";
import { tempFolder } from "../support/temp.ts";

const FILE = "stack.config.yaml";
const SECRETS = ["sk-header", "sk-flag", "sk-variable", "sk-in-file", "sk-token", "hunter2", "/hook"];

function project(): string {
  return tempFolder({
    [FILE]: `hmi:
  port: 7101
contract:
  store: postgresql://sam:hunter2@127.0.0.1/chat
monitor: { webhook_url: "http://127.0.0.1:9/hook" }
services:
  worker:
    command: [worker, --api-key, sk-flag]
    env: { MODE: sk-variable }
    env_files: [one.env, two.env]
    ready: { log: "ready$" }
  api:
    command: api
    port: 7200
    ready: { http: /health, headers: { X-Key: sk-header } }
`,
    "one.env": "MODE=other\nSHARED=sk-in-file\nONE=1\n",
    "two.env": "SHARED=2\n",
  });
}

async function showConfig(cwd: string, ...flags: string[]) {
  const env = { PATH, STACK_AUTH_TOKEN: "sk-token", STACK_GATEWAY_PORT: "7120" };
  return await runStack(["config", ...flags], { cwd, env });
}

test("stack config shows each value with where it is from, and no secret", async () => {
  const cwd = project();
  const { exitCode, stdout } = await showConfig(cwd);
  expect(exitCode).toBe(0);
  const lines = stdout.split("\n").map((line) => line.trim().replaceAll(/ +#/g, " #"));
  expect(lines).toEqual(
    expect.arrayContaining([
      `# ${join(cwd, FILE)}`,
      "port: 7101 # stack.config.yaml:2:9",
      "port: 7120 # STACK_GATEWAY_PORT",
      "token: <secret> # STACK_AUTH_TOKEN",
      `path: ${join(cwd, ".stack/chat.db")} # default`,
      "port: 7200 # stack.config.yaml:14:11",
      `ONE: <secret> # ${join(cwd, "one.env")}`,
      `SHARED: <secret> # ${join(cwd, "two.env")}`,
      "MODE: <secret> # stack.config.yaml:9:18",
    ]),
  );
  for (const secret of SECRETS) expect(stdout).not.toContain(secret);
});

test("with --show-secrets it is the whole configuration, as YAML that can be read again", async () => {
  const cwd = project();
  const { stdout } = await showConfig(cwd, "--show-secrets");
  expect(parse(stdout)).toMatchObject({
    hmi: { host: "127.0.0.1", port: 7101 },
    gateway: { port: 7120 },
    auth: { token: "sk-token" },
    contract: { store: "postgresql://sam:hunter2@127.0.0.1/chat", lacks: {} },
    services: {
      worker: {
        command: ["worker", "--api-key", "sk-flag"],
        env: { MODE: "sk-variable", SHARED: "2", ONE: "1" },
        ready: { log: "ready$" },
      },
      api: { port: 7200, ready: { headers: { "X-Key": "sk-header" } } },
    },
  });
  const again = tempFolder({ [FILE]: stdout, "one.env": "", "two.env": "" });
  expect((await runStack(["config"], { cwd: again, env: { PATH } })).exitCode).toBe(0);
});

test("stack config --json has the same, with the sources apart", async () => {
  const cwd = project();
  const { stdout } = await showConfig(cwd, "--json");
  for (const secret of SECRETS) expect(stdout).not.toContain(secret);
  const { file, config, values } = JSON.parse(stdout);
  expect(file).toBe(join(cwd, FILE));
  expect(config).toMatchObject({ auth: { token: "<secret>" }, services: { api: { port: 7200 } } });
  const of = (...path: string[]) =>
    values.find((each: { path: string[] }) => each.path.join() === path.join());
  expect(of("hmi", "port")).toEqual({
    path: ["hmi", "port"],
    value: 7101,
    source: "file",
    place: `${FILE}:2:9`,
    variables: [],
    is_secret: false,
  });
  expect(of("hmi", "host")).toMatchObject({ value: "127.0.0.1", source: "default", place: null });
  expect(of("auth", "token")).toMatchObject({ value: "<secret>", source: "environment", is_secret: true });
  expect(of("services", "worker", "env", "ONE")).toMatchObject({ source: "env_file", value: "<secret>" });
});

test("without a file stack config says so, and shows the services of ours", async () => {
  const { exitCode, stdout } = await runStack(["config"], { cwd: tempFolder(), env: { PATH } });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^# There is no configuration file\.\n/);
  expect(parse(stdout).services.hmi).toEqual({ embedded: "hmi", depends_on: ["gateway"] });
});

test("of a bad file stack config tells every problem, and exits with 2", async () => {
  const cwd = tempFolder({ [FILE]: "hmi: { port: many, hots: a }\nstore: { path: 5 }\n" });
  const { exitCode, stdout, stderr } = await runStack(["config"], { cwd, env: { PATH } });
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toMatch(/1:14 +hmi\.port: .*\n.*1:20 +hmi\.hots: .*\n.*2:16 +store\.path: /);
});
