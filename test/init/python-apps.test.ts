import { expect, test } from "vitest";
import { findPythonApps } from "../../src/init/python-apps.ts";
import { tempFolder } from "../support/temp.ts";

const appsOf = (text: string, file = "app.py") => findPythonApps(tempFolder({ [file]: text }));

test("an application, the call that serves it, its port and its health are told with their lines", async () => {
  const text = [
    "from fastapi import FastAPI",
    "app = FastAPI(title='x')",
    "@app.get('/health')",
    "def health(): ...",
    "if __name__ == '__main__':",
    "    uvicorn.run(app, host='0.0.0.0', port=8123)",
  ].join("\n");
  expect(await appsOf(text, "api/main.py")).toEqual([
    {
      language: "python",
      framework: "FastAPI",
      chat: [],
      file: "api/main.py",
      variable: "app",
      where: "api/main.py:2",
      run: { value: "uvicorn.run", where: "api/main.py:6" },
      port: { value: 8123, where: "api/main.py:6" },
      health: { value: "/health", where: "api/main.py:3" },
    },
  ]);
});

test.each([
  ["a number", "app.run(port=5001)", 5001],
  ["a constant", "PORT = 5002\napp.run(port=PORT)", 5002],
  ["a variable's default", "app.run(port=int(os.environ.get('PORT', '5003')))", 5003],
  ["an option's default", "p.add_argument('--port', type=int, default=5004)\napp.run(port=args.port)", 5004],
  ["nothing", "app.run(debug=True)", undefined],
  ["what cannot be told", "app.run(port=find_port())", undefined],
])("the port of a program is %s", async (_, text, port) => {
  const [app] = await appsOf(`app = flask.Flask(__name__)\n${text}\n`);
  expect(app?.port?.value).toBe(port);
});

test.each(["# app = FastAPI()", "'''app = FastAPI()'''", "FastAPI()", "class Flask: ..."])(
  "%s is no application",
  async (text) => {
    expect(await appsOf(text)).toEqual([]);
  },
);

test.each(["tests/app.py", "test_app.py", "venv/app.py", ".hidden/app.py", "a/b/c/d/app.py"])(
  "%s is not looked at",
  async (file) => {
    expect(await appsOf("app = FastAPI()", file)).toEqual([]);
  },
);

test("its routes by which people chat may stand in the routers beside it", async () => {
  const folder = tempFolder({
    "api/main.py": "app = FastAPI()\n",
    "api/routers/chat.py": "router = APIRouter()\n\n@router.post('/chat/{key}/stream')\ndef stream(): ...\n",
    "api/routers/users.py": "@router.get('/users')\ndef users(): ...\n",
    "other/chat.py": "@router.get('/other/stream')\ndef stream(): ...\n",
  });
  const [app] = await findPythonApps(folder);
  expect(app?.chat).toEqual([{ value: "/chat/{key}/stream", where: "api/routers/chat.py:3" }]);
});

test("a variable of .env goes before the default in the sources", async () => {
  const text = "app = Flask(__name__)\napp.run(port=int(os.environ.get('PORT', 5000)))";
  const [app] = await findPythonApps(tempFolder({ "app.py": text, ".env": "PORT=5050" }));
  expect(app?.port).toEqual({ value: 5050, where: "PORT in .env" });
});

test.each([
  ["Starlette", "app = Starlette(routes=[Route('/chat', say)])", undefined, "/chat"],
  ["Litestar", "app = Litestar([say])", undefined, undefined],
  ["Quart", "app = Quart(__name__)\napp.run(port=5055)", 5055, undefined],
  ["Sanic", "app = Sanic('x')\napp.run(host='127.0.0.1', port=8001)", 8001, undefined],
  [
    "aiohttp",
    "from aiohttp import web\ndef make():\n    app = web.Application()\n    app.add_routes([web.post('/api/chat', say)])\n    return app\nweb.run_app(make(), port=8081)",
    8081,
    "/api/chat",
  ],
  [
    "Tornado",
    "import tornado.web\ndef make():\n    return tornado.web.Application([(r'/chat/stream', Say)])\napp = make()\napp.listen(8889)",
    8889,
    "/chat/stream",
  ],
  [
    "http.server",
    "from http.server import ThreadingHTTPServer\nPORT = 8010\nif self.path == '/chat': say()\nThreadingHTTPServer(('127.0.0.1', PORT), Say).serve_forever()",
    8010,
    "/chat",
  ],
  ["Django", "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site.settings')", undefined, undefined],
])("%s is known, with its port and its routes", async (framework, text, port, route) => {
  const apps = await appsOf(`${text}\n`, framework === "Django" ? "manage.py" : "app.py");
  expect(apps).toMatchObject([{ framework }]);
  expect(apps[0]?.port?.value).toBe(port);
  expect(apps[0]?.chat[0]?.value).toBe(route);
});

test("an Application of something else is none, and nor is a server that nothing serves", async () => {
  expect(await appsOf("app = tkinter.Application()\n")).toEqual([]);
  expect(await appsOf("from aiohttp import web\napp = web.Application()\n")).toEqual([]);
});
