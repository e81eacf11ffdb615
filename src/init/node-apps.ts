import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { dirname } from "node:path/posix";
import { type EnvVariables, envFileOf, portFrom } from "./env-file.ts";
import { filesIn } from "./project-files.ts";
import { CHAT, type FoundValue, HEALTH, type WebApp } from "./web-app.ts";

/** A web application that Node runs. */
export interface NodeApp extends WebApp {
  readonly language: "node";
  readonly framework: "Express" | "Fastify" | "Hono" | "Next.js";
  /** The folder of its package, relative to the folder that was searched; `.` for that itself. */
  readonly folder: string;
  /** The script of its package that runs it, `dev` or `start`; undefined where it has none. */
  readonly script: string | undefined;
}

/** How each framework makes an application: `const app = express()`. Next.js is known by its package alone. */
const CREATORS: readonly { framework: NodeApp["framework"]; pattern: RegExp; dependency: string }[] = [
  {
    framework: "Express",
    pattern: /\b(?:const|let|var)\s+(\w+)[^=\n]*=\s*express\s*\(\s*\)/,
    dependency: "express",
  },
  {
    framework: "Fastify",
    pattern: /\b(?:const|let|var)\s+(\w+)[^=\n]*=\s*(?:await\s+)?[fF]astify\s*\(/,
    dependency: "fastify",
  },
  { framework: "Hono", pattern: /\b(?:const|let|var)\s+(\w+)[^=\n]*=\s*new\s+Hono\b/, dependency: "hono" },
];

/** Next.js has its routes in folders: `web/src/app/api/chat/[id]/stream/route.ts`. */
const DEEPEST = 8;

const SOURCE = /\.[cm]?[jt]sx?$/;
const TEST = /\.(?:test|spec)\.|\.d\.[cm]?ts$|\.config\./;

/** The applications of Express, Fastify, Hono and Next.js in a folder, in the order of their files. */
export function findNodeApps(root: string): NodeApp[] {
  const files = filesIn(root, DEEPEST);
  const packages = files.filter((file) => file === "package.json" || file.endsWith("/package.json"));
  return packages.flatMap((manifest) => appsOfPackage(root, manifest, files));
}

function appsOfPackage(root: string, manifest: string, files: readonly string[]): NodeApp[] {
  const folder = dirname(manifest);
  const { dependencies, scripts } = readManifest(join(root, manifest));
  const known = CREATORS.filter(({ dependency }) => dependencies.has(dependency));
  const isNext = dependencies.has("next");
  if (known.length === 0 && !isNext) return [];
  const sources = files
    .filter((file) => SOURCE.test(file) && !TEST.test(file) && packageOf(file, root) === folder)
    .map((file) => ({ file, text: readText(join(root, file)) }));
  const shared = {
    language: "node",
    folder,
    script: ["dev", "start"].find((name) => name in scripts),
    chat: sources.flatMap(({ file, text }) => [...routesIn(file, text, CHAT), ...nextRoute(file)]),
  } as const;
  const variables = envFileOf(root, folder);
  const apps = sources.flatMap(({ file, text }): NodeApp[] =>
    known.flatMap(({ framework, pattern }) => {
      const created = pattern.exec(text);
      if (created === null) return [];
      const where = placeIn(file, text, created.index);
      const port = portIn(file, text, variables);
      const [health] = routesIn(file, text, HEALTH);
      return [
        {
          ...shared,
          framework,
          file,
          where,
          variable: created[1] ?? "",
          ...(port && { port }),
          ...(health && { health }),
        },
      ];
    }),
  );
  if (apps.length > 0 || !isNext) return apps;
  const port = nextPort(scripts, manifest);
  const file = manifest;
  return [
    { ...shared, framework: "Next.js", file, where: manifest, variable: "next", ...(port && { port }) },
  ];
}

/** The folder of the package that a file belongs to: of the nearest package.json. */
function packageOf(file: string, root: string): string {
  let folder = dirname(file);
  while (folder !== "." && !existsSync(join(root, folder, "package.json"))) folder = dirname(folder);
  return folder;
}

/** The paths that a file gives to a router, `app.post("/api/chat", ...)`. */
function routesIn(file: string, text: string, wanted: RegExp): FoundValue<string>[] {
  const routes = text.matchAll(/\.\s*(?:get|post|put|all|route|use)\s*\(\s*["'`](\/[^"'`\s]*)["'`]/g);
  return [...routes]
    .filter(([, path = ""]) => wanted.test(path))
    .map(({ 1: value = "", index }) => ({ value, where: placeIn(file, text, index) }));
}

/** A file of Next.js is a route by its place: `app/api/chat/route.ts`, `pages/api/chat.ts`. */
function nextRoute(file: string): FoundValue<string>[] {
  const [, path] =
    /(?:^|\/)(?:app\/(.*)\/route|pages\/(?=api\/)(.*?)(?:\/index)?)\.[cm]?[jt]sx?$/
      .exec(file)
      ?.filter(Boolean) ?? [];
  const value = `/${path ?? ""}`;
  return path !== undefined && CHAT.test(value) ? [{ value, where: file }] : [];
}

/** The port of `listen(3001)`, `listen({ port: 3001 })`, `serve({ fetch, port: 3001 })`, also by a constant or `.env`. */
function portIn(file: string, text: string, variables: EnvVariables): FoundValue<number> | undefined {
  const call = /\.\s*listen\s*\(\s*(?!\{)([^,)]*)|\bport\s*:\s*([^,}\n]*)/i.exec(text);
  if (call === null) return undefined;
  const given = (call[1] ?? call[2] ?? "").trim();
  const constant = /^\w+$/.test(given) ? new RegExp(`\\b${given}\\b\\s*=\\s*([^;\\n]*)`).exec(text) : null;
  const expression = constant?.[1] ?? given;
  const fromFile = portFrom(expression, variables);
  if (fromFile !== undefined) return fromFile;
  const digits = /(?<![\w.])(\d{2,5})(?![\w.])/.exec(expression)?.[1];
  if (digits === undefined) return undefined;
  return { value: Number(digits), where: placeIn(file, text, (constant ?? call).index) };
}

/** Of `next dev -p 3001`; for its own port Next.js does not read `.env`. */
function nextPort(scripts: Manifest["scripts"], manifest: string): FoundValue<number> | undefined {
  for (const name of ["dev", "start"]) {
    const digits = /next\s+\w+.*?(?:-p|--port)[ =](\d{2,5})/.exec(scripts[name] ?? "")?.[1];
    if (digits !== undefined) return { value: Number(digits), where: manifest };
  }
  return undefined;
}

function placeIn(file: string, text: string, index: number): string {
  return `${file}:${text.slice(0, index).split("\n").length}`;
}

interface Manifest {
  readonly dependencies: ReadonlySet<string>;
  readonly scripts: Readonly<Record<string, string>>;
}

/** Empty for a file that is no manifest. */
function readManifest(path: string): Manifest {
  try {
    const { dependencies, devDependencies, scripts } = JSON.parse(readText(path)) as Record<string, unknown>;
    const names = [dependencies, devDependencies].flatMap((each) => Object.keys(recordOf(each)));
    const texts = Object.entries(recordOf(scripts)).map(([name, script]) => [name, String(script)]);
    return { dependencies: new Set(names), scripts: Object.fromEntries(texts) };
  } catch {
    return { dependencies: new Set(), scripts: {} };
  }
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
