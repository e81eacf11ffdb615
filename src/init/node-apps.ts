import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { dirname } from "node:path/posix";
import { type EnvVariables, envFileOf, portFrom } from "./env-file.ts";
import { BARE_SERVERS, NODE_FRAMEWORKS, type NodeFramework } from "./node-frameworks.ts";
import { filesIn } from "./project-files.ts";
import { CHAT, type FoundValue, HEALTH, type WebApp } from "./web-app.ts";

/** A web application that Node runs. */
export interface NodeApp extends WebApp {
  readonly language: "node";
  readonly framework: FrameworkName | "Next.js";
  /** The folder of its package, relative to the folder that was searched; `.` for that itself. */
  readonly folder: string;
  /** The script of its package that runs it, `dev` or `start`; undefined where it has none. */
  readonly script: string | undefined;
}

/** What is known of an application's framework. */
export function frameworkOf({ framework }: NodeApp): NodeFramework {
  return framework === "Next.js" ? NEXT : FRAMEWORKS[framework];
}

const FRAMEWORKS = { ...NODE_FRAMEWORKS, ...BARE_SERVERS };
type FrameworkName = keyof typeof FRAMEWORKS;

/** Known by its package alone. */
const NEXT: NodeFramework = { dependency: "next", creates: /(?!)/, port: 3000 };

/** Next.js has its routes in folders: `web/src/app/api/chat/[id]/stream/route.ts`. */
const DEEPEST = 8;

const SOURCE = /\.[cm]?[jt]sx?$/;
const TEST = /\.(?:test|spec)\.|\.d\.[cm]?ts$|\.config\./;

/** The applications of a framework in a folder, and the servers without one, in the order of their packages and files. */
export function findNodeApps(root: string): NodeApp[] {
  const files = filesIn(root, DEEPEST);
  const packages = files.filter((file) => file.endsWith("/package.json"));
  // What is in no package is run all the same.
  return ["package.json", ...packages].flatMap((manifest) => appsOfPackage(root, manifest, files));
}

function appsOfPackage(root: string, manifest: string, files: readonly string[]): NodeApp[] {
  const folder = dirname(manifest);
  const { dependencies, scripts } = readManifest(join(root, manifest));
  const isNext = dependencies.has("next");
  const sources = files
    .filter((file) => SOURCE.test(file) && !TEST.test(file) && packageOf(file, root) === folder)
    .map((file) => ({ file, text: readText(join(root, file)) }));
  const shared = {
    language: "node",
    folder,
    script: ["dev", "start"].find((name) => name in scripts),
    chat: sources.flatMap(({ file, text }) => [
      ...routesIn(file, text, CHAT),
      ...comparedPaths(file, text, CHAT),
      ...nextRoute(file),
    ]),
  } as const;
  const variables = envFileOf(root, folder);
  const apps = sources.flatMap(({ file, text }): NodeApp[] =>
    createdIn(text, dependencies).map(({ framework, created }) => {
      const port = portIn(file, text, variables);
      const [health] = [...routesIn(file, text, HEALTH), ...comparedPaths(file, text, HEALTH)];
      return {
        ...shared,
        framework,
        file,
        where: placeIn(file, text, created.index),
        variable: created[1] ?? "",
        ...(port && { port }),
        ...(health && { health }),
      };
    }),
  );
  if (apps.length > 0 || !isNext) return apps;
  const port = nextPort(scripts, manifest);
  const file = manifest;
  return [
    { ...shared, framework: "Next.js", file, where: manifest, variable: "next", ...(port && { port }) },
  ];
}

/** What a file makes: an application of each framework, or, where it has none, a server. */
function createdIn(
  text: string,
  dependencies: ReadonlySet<string>,
): { readonly framework: FrameworkName; readonly created: RegExpExecArray }[] {
  const inTable = (table: Partial<Record<FrameworkName, NodeFramework>>) =>
    Object.entries(table).flatMap(([name, { dependency, beside, creates }]) => {
      const isThere = dependency === undefined || dependencies.has(dependency) || importsIt(text, dependency);
      const created = isThere && (beside?.test(text) ?? true) ? creates.exec(text) : null;
      return created === null ? [] : [{ framework: name as FrameworkName, created }];
    });
  const apps = inTable(NODE_FRAMEWORKS);
  return apps.length > 0 ? apps : inTable(BARE_SERVERS).slice(0, 1);
}

/** Whether a file imports a package by itself, as Deno and Bun let it: `npm:hono@4`. */
function importsIt(text: string, dependency: string): boolean {
  return new RegExp(`["'](?:npm:)?${dependency}(?:@[^"']*)?["']`).test(text);
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

/** The paths that a file without a router compares with, `url.pathname === "/api/chats"`. */
function comparedPaths(file: string, text: string, wanted: RegExp): FoundValue<string>[] {
  const paths = text.matchAll(/(?:={2,3}|\bcase)\s*["'`](\/[^"'`\s]*)["'`]/g);
  return [...paths]
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
