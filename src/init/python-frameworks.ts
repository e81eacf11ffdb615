import { shellWord } from "../text/shell-word.ts";

/** How an application of a framework is made, and run. */
export interface PythonFramework {
  /** The classes of its applications. */
  readonly creates: readonly string[];
  /** What the sources must import, where other things are made by the same names. */
  readonly imports?: RegExp;
  /** What has to be installed. */
  readonly modules: readonly string[];
  /** Where it listens that says nothing. */
  readonly port: number;
  /** The call in its own file by which that is a program; `{app}` is the application. */
  readonly served: string;
  /** How it is served else, by its framework's own command; left out: only its own file can. */
  readonly server?: (app: ServedApp) => string;
}

/** What a command serves. */
export interface ServedApp {
  /** `api.main:app`. */
  readonly target: string;
  readonly file: string;
  readonly port: number;
}

const at = (port: number): string => `--host 127.0.0.1 --port ${port}`;
const byUvicorn = {
  port: 8000,
  served: "uvicorn.run",
  server: ({ target, port }: ServedApp) => `-m uvicorn ${shellWord(target)} ${at(port)}`,
};
const byItsOwn = (module: string) => ({
  port: 5000,
  served: "{app}.run",
  server: ({ target, port }: ServedApp) => `-m ${module} --app ${shellWord(target)} run ${at(port)}`,
});

export const PYTHON_FRAMEWORKS = {
  FastAPI: { creates: ["FastAPI"], modules: ["fastapi", "uvicorn"], ...byUvicorn },
  Flask: { creates: ["Flask"], modules: ["flask"], ...byItsOwn("flask") },
  Starlette: { creates: ["Starlette"], modules: ["starlette", "uvicorn"], ...byUvicorn },
  Litestar: { creates: ["Litestar"], modules: ["litestar", "uvicorn"], ...byUvicorn },
  Quart: { creates: ["Quart"], modules: ["quart"], ...byItsOwn("quart") },
  Sanic: {
    creates: ["Sanic"],
    modules: ["sanic"],
    port: 8000,
    served: "{app}.run",
    server: ({ target, port }: ServedApp) => `-m sanic ${shellWord(target)} ${at(port)}`,
  },
  aiohttp: {
    creates: ["Application"],
    imports: /\baiohttp\b/,
    modules: ["aiohttp"],
    port: 8080,
    served: "web.run_app",
  },
  Tornado: {
    creates: ["Application"],
    imports: /\btornado\b/,
    modules: ["tornado"],
    port: 8888,
    served: "{app}.listen",
  },
  "http.server": {
    creates: ["HTTPServer", "ThreadingHTTPServer", "TCPServer"],
    imports: /\bhttp\.server\b|\bfrom\s+http\s+import\s+server\b/,
    modules: [],
    port: 8000,
    served: "{app}.serve_forever",
  },
  Django: {
    // It is known by its manage.py alone.
    creates: [],
    modules: ["django"],
    port: 8000,
    served: "",
    server: ({ file, port }: ServedApp) => `${shellWord(file)} runserver 127.0.0.1:${port}`,
  },
} as const satisfies Readonly<Record<string, PythonFramework>>;

export type PythonFrameworkName = keyof typeof PYTHON_FRAMEWORKS;

export function pythonFramework(name: PythonFrameworkName): PythonFramework {
  return PYTHON_FRAMEWORKS[name];
}
