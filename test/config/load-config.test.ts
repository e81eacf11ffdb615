import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ConfigSchema } from "../../src/config/config-schema.ts";
import { DEFAULT_CONFIG, DEFAULT_SETTINGS } from "../../src/config/default-config.ts";
import { toEnvironment } from "../../src/config/environment-layer.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { problemsOf } from "../support/config.ts";
import { tempFolder } from "../support/temp.ts";

const YAML = "stack.config.yaml";

test("without a file and without variables, the defaults hold, with paths from where it was called", async () => {
  const cwd = tempFolder();
  expect(await loadConfig({ cwd, env: {} })).toEqual({
    ...DEFAULT_CONFIG,
    store: { path: join(cwd, ".stack/chat.db"), url: "", synchronous: "full" },
    state: { dir: join(cwd, ".stack") },
  });
});

test("the defaults pass their own schema", () => {
  expect(ConfigSchema.parse(DEFAULT_SETTINGS)).toEqual(DEFAULT_SETTINGS);
});

test("a file is found from any folder below it, and its relative paths are meant from its own", async () => {
  const root = tempFolder({ [YAML]: "hmi:\n  port: 7101\nstore:\n  path: data/chat.db\n" });
  const cwd = join(root, "a", "b");
  mkdirSync(cwd, { recursive: true });
  const config = await loadConfig({ cwd, env: {} });
  expect(config.hmi).toEqual({ host: "127.0.0.1", port: 7101 });
  expect(config.store.path).toBe(join(root, "data/chat.db"));
  expect(config.state.dir).toBe(join(root, ".stack"));
});

test("the nearest file wins, whatever its ending", async () => {
  const root = tempFolder({
    [YAML]: "hmi: {port: 1}\n",
    "near/stack.config.json": '{"hmi": {"port": 2}}',
  });
  expect((await loadConfig({ cwd: join(root, "near"), env: {} })).hmi.port).toBe(2);
});

test("a named file is used instead of a search", async () => {
  const cwd = tempFolder({ [YAML]: "hmi: {port: 1}\n", "other/my.yml": "hmi: {port: 2}\n" });
  const config = await loadConfig({ cwd, env: {}, file: "other/my.yml" });
  expect(config.hmi.port).toBe(2);
  expect(config.state.dir).toBe(join(cwd, "other/.stack"));
});

test("absolute paths and :memory: stay as they are", async () => {
  const cwd = tempFolder();
  const env = { STACK_STORE_PATH: ":memory:", STACK_STATE_DIR: "/var/lib/stack" };
  const config = await loadConfig({ cwd, env });
  expect([config.store.path, config.state.dir]).toEqual([":memory:", "/var/lib/stack"]);
});

test("the environment wins over the file", async () => {
  const cwd = tempFolder({ [YAML]: "gateway: {port: 1}\nengine: {token_delay_ms: 1}\nchat: {model: a}\n" });
  const env = { STACK_GATEWAY_PORT: "2", STACK_ENGINE_TOKEN_DELAY_MS: "0", STACK_CHAT_MODEL: "123" };
  const config = await loadConfig({ cwd, env });
  expect(config.gateway.port).toBe(2);
  expect(config.engine.token_delay_ms).toBe(0);
  expect(config.chat.model).toBe("123");
});

test("the environment made of a configuration gives exactly that configuration", async () => {
  const cwd = tempFolder({ [YAML]: "hmi: {port: 1}\nchat: {model: '123'}\nlog: {level: warn}\n" });
  const config = await loadConfig({ cwd, env: {} });
  expect(await loadConfig({ cwd: tempFolder(), env: toEnvironment(config) })).toEqual(config);
});

test("a list is written with commas in a variable", async () => {
  const env = { STACK_HTTP_ALLOWED_HOSTS: "chat.lan, chat.example" };
  const config = await loadConfig({ cwd: tempFolder(), env });
  expect(config.http.allowed_hosts).toEqual(["chat.lan", "chat.example"]);
  expect(toEnvironment(config)["STACK_HTTP_ALLOWED_HOSTS"]).toBe("chat.lan,chat.example");
});

test("a variable that is set but empty counts as not set", async () => {
  const cwd = tempFolder({ [YAML]: "gateway: {port: 7}\n" });
  expect((await loadConfig({ cwd, env: { STACK_GATEWAY_PORT: "" } })).gateway.port).toBe(7);
});

test("slashes at the end of the engine's URL are dropped", async () => {
  const env = { STACK_ENGINE_URL: "http://localhost:1234/" };
  expect((await loadConfig({ cwd: tempFolder(), env })).engine.url).toBe("http://localhost:1234");
});

test("an empty file is no configuration", async () => {
  const cwd = tempFolder({ [YAML]: "# nothing yet\n" });
  expect((await loadConfig({ cwd, env: {} })).hmi.port).toBe(6101);
});

test("every problem is named at once, each on its own line and column", async () => {
  const cwd = tempFolder({
    [YAML]: [
      "hmi:",
      "  port: 99999",
      "engine:",
      "  url: ftp://127.0.0.1",
      "log: {level: loud}",
      "stream:",
      "  heartbeat_ms: soon",
    ].join("\n"),
  });
  const problems = await problemsOf({ cwd, env: { STACK_GATEWAY_PORT: "high" } });
  expect(problems).toHaveLength(5);
  expect(problems).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^stack\.config\.yaml:2:9 {2}hmi\.port: .*65535/),
      expect.stringMatching(/^stack\.config\.yaml:4:8 {2}engine\.url: must be an http/),
      expect.stringMatching(/^stack\.config\.yaml:5:14 {2}log\.level: /),
      expect.stringMatching(/^stack\.config\.yaml:7:17 {2}stream\.heartbeat_ms: /),
      expect.stringMatching(/^STACK_GATEWAY_PORT {2}gateway\.port: /),
    ]),
  );
});

test("unknown settings are reported where their names stand", async () => {
  const cwd = tempFolder({
    [YAML]: "hmi:\n  prot: 6101\n  hots: x\ngatway:\n  port: 1\nserivces: {}\nelsewhere: {}\n",
  });
  expect(await problemsOf({ cwd })).toEqual([
    "stack.config.yaml:2:3  hmi.prot: there is no such setting; did you mean port?",
    "stack.config.yaml:3:3  hmi.hots: there is no such setting; did you mean host?",
    "stack.config.yaml:4:1  gatway: there is no such setting; did you mean gateway?",
    "stack.config.yaml:6:1  serivces: there is no such setting; did you mean services?",
    "stack.config.yaml:7:1  elsewhere: there is no such setting",
  ]);
});

test("a value that only the file has is not blamed on an empty variable", async () => {
  const cwd = tempFolder({ [YAML]: "hmi: {port: -1}\n" });
  expect(await problemsOf({ cwd, env: { STACK_HMI_PORT: "" } })).toEqual([
    expect.stringMatching(/^stack\.config\.yaml:1:13 {2}hmi\.port/),
  ]);
});

test("a value that the environment overrides is blamed on the environment", async () => {
  const cwd = tempFolder({ [YAML]: "hmi: {port: 1}\n" });
  expect(await problemsOf({ cwd, env: { STACK_HMI_PORT: "1.5" } })).toEqual([
    expect.stringMatching(/^STACK_HMI_PORT {2}hmi\.port/),
  ]);
});

test.each([
  ["YAML", YAML, "hmi:\n  port: [1\n", /^stack\.config\.yaml:\d+:\d+ {2}\S/],
  [
    "YAML with a name twice",
    YAML,
    "hmi: {}\nhmi: {}\n",
    /:2:1 {2}hmi: stands here a second time; the first is at stack\.config\.yaml:1:1$/,
  ],
  ["JSON", "stack.config.json", '{"hmi": {"port": 1\n', /^stack\.config\.json:\d+:\d+ {2}\S/],
])("malformed %s is shown where it breaks", async (_, name, text, expected) => {
  const problems = await problemsOf({ cwd: tempFolder({ [name]: text }) });
  expect(problems[0]).toMatch(expected);
});

test("a file that is a list, or a section that is a number, is refused", async () => {
  expect(await problemsOf({ cwd: tempFolder({ [YAML]: "- hmi\n" }) })).toEqual([
    expect.stringContaining("stack.config.yaml:1:1  expected settings by name"),
  ]);
  expect(await problemsOf({ cwd: tempFolder({ [YAML]: "hmi: 6101\n" }) })).toEqual([
    expect.stringMatching(
      /^stack\.config\.yaml:1:6 {2}hmi: expected settings by name, such as `host:`; found the number 6101$/,
    ),
  ]);
});

test.each([
  ["missing.yaml", "there is no file "],
  ["folder/x/y.yaml", "a part of its path is a file"],
  ["folder", "is a folder, and a file was expected"],
])("a named file that cannot be read is told: %s", async (file, reason) => {
  const cwd = tempFolder({ "folder/x": "" });
  await expect(loadConfig({ cwd, env: {}, file })).rejects.toMatchObject({
    code: "config_unreadable",
    message: expect.toSatisfy((text: string) => text.includes(join(cwd, file)) && text.includes(reason)),
  });
});

test("a value where a section belongs is reported at its place, also beside a variable of that section", async () => {
  const cwd = tempFolder({ "stack.config.yaml": "hmi: 6101\n" });
  const env = { STACK_HMI_PORT: "7101" };
  await expect(loadConfig({ cwd, env })).rejects.toThrow("stack.config.yaml:1:6");
});

test("an engine URL with a path is refused", async () => {
  const env = { STACK_ENGINE_URL: "http://localhost:1234/v1" };
  await expect(loadConfig({ cwd: tempFolder(), env })).rejects.toThrow(
    "STACK_ENGINE_URL  engine.url: must have no path",
  );
});

test("an empty file name means none, whatever lies around", async () => {
  const cwd = tempFolder({ "stack.config.yaml": "hmi: { port: 7101 }\n" });
  expect((await loadConfig({ cwd, env: {}, file: "" })).hmi.port).toBe(6101);
});

test("settings of the monitor are read, and a webhook is a web address", async () => {
  const env = { STACK_MONITOR_WEBHOOK_URL: "https://hooks.example/1", STACK_MONITOR_METRICS_PORT: "9464" };
  expect((await loadConfig({ cwd: tempFolder(), env })).monitor).toEqual({
    webhook_url: "https://hooks.example/1",
    metrics_host: "127.0.0.1",
    metrics_port: 9464,
  });
  expect(await problemsOf({ cwd: tempFolder(), env: { STACK_MONITOR_WEBHOOK_URL: "hooks" } })).toEqual([
    "STACK_MONITOR_WEBHOOK_URL  monitor.webhook_url: must be an http:// or https:// URL; found another text",
  ]);
});

test("the address of the schema is for the editor alone", async () => {
  const cwd = tempFolder({
    "stack.config.json": '{"$schema": "docs/config.schema.json", "hmi": {"port": 2}}',
  });
  expect(await loadConfig({ cwd, env: {} })).toMatchObject({ hmi: { port: 2 } });
});

test("problems are told in the order of the file, whichever part of it found them", async () => {
  const cwd = tempFolder({
    [YAML]: "services:\n  a: { command: x }\nhmi: {port: -1}\ntypo: 1\nlog: {level: loud}\n",
  });
  const problems = await problemsOf({ cwd, env: { STACK_GATEWAY_PORT: "-1" } });
  expect(problems.map((line) => line.split("  ")[0])).toEqual([
    ...[`${YAML}:2:3`, `${YAML}:3:13`, `${YAML}:4:1`, `${YAML}:5:14`],
    "STACK_GATEWAY_PORT",
  ]);
});

test("two of ours on one port are told with both places", async () => {
  const cwd = tempFolder({ [YAML]: "hmi:\n  port: 6120\ngateway: { host: localhost }\n" });
  expect(await problemsOf({ cwd })).toEqual([
    `${YAML}:2:9  hmi.port: port 6120 is already the port of the gateway: gateway.port (the default)`,
  ]);
});

test("the ports of metrics and tap are no others' either", async () => {
  const cwd = tempFolder({ [YAML]: "monitor: { metrics_port: 6120 }\nengine: { tap_port: 11434 }\n" });
  expect(await problemsOf({ cwd })).toEqual([
    `${YAML}:1:26  monitor.metrics_port: port 6120 is already the port of the gateway: gateway.port (the default)`,
    `${YAML}:2:21  engine.tap_port: port 11434 is already the port of the engine: engine.url (the default)`,
  ]);
});

test("any number of services may ask for a free port", async () => {
  const cwd = tempFolder({ [YAML]: "hmi: { port: 0 }\ngateway: { port: 0 }\n" });
  expect((await loadConfig({ cwd, env: {} })).gateway.port).toBe(0);
});
