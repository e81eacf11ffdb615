import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { toEnvironment } from "../../../src/config/environment-layer.ts";
import { loadConfig } from "../../../src/config/load-config.ts";
import { problemsIn, servicesOf } from "../../support/config.ts";
import { tempFolder } from "../../support/temp.ts";

/** One service `a` with these settings. */
const one = async (settings: string, files: Record<string, string> = {}) =>
  (await servicesOf(`services: { a: { port: 8000, ${settings} } }`, files))["a"];
const wrong = async (settings: string) =>
  (await problemsIn(`services: { a: { ${settings} } }`)).map((line) =>
    line.replace(/^\S+ {2}services\./, ""),
  );

test("without services in the file there are ours, each after what it needs", async () => {
  expect(await servicesOf("hmi: { port: 1 }")).toEqual({
    engine: { embedded: "engine", depends_on: [] },
    gateway: { embedded: "gateway", depends_on: ["engine"] },
    hmi: { embedded: "hmi", depends_on: ["gateway"] },
  });
});

test("with services in the file there are exactly those", async () => {
  expect(
    Object.keys(await servicesOf("services: { b: { command: x, port: 1 }, hmi: { embedded: hmi } }")),
  ).toEqual(["b", "hmi"]);
});

test("the environment gives no services, and takes none to a service's process", async () => {
  const cwd = tempFolder({ "stack.config.yaml": "services: { b: { command: x, port: 1 } }" });
  const config = await loadConfig({ cwd, env: { STACK_SERVICES_B: "y", STACK_SERVICES: "z" } });
  expect(Object.keys(config.services)).toEqual(["b"]);
  expect(Object.keys(toEnvironment(config)).filter((name) => name.includes("SERVICES"))).toEqual([]);
});

test("a command is a line or a list of words, and a path in it is meant from its folder", async () => {
  const cwd = tempFolder({
    "stack.config.yaml": [
      "services:",
      "  a: { command: .venv/bin/python -m 'my app', cwd: back, port: 1 }",
      "  b: { command: [python, -m, my app], port: 2 }",
    ].join("\n"),
  });
  const { services } = await loadConfig({ cwd, env: {} });
  expect([services["a"]?.command, services["b"]?.command]).toEqual([
    { file: join(cwd, "back/.venv/bin/python"), args: ["-m", "my app"], cwd: join(cwd, "back"), env: {} },
    { file: "python", args: ["-m", "my app"], cwd, env: {} },
  ]);
});

test("variables come from files in their order, and from env over all", async () => {
  const service = await one("command: x, env_files: [one.env, two.env], env: { C: 5, D: true }", {
    "one.env": "A=1\nB=1\n",
    "two.env": "B=2\nC=2\n",
  });
  expect(service?.command?.env).toEqual({ A: "1", B: "2", C: "5", D: "true" });
});

test("a file of variables that is missing or malformed is told where the user names it", async () => {
  const yaml =
    "services:\n  a:\n    command: x\n    port: 1\n    env_files:\n      - no.env\n      - bad.env\n";
  expect(await problemsIn(yaml, { "bad.env": "A=1\nsecret\n" })).toEqual([
    expect.stringMatching(/^6:9 {2}services\.a\.env_files\.0: there is no file \S+no\.env$/),
    expect.stringMatching(/^7:9 {2}services\.a\.env_files\.1: line 2 of \S+bad\.env is not NAME=value$/),
  ]);
});

test.each([
  ["http: /health", { kind: "http", path: "/health", timeoutMs: 2000 }],
  [
    "http: /h, status: 204, json: { a: ['*'] }, headers: { X: y }, timeout_ms: 5",
    { kind: "http", path: "/h", status: 204, json: { a: ["*"] }, headers: { X: "y" }, timeoutMs: 5 },
  ],
  ["tcp: true", { kind: "tcp", timeoutMs: 2000 }],
  ["log: '^up$'", { kind: "log", pattern: "^up$" }],
])("ready: %s", async (settings, probe) => {
  expect((await one(`command: x, ready: { ${settings} }`))?.ready).toEqual(probe);
});

test("the command of a probe runs where its service does", async () => {
  const service = await one("command: x, cwd: back, env: { A: b }, ready: { command: ./ask now }");
  const { cwd = "" } = service?.command ?? {};
  expect(service?.ready).toEqual({
    kind: "command",
    command: { file: join(cwd, "ask"), args: ["now"], cwd, env: { A: "b" } },
    timeoutMs: 2000,
  });
});

test("liveness is a probe, with how often and how many failures", async () => {
  const probe = { kind: "tcp", timeoutMs: 2000 };
  expect((await one("command: x, live: { tcp: true }"))?.live).toEqual({
    probe,
    everyMs: 10_000,
    failures: 3,
  });
  expect((await one("command: x, live: { tcp: true, every_ms: 500, failures: 1 }"))?.live).toEqual({
    ...{ probe, everyMs: 500 },
    failures: 1,
  });
});

test("without ready a port should take a connection, and a URL answer", async () => {
  expect((await one("command: x"))?.ready).toEqual({ kind: "tcp", timeoutMs: 2000 });
  const services = await servicesOf("services: { a: { url: 'http://127.0.0.1:9/up?x=1' } }");
  expect(services["a"]).toEqual({
    url: "http://127.0.0.1:9/up?x=1",
    depends_on: [],
    ready: { kind: "http", path: "/up?x=1", timeoutMs: 2000 },
  });
});

test.each([
  ["restart: no", { restart: { policy: "no" } }],
  ["restart: { limit: 2, within_ms: 9 }", { restart: { policy: "on-failure", limit: 2, within_ms: 9 } }],
  ["restart: { backoff_ms: 5, max_backoff_ms: 9 }", { restart: { backoff_ms: 5, max_backoff_ms: 9 } }],
  [
    "stop_signal: SIGINT, stop_timeout_ms: 1, start_timeout_ms: 2",
    { stop_signal: "SIGINT", stop_timeout_ms: 1, start_timeout_ms: 2 },
  ],
  ["log: { max_bytes: 2048, keep: 1 }", { log: { max_bytes: 2048, keep: 1 } }],
  ["host: 0.0.0.0", { host: "0.0.0.0", port: 8000 }],
  ["live: { command: x }", { host: "127.0.0.1", port: 8000 }],
])("%s is kept as it is meant", async (settings, expected) => {
  expect(await one(`command: x, ${settings}`)).toMatchObject(expected);
});

test.each([
  ["command: x", "a: has no `port`, so it needs a `ready` with `log` or `command`, or is a `kind: job`"],
  ["port: 1", "a: needs one of `command`, `embedded` and `url`"],
  ["command: x, url: 'http://a:1'", "a.url: cannot stand beside `command`: a service is one of them"],
  [
    "command: a | b, port: 1",
    'a.command: has `|`, which only a shell understands: quote it, or use `command: [sh, -c, "..."]`',
  ],
  ["command: [], port: 1", "a.command: names no program; found an empty list"],
  ["command: x, host: h, ready: { log: up }", "a.host: needs a `port` beside it"],
  ["embedded: hmi", "a.embedded: stands for the service of that name: call it `hmi:`"],
  ["url: 'http://a:1', cwd: x", "a.cwd: is only for a service with `command`"],
  ["url: 'http://a:1', restart: always", "a.restart: is only for a service with `command` or `embedded`"],
  ["url: 'https://a:1'", 'a.url: must be an http:// URL; found the text "https://a:1"'],
  ["command: x, port: 1, ready: {}", "a.ready: needs one of `http`, `tcp`, `log` and `command`"],
  [
    "command: x, port: 1, ready: { tcp: true, log: x }",
    "a.ready.log: cannot stand beside `tcp`: a probe is one of them",
  ],
  ["command: x, port: 1, ready: { tcp: true, status: 200 }", "a.ready.status: goes only with `http`"],
  [
    "command: x, port: 1, ready: { log: x, timeout_ms: 2 }",
    "a.ready.timeout_ms: is not for `log`: start_timeout_ms is",
  ],
  [
    "command: x, port: 1, live: { log: x }",
    "a.live.log: a line of the log tells nothing about later: use it for `ready`",
  ],
  ["command: x, ready: { http: / }", "a.ready.http: needs a service with a `port`"],
  [
    "command: x, port: 1, stop_signal: SIGSTOP",
    expect.stringMatching(/^a\.stop_signal: expected one of SIGTERM, /),
  ],
  ["command: x, port: 1, env: { A: [1] }", "a.env.A: must be text, a number, true or false; found a list"],
  [
    "command: x, port: 1, restart: { limit: 0 }",
    "a.restart.limit: expected a whole number, at least 1; found the number 0",
  ],
  ["command: x, port: 1, depend_on: [b]", "a.depend_on: there is no such setting; did you mean depends_on?"],
  ["command: x, port: 1, ready: { htp: / }", "a.ready.htp: there is no such setting; did you mean http?"],
])("%s is refused", async (settings, problem) => {
  expect(await wrong(settings)).toEqual([problem]);
});

test.each([
  ["services:", "1:10  services: expected services by name, such as `worker:` with a `command`"],
  [
    "services: { supervisor: { command: x, port: 1 } }",
    "1:13  services.supervisor: is the name of what watches the services: take another",
  ],
  [
    "services: { tap: { command: x, port: 1 } }",
    "1:13  services.tap: is the name of the tap before the engine: take another",
  ],
  [
    "services: { 'a/b': { command: x, port: 1 } }",
    "1:13  services.a/b: must be of letters, digits, `.`, `_` and `-`, the first a letter or digit",
  ],
  [
    "services: { gateway: { command: x, port: 1 } }",
    "1:36  services.gateway.port: the gateway's is the setting gateway.port: give it there",
  ],
  [
    "services: { engine: { command: x, host: b } }",
    "1:35  services.engine.host: the engine's is the setting engine.url: give it there",
  ],
  [
    "services: { engine: { url: 'http://127.0.0.1:1' } }",
    "1:28  services.engine.url: the engine is at 127.0.0.1:11434, as engine.url says",
  ],
])("%s is refused at its place", async (yaml, problem) => {
  expect(await problemsIn(yaml)).toEqual([problem]);
});

test("an unknown dependency of a service with other mistakes is told with them", async () => {
  const yaml =
    "services:\n  api: { command: x, port: one, depends_on: [bd] }\n  db: { command: x, prt: 2 }\n";
  expect(await problemsIn(yaml)).toEqual([
    expect.stringContaining("services.api.port: expected a port number"),
    "2:46  services.api.depends_on.0: there is no service bd; did you mean db?",
    expect.stringContaining("services.db.prt: there is no such setting"),
  ]);
});

test("an unknown dependency is told with the name that was meant", async () => {
  const yaml =
    "services:\n  api: { command: x, port: 1 }\n  web: { command: x, port: 2, depends_on: [apii, db] }\n";
  expect(await problemsIn(yaml)).toEqual([
    "3:44  services.web.depends_on.0: there is no service apii; did you mean api?",
    "3:50  services.web.depends_on.1: there is no service db",
  ]);
});

test("a circle of dependencies is told once, with its path", async () => {
  const services = ["a: [b, d]", "b: [c]", "c: [a]", "d: []"].map((line) => {
    const [name = "", needed = ""] = line.split(": ");
    return `  ${name}: { command: x, ready: { log: x }, depends_on: ${needed} }`;
  });
  expect(await problemsIn(["services:", ...services].join("\n"))).toEqual([
    "4:51  services.c.depends_on: goes in a circle: a -> b -> c -> a",
  ]);
});

test("two services on one port are told with both lines, a wildcard and a role among them", async () => {
  const yaml = [
    "services:",
    "  hmi: { embedded: hmi }",
    "  a: { command: x, port: 8000 }",
    "  b: { command: x, port: 8000, host: 0.0.0.0 }",
    "  c: { command: x, port: 6101, host: localhost }",
    "  d: { command: x, port: 8000, host: 127.0.0.2 }",
    "  e: { command: x, port: 6120 }",
  ].join("\n");
  expect(await problemsIn(yaml)).toEqual([
    "4:26  services.b.port: port 8000 is already the port of a: services.a.port (stack.config.yaml:3:26)",
    "5:26  services.c.port: port 6101 is already the port of the hmi: hmi.port (the default)",
    "6:26  services.d.port: port 8000 is already the port of b: services.b.port (stack.config.yaml:4:26)",
  ]);
});

test("relative folders are meant from the file's own", async () => {
  const root = tempFolder({ "conf/my.yaml": "services: { a: { command: x, cwd: .., port: 1 } }" });
  const { services } = await loadConfig({ cwd: root, env: {}, file: "conf/my.yaml" });
  expect(services["a"]?.command?.cwd).toBe(dirname(join(root, "conf")));
});

test("the example in docs/services.md is a configuration without a problem", async () => {
  const text = readFileSync(new URL("../../../docs/services.md", import.meta.url), "utf8");
  const [, yaml = ""] = /```yaml\n(.*?)```/s.exec(text) ?? [];
  expect(Object.keys(await servicesOf(yaml, { ".env": "A=1\n" }))).toEqual([
    ...["engine", "gateway", "hmi"],
    ...["migrate", "vectors"],
  ]);
});

test("a job is a command without a port or a probe", async () => {
  const { migrate } = await servicesOf(
    "services: { migrate: { kind: job, command: m, restart: on-failure } }",
  );
  expect(migrate).toMatchObject({ isJob: true, command: { file: "m" }, restart: { policy: "on-failure" } });
  expect(migrate).not.toHaveProperty("ready");
  const { plain } = await servicesOf("services: { plain: { kind: service, command: p, ready: { log: x } } }");
  expect(plain).not.toHaveProperty("isJob");
});

test("what means nothing to a job is told", async () => {
  const yaml = `services:
  a: { kind: job, command: a, port: 7000 }
  b: { kind: job, command: b, ready: { log: x }, restart: always }
  c: { kind: job, url: "http://127.0.0.1:1" }
  hmi: { kind: job, command: h }
`;
  expect(await problemsIn(yaml)).toEqual([
    expect.stringContaining("services.a.port: is not for a job"),
    expect.stringContaining("services.b.ready: is not for a job"),
    expect.stringContaining("services.b.restart: `always` is not for a job"),
    expect.stringContaining("services.c.kind: is only for a service with `command`"),
    expect.stringContaining("services.hmi.kind: the hmi is a service"),
  ]);
});

test("depends_on by name says with which others a service is started again", async () => {
  const yaml = `services:
  db: { command: d, ready: { log: x } }
  migrate: { command: m, kind: job }
  api: { command: a, ready: { log: x }, depends_on: { db: { restart: true }, migrate: {} } }
`;
  const { api } = await servicesOf(yaml);
  expect(api).toMatchObject({ depends_on: ["db", "migrate"], restarts_with: ["db"] });
  expect(await problemsIn(yaml.replace("{ db: {", "{ bd: {"))).toEqual([
    expect.stringMatching(
      /^4:\d+ +services\.api\.depends_on\.bd: there is no service bd; did you mean db\?$/,
    ),
  ]);
  expect(await problemsIn(yaml.replace("restart: true", "restart: often"))).toEqual([
    expect.stringContaining("services.api.depends_on.db.restart: expected true or false"),
  ]);
});

test("watched paths are those of the configuration's folder, and must be there", async () => {
  const yaml = "services: { a: { command: a, cwd: b, ready: { log: x }, watch: [b, c] } }\n";
  expect(await problemsIn(yaml, { "b/x": "" })).toEqual([
    expect.stringMatching(/services\.a\.watch\.1: there is no file or folder \/.*\/c$/),
  ]);
  const { a } = await servicesOf(yaml.replace("[b, c]", "b"), { "b/x": "" });
  expect(a).toMatchObject({ watch: [expect.stringMatching(/^\/.*\/b$/)] });
});
