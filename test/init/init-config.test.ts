import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import { type InitOptions, initConfig } from "../../src/init/init-config.ts";
import { PATH, PATH_WITH_OLLAMA } from "../support/cli.ts";
import { startTestStack } from "../support/hmi.ts";
import { startOpenAiEngine } from "../support/openai-engine.ts";
import { freePorts } from "../support/ports.ts";
import { tempFolder } from "../support/temp.ts";

const PYTHON = fileURLToPath(new URL("../../fixtures/services/python", import.meta.url));

/** Looks around where no engine is; what is found must load. */
async function init(folder: string, options: Partial<InitOptions> = {}) {
  const [nobody = 0] = await freePorts(1);
  const env = { PATH, OLLAMA_HOST: `127.0.0.1:${nobody}` };
  const result = await initConfig({ folder, env, dryRun: false, force: false, ...options });
  return { result, config: await loadConfig({ cwd: folder, env: {} }) };
}

/** A server without a framework that does not say where it listens. */
const SERVER = 'import http from "node:http";\nhttp.createServer(say).listen(process.env.PORT);\n';

const of = (files: Record<string, string>) => init(tempFolder(files));

test("where nothing is found, the three of ours are written", async () => {
  const { result, config } = await of({ "notes.txt": "" });
  expect(result.findings.filter(({ use }) => use !== null)).toEqual([]);
  expect(config.services).toMatchObject({
    engine: { embedded: "engine", depends_on: [] },
    gateway: { embedded: "gateway", depends_on: ["engine"] },
    hmi: { embedded: "hmi", depends_on: ["gateway"] },
  });
});

test("an OpenAI-compatible server that the environment names is the engine, where there is no Ollama", async () => {
  const { url } = await startOpenAiEngine(() => undefined);
  const [nobody = 0] = await freePorts(1);
  const env = { PATH, OLLAMA_HOST: `127.0.0.1:${nobody}`, OPENAI_BASE_URL: `${url}/v1` };
  const { result, config } = await init(tempFolder({}), { env });
  expect(config.engine).toMatchObject({ url, api: "openai" });
  expect(result.findings).toContainEqual({
    what: "an OpenAI-compatible server answers",
    where: `${url}, OPENAI_BASE_URL`,
    use: "engine",
  });
  // One that is installed is what has always been used.
  const beside = await init(tempFolder({}), { env: { ...env, PATH: PATH_WITH_OLLAMA } });
  expect(beside.config.engine.api).toBe("chat");
});

test.each([
  ["app.py", 'ENGINE = os.environ.get("ENGINE", "http://127.0.0.1:7310")', "/v1/chat/completions", "openai"],
  ["app.py", 'OLLAMA = "http://localhost:7310"', "/api/chat", "chat"],
])(
  "an application that names its engine asks it itself: no gateway of ours stands before it (%s: %s)",
  async (file, line, path, api) => {
    const app = [
      "import os, uvicorn",
      "from starlette.applications import Starlette",
      line,
      `URL = "${path}"`,
      "app = Starlette(routes=[])",
      "uvicorn.run(app, port=7311)",
      "",
    ].join("\n");
    const { result, config } = await init(tempFolder({ [file]: app }), { env: { PATH } });
    expect(config.engine).toMatchObject({ url: "http://127.0.0.1:7310", api });
    expect(result.text).toContain("url: http://127.0.0.1:7310   # from app.py:3");
    expect(Object.keys(config.services)).toEqual(["engine", "hmi"]);
    expect(config.services["hmi"]).toMatchObject({ depends_on: ["engine"] });
    // A gateway is no engine.
    const behind = app.replace(line, 'LLM_GATEWAY = "http://127.0.0.1:7310"');
    const other = await init(tempFolder({ [file]: behind }), { env: { PATH } });
    expect(Object.keys(other.config.services)).toEqual(["engine", "gateway", "hmi"]);
  },
);

test("the programs of the seeds become gateway and HMI", async () => {
  const files = ["gateway_app.py", "hmi_app.py"].map((name) => [
    name,
    readFileSync(join(PYTHON, name), "utf8"),
  ]);
  const { result, config } = await of(Object.fromEntries(files));
  expect(result.findings).toEqual(
    expect.arrayContaining([
      {
        what: "FastAPI application `app`, with /chat/stream",
        where: expect.stringMatching(/^gateway_app\.py:\d+$/),
        use: "gateway",
      },
      {
        what: expect.stringMatching(/^Flask application `app`, with \/api\/chat\//),
        where: expect.stringMatching(/^hmi_app\.py:\d+$/),
        use: "hmi",
      },
    ]),
  );
  expect([config.gateway.port, config.hmi.port]).toEqual([6120, 6101]);
  expect(config.services["gateway"]).toMatchObject({
    command: { file: "python3", args: ["gateway_app.py"] },
    ready: { kind: "http", path: "/health" },
  });
  expect(config.services["hmi"]?.command?.args).toEqual(["hmi_app.py"]);
});

test("an application that no file serves is given to its framework's server", async () => {
  const { config } = await of({ "back/api.py": "api = FastAPI()", "web/ui.py": "app = Flask(__name__)" });
  expect(config.services["gateway"]?.command).toMatchObject({
    args: ["-m", "uvicorn", "api:api", "--host", "127.0.0.1", "--port", "6120"],
    cwd: expect.stringMatching(/\/back$/),
  });
  expect(config.services["hmi"]?.command?.args.join(" ")).toBe(
    "-m flask --app ui:app run --host 127.0.0.1 --port 6101",
  );
});

test("a module of a package is run from the folder above, by the nearest virtual environment", async () => {
  const folder = tempFolder({
    "src/pkg/__init__.py": "",
    "src/pkg/main.py": "app = FastAPI()\nuvicorn.run(app)",
    ".venv/bin/python": "",
  });
  const { config } = await init(folder);
  expect(config.gateway.port).toBe(8000);
  expect(config.services["gateway"]?.command).toMatchObject({
    file: join(folder, ".venv/bin/python"),
    args: ["-m", "pkg.main"],
    cwd: join(folder, "src"),
  });
});

test("a port that only a script says is taken from there", async () => {
  const { result, config } = await of({
    "main.py": "app = FastAPI()",
    Procfile: "web: uvicorn main:app --port 8765\nworker: celery -A jobs worker | tee log\n",
  });
  expect(config.gateway.port).toBe(8765);
  expect(result.text).toContain("port: 8765   # Procfile:1");
});

test("what a script gives to uvicorn beside the address is kept", async () => {
  const { config } = await of({
    "api.py": "app = FastAPI()",
    Procfile: "api: uvicorn api:app --host 0.0.0.0 --reload --port=8001 --log-level debug\n",
  });
  expect(config.services["gateway"]?.command?.args.join(" ")).toBe(
    "-m uvicorn api:app --host 127.0.0.1 --port 8001 --reload --log-level debug",
  );
});

test("a command offered as a service has the port that it names, and none from nowhere", async () => {
  const { result } = await of({ Procfile: "worker: python w.py\ndocs: python -m d --port 8123\n" });
  expect(result.text).not.toContain("8080");
  expect(result.text).toContain("python w.py\n#     ready:");
  expect(result.text).toContain("python -m d --port 8123\n#     port: 8123\n");
});

test("that there is no Ollama is told", async () => {
  const { result } = await of({});
  expect(result.findings[0]).toEqual({
    what: "no Ollama answers, and none is on the PATH",
    where: expect.stringMatching(/^http:.+, from OLLAMA_HOST$/),
    use: null,
  });
});

test("an interpreter that lacks the framework is told", async () => {
  const { result } = await of({ "api.py": "app = FastAPI()", ".venv/bin/python": "" });
  expect(result.findings).toContainEqual({
    what: expect.stringMatching(/\/\.venv\/bin\/python has no fastapi and no uvicorn$/),
    where: "install fastapi and uvicorn before `stack up`",
    use: null,
  });
});

test("what could be a service too is offered in a comment that is valid as it stands", async () => {
  const folder = tempFolder({
    "package.json": '{\n  "scripts": {\n    "dev": "vite",\n    "lint": "x"\n  }\n}\n',
    Procfile: "worker: celery -A jobs worker | tee log\n",
    "compose.yaml": "",
  });
  const { result } = await init(folder);
  expect(result.findings).toEqual(
    expect.arrayContaining([
      { what: "npm run dev", where: "package.json:3", use: null },
      { what: "celery -A jobs worker | tee log", where: "Procfile:1", use: null },
      { what: "Docker Compose", where: "compose.yaml", use: null },
    ]),
  );
  const text = result.text.replace(/^# ( {2,}\S)/gm, "$1");
  const cwd = tempFolder({ "stack.config.yaml": text });
  const { services } = await loadConfig({ cwd, env: {} });
  expect([services["dev"]?.command?.args, services["worker"]?.command?.file]).toEqual([["run", "dev"], "sh"]);
});

test("two programs on one port do not both become services", async () => {
  const { config, result } = await of({
    "api.py": "app = FastAPI()\nuvicorn.run(app, port=9000)",
    "ui.py": "app = Flask(__name__)\napp.run(port=9000)",
  });
  expect([config.gateway.port, config.hmi.port]).toEqual([9000, 6101]);
  expect(result.findings.find(({ where }) => where === "ui.py:1")?.use).toBeNull();
});

test("a program on a port of ours moves ours out of its way", async () => {
  const route = "@app.post('/chat/stream')\ndef stream(): ...\n";
  const { config } = await of({ "api.py": `app = FastAPI()\n${route}uvicorn.run(app, port=6101)` });
  expect([config.gateway.port, config.hmi.port]).toEqual([6101, 6102]);
});

test("an engine that answers is found where OLLAMA_HOST says", async () => {
  const { engine } = await startTestStack();
  const env = { PATH: PATH_WITH_OLLAMA, OLLAMA_HOST: engine.replace("http://", "") };
  const { result, config } = await init(tempFolder(), { env });
  expect(result.findings).toEqual(
    expect.arrayContaining([
      { what: "a stand-in for Ollama answers", where: `${engine}, from OLLAMA_HOST`, use: "engine" },
      {
        what: "ollama is installed",
        where: expect.stringMatching(/\/fixtures\/bin\/ollama$/),
        use: "engine",
      },
      {
        what: expect.stringMatching(/^port \d+ is in use$/),
        where: expect.stringContaining("pid "),
        use: null,
      },
    ]),
  );
  expect(config.engine.url).toBe(engine);
});

test("a file that is there is left as it is, unless it is told to be replaced", async () => {
  const folder = tempFolder({ "stack.config.yaml": "# mine\n" });
  await expect(init(folder)).rejects.toMatchObject({
    code: "config_exists",
    hint: expect.stringContaining("--force"),
  });
  expect(readFileSync(join(folder, "stack.config.yaml"), "utf8")).toBe("# mine\n");
  const { result } = await init(folder, { force: true });
  expect(readFileSync(join(folder, "stack.config.yaml"), "utf8")).toBe(result.text);
});

test("a configuration of another kind is not hidden by a new one", async () => {
  const folder = tempFolder({ "stack.config.ts": "export default {};" });
  await expect(init(folder, { force: true })).rejects.toMatchObject({ code: "config_exists" });
});

test("a dry run writes nothing", async () => {
  const folder = tempFolder();
  const { result } = await init(folder, { dryRun: true });
  expect(result).toMatchObject({ written: false, text: expect.stringContaining("services:") });
  expect(existsSync(result.file)).toBe(false);
});

test("the application with the stream's route goes before one with a better name", async () => {
  const { config, result } = await of({
    "gateway.py": "app = FastAPI()\n",
    "llm/core.py": "app = FastAPI()\n@app.post('/chat/stream')\ndef stream(): ...\n",
  });
  expect(config.services["gateway"]?.command?.args).toContain("core:app");
  expect(result.findings.find(({ where }) => where === "gateway.py:1")?.use).toBeNull();
});

test("a back end of the page alone is the HMI, whatever its framework", async () => {
  const { config } = await of({ "main.py": "app = FastAPI()\n@app.post('/api/chat')\ndef chat(): ...\n" });
  expect(config.services["hmi"]?.command?.args).toContain("main:app");
  expect(config.services["gateway"]).toMatchObject({ embedded: "gateway" });
});

test("a guess is told, with what it was between", async () => {
  const { result } = await of({ "a.py": "app = FastAPI()\n", "b.py": "app = FastAPI()\n" });
  expect(result.findings).toContainEqual({
    what: "the gateway is a guess: a.py, not b.py",
    where: "no route, port or name tells which",
    use: null,
  });
});

test("an Express back end becomes the HMI, by the script of its package and the port of its .env", async () => {
  const folder = tempFolder({
    "server/package.json": JSON.stringify({
      dependencies: { express: "5" },
      scripts: { dev: "node index.js" },
    }),
    "server/index.js":
      "const app = express();\napp.post('/api/chat', h);\napp.listen(process.env.PORT || 3000);",
    "server/.env": "PORT=3456\n",
  });
  const { result, config } = await init(folder);
  expect(result.findings).toContainEqual({
    what: "Express application `app`, with /api/chat",
    where: "server/index.js:1",
    use: "hmi",
  });
  expect(result.text).toContain("port: 3456   # PORT in server/.env");
  expect(config.hmi.port).toBe(3456);
  expect(config.services["hmi"]?.command).toMatchObject({
    file: "npm",
    args: ["run", "dev"],
    cwd: join(folder, "server"),
  });
});

test.each([
  [
    "a Dockerfile's command and its port",
    { "server.mjs": SERVER, Dockerfile: 'FROM node\nEXPOSE 7001\nCMD ["node", "server.mjs"]\n' },
    "Dockerfile:3",
  ],
  [
    "by way of a script of the package",
    {
      "server.mjs": SERVER,
      "package.json": '{ "scripts": { "start": "node server.mjs" } }',
      Dockerfile: "EXPOSE 7001\nCMD npm start\n",
    },
    "Dockerfile:2",
  ],
  [
    "a task of a pyproject.toml",
    {
      "main.py": "app = Starlette()\n",
      "pyproject.toml": '[tool.poe.tasks]\nserve = "uvicorn main:app --port 7001"\n',
    },
    "pyproject.toml:2",
  ],
])("a port is taken from %s", async (_, files, where) => {
  const { result, config } = await of(files);
  expect(config.hmi.port).toBe(7001);
  expect(result.text).toContain(`port: 7001   # ${where}`);
});

test("what a compose file says of ports is used, and its services are told", async () => {
  const { result, config } = await of({
    "api/main.py": "app = FastAPI()\n@app.post('/chat/stream')\ndef stream(): ...\n",
    "compose.yaml":
      "services:\n  api:\n    build: ./api\n    ports: ['8090:80']\n  ollama:\n    image: ollama/ollama\n    ports: ['11434:11434']\n",
  });
  expect(config.gateway.port).toBe(8090);
  expect(result.findings).toEqual(
    expect.arrayContaining([
      { what: "api of Docker Compose at port 8090", where: "compose.yaml:2", use: null },
      {
        what: "ollama of Docker Compose (ollama/ollama) at port 11434",
        where: "compose.yaml:5",
        use: null,
      },
    ]),
  );
});

test("the engine is where .env says, unless the environment says otherwise", async () => {
  const [nobody = 0] = await freePorts(1);
  const folder = tempFolder({ ".env": `OLLAMA_BASE_URL=http://127.0.0.1:${nobody}\n` });
  const { config, result } = await init(folder, { env: { PATH } });
  expect(config.engine.url).toBe(`http://127.0.0.1:${nobody}`);
  expect(result.text).toContain("# from OLLAMA_BASE_URL in .env");
});
