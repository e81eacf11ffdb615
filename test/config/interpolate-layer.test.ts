// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is about texts of configurations that hold them.
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fallbackConfig } from "../../src/config/fallback-config.ts";
import { loadConfig, resolveConfig } from "../../src/config/load-config.ts";
import { originsOf } from "../../src/config/value-origins.ts";
import { problemsOf } from "../support/config.ts";
import { tempFolder } from "../support/temp.ts";

const FILE = "stack.config.yaml";

test("values are filled in from the environment, which wins, and from .env beside the file", async () => {
  const root = tempFolder({
    [FILE]:
      "hmi: { host: 127.0.0.1, port: '${HMI_PORT}' }\nchat:\n  model: ${MODEL}\n  agent: ${AGENT:-coder}\n",
    ".env": "HMI_PORT=7101\nexport MODEL='from .env'\n",
    "below/.env": "MODEL=wrong\n",
  });
  const config = await loadConfig({ cwd: join(root, "below"), env: { MODEL: "qwen3" } });
  expect(config).toMatchObject({ hmi: { port: 7101 }, chat: { model: "qwen3", agent: "coder" } });
});

test("a setting that is a number or a truth value becomes one, in YAML and in JSON; text stays text", async () => {
  const yaml = `
auth:
  token: \${TOKEN}
hmi:
  port: \${PORT:-7101}
services:
  api:
    command: serve --port \${API} "\${WORDS}"
    port: \${API}
    env: { N: "\${API}", FLAG: "\${YES}" }
    depends_on: ["\${NAME}"]
    ready: { http: "/\${NAME}", status: "\${STATUS}" }
    live: { tcp: "\${YES}", every_ms: "\${API}" }
    restart: { limit: "\${TOKEN}" }
  worker:
    command: w
    ready: { command: [sh, -c, 'test -e "$$PWD/$NAME" && echo $\${NAME}'] }
    restart: \${POLICY}
`;
  const env = {
    TOKEN: "12",
    API: "7200",
    YES: "true",
    NAME: "worker",
    STATUS: "204",
    WORDS: "a b",
    POLICY: "always",
  };
  const cwd = tempFolder({ [FILE]: yaml });
  const config = await loadConfig({ cwd, env });
  expect(config.auth.token).toBe("12");
  expect(config.hmi.port).toBe(7101);
  const { api, worker } = config.services;
  expect(api).toMatchObject({
    command: { args: ["--port", "7200", "a b"], env: { N: "7200", FLAG: "true" } },
    port: 7200,
    depends_on: ["worker"],
    ready: { path: "/worker", status: 204 },
    live: { probe: { kind: "tcp" }, everyMs: 7200 },
    restart: { limit: 12 },
  });
  expect(worker?.ready).toMatchObject({ command: { args: ["-c", 'test -e "$PWD/$NAME" && echo ${NAME}'] } });
  expect(worker?.restart?.policy).toBe("always");
  const json = tempFolder({ "stack.config.json": '{"hmi": {"port": "${PORT}"}}' });
  expect((await loadConfig({ cwd: json, env: { PORT: "7102" } })).hmi.port).toBe(7102);
});

test("a variable without a value is told on its line, together with all else that is wrong", async () => {
  const yaml = `hmi:
  port: \${PORT}
  host: \${HOST:?the address of this machine}
gateway:
  port: \${WORD}
services:
  a:
    command: [a, "\${NONE}"]
    ready: { log: x }
`;
  const cwd = tempFolder({ [FILE]: yaml });
  expect(await problemsOf({ cwd, env: { WORD: "many" } })).toEqual([
    expect.stringMatching(/^stack\.config\.yaml:2:9 +hmi\.port: there is no variable PORT; /),
    "stack.config.yaml:3:9  hmi.host: HOST has no value: the address of this machine",
    expect.stringMatching(/:5:9 +gateway\.port: expected a port number, .*; found the text "many"$/),
    expect.stringMatching(/:8:18 +services\.a\.command\.1: there is no variable NONE; /),
  ]);
});

test("what .env says sets no setting by itself, and is given to no service", async () => {
  const yaml =
    "services: { a: { command: a, ready: { log: x } }, b: { command: ['$${b}'], ready: { log: x } } }\n";
  const cwd = tempFolder({ [FILE]: yaml, ".env": "STACK_HMI_PORT=7101\nSECRET=1\n" });
  const config = await loadConfig({ cwd, env: {} });
  expect(config.hmi.port).toBe(6101);
  expect(config.services["a"]?.command?.env).toEqual({});
  expect(config.services["b"]?.command?.file).toBe("${b}");
  expect(process.env["SECRET"]).toBeUndefined();
});

test("a .env that others may write, or that is malformed, is told where it is needed, and nowhere else", async () => {
  const cwd = tempFolder({ [FILE]: "chat:\n  model: ${MODEL}\n  agent: ${AGENT}\n", ".env": "MODEL=x\n" });
  const env = { AGENT: "coder" };
  chmodSync(join(cwd, ".env"), 0o666);
  expect(await problemsOf({ cwd, env })).toEqual([
    expect.stringMatching(/:2:10 +chat\.model: .*\.env is not read: others may write it/),
  ]);
  expect((await loadConfig({ cwd, env: { ...env, MODEL: "m" } })).chat.model).toBe("m");
  const broken = tempFolder({ [FILE]: "chat: { model: '${MODEL}' }\n", ".env": "MODEL\nhunter2 hunter2\n" });
  const [problem, ...others] = await problemsOf({ cwd: broken, env: {} });
  expect(problem).toMatch(/chat\.model: line \d of .*\.env is not NAME=value$/);
  expect(others).toEqual([]);
});

test("programs fill in their own: a TypeScript configuration stays as it is", async () => {
  const cwd = tempFolder({ "stack.config.mjs": "export default { chat: { model: '$' + '{MODEL}' } };" });
  expect((await loadConfig({ cwd, env: { MODEL: "m" } })).chat.model).toBe("${MODEL}");
});

test("where a variable is missing, what runs is still found by the state folder", async () => {
  const yaml = "state:\n  dir: ${WHERE:-there}\nchat:\n  model: ${MODEL}\n";
  const cwd = tempFolder({ [FILE]: yaml });
  expect((await fallbackConfig({ cwd, env: {} })).state.dir).toBe(join(cwd, "there"));
  expect((await fallbackConfig({ cwd, env: { WHERE: "here" } })).state.dir).toBe(join(cwd, "here"));
  const other = tempFolder({ [FILE]: "state:\n  dir: ${WHERE}\n" });
  expect((await fallbackConfig({ cwd: other, env: {} })).state.dir).toBe(join(other, ".stack"));
});

test("what a value was made of is told with it, and one of a secret is one", async () => {
  const yaml =
    "chat: { model: '${MODEL}', agent: '${API_KEY}' }\nservices:\n  a:\n    command: [a, '${MODEL}']\n    ready: { log: x }\n";
  const cwd = tempFolder({ [FILE]: yaml, ".env": "MODEL=m\n" });
  const values = await originsOf(await resolveConfig({ cwd, env: { API_KEY: "k" } }));
  const of = (...path: string[]) => values.find((each) => each.path.join() === path.join());
  expect(of("chat", "model")).toEqual({
    path: ["chat", "model"],
    value: "m",
    source: "file",
    place: `${FILE}:1:16`,
    variables: [{ name: "MODEL", place: join(cwd, ".env") }],
    is_secret: false,
  });
  expect(of("chat", "agent")).toMatchObject({
    variables: [{ name: "API_KEY", place: "environment" }],
    is_secret: true,
  });
  expect(of("services", "a", "command")?.variables).toEqual([{ name: "MODEL", place: join(cwd, ".env") }]);
});
