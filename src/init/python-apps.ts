import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dirname } from "node:path/posix";
import type { Node } from "web-tree-sitter";
import { loadPython } from "../source-check/python-parser.ts";
import {
  descendants,
  keywordArgument,
  lastNameOf,
  placeOf,
  positionalArguments,
  stringOf,
} from "../source-check/python-syntax.ts";
import { type EnvVariables, envFileOf, portFrom } from "./env-file.ts";
import { filesIn } from "./project-files.ts";
import { CHAT, type FoundValue, HEALTH, type WebApp } from "./web-app.ts";

/** A web application in Python. */
export interface PythonApp extends WebApp {
  readonly language: "python";
  readonly framework: "FastAPI" | "Flask";
  /** The call in the same file that serves it, so that the file is a program. */
  readonly run?: FoundValue<string>;
}

/** The applications of FastAPI and Flask in a folder, in the order of their files. */
export async function findPythonApps(root: string): Promise<PythonApp[]> {
  const sources = filesIn(root)
    .filter((file) => file.endsWith(".py") && !/(^|\/)(test_[^/]*|[^/]*_test|conftest)\.py$/.test(file))
    .map((file) => ({ file, text: readText(join(root, file)) }));
  const candidates = sources.filter(({ text }) => /\b(FastAPI|Flask)\s*\(/.test(text));
  if (candidates.length === 0) return [];
  const parser = await loadPython();
  return candidates.flatMap(({ file, text }) => {
    const tree = parser.parse(text);
    try {
      const folder = dirname(file);
      const chat = sources.filter((each) => isRoutedBy(each.file, file, candidates)).flatMap(chatRoutes);
      return appsIn(tree.rootNode, file, envFileOf(root, folder)).map((app) => ({ ...app, chat }));
    } finally {
      tree.delete();
    }
  });
}

/**
 * Whether a file may hold routes of the application of another: routers and blueprints stand beside it and below it.
 * What is nearer to the file of another application is that one's.
 */
function isRoutedBy(file: string, appFile: string, candidates: readonly { file: string }[]): boolean {
  const isBelow = (folder: string): boolean => folder === "." || file.startsWith(`${folder}/`);
  const above = candidates.filter((each) => isBelow(dirname(each.file)));
  const nearest = Math.max(...above.map((each) => depthOf(each.file)));
  const owners = above.filter((each) => depthOf(each.file) === nearest);
  const [owner] = owners;
  return file === appFile || (owners.length === 1 && owner?.file === appFile);
}

function depthOf(file: string): number {
  return file.split("/").length;
}

/** The paths of decorators by which people chat: `@router.post("/chat/stream")`. */
function chatRoutes({ file, text }: { file: string; text: string }): FoundValue<string>[] {
  const routes = text.matchAll(
    /@\w[\w.]*\.(?:get|post|route|api_route|websocket)\s*\(\s*f?["'](\/[^"']*)["']/g,
  );
  return [...routes]
    .filter(([, path = ""]) => CHAT.test(path))
    .map(({ 1: value = "", index }) => ({
      value,
      where: `${file}:${text.slice(0, index).split("\n").length}`,
    }));
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function appsIn(root: Node, file: string, variables: EnvVariables): Omit<PythonApp, "chat">[] {
  const where = (node: Node): string => `${file}:${placeOf(node).line}`;
  const calls = descendants(root, "call");
  return descendants(root, "assignment").flatMap((assignment): Omit<PythonApp, "chat">[] => {
    const [left, right] = [assignment.childForFieldName("left"), assignment.childForFieldName("right")];
    const framework = right?.type === "call" ? frameworkOf(right) : undefined;
    if (framework === undefined || left?.type !== "identifier") return [];
    const variable = left.text;
    const run = calls.find((call) => serves(call, framework, variable));
    const said = run && portOf(run, root);
    // A variable of `.env` goes before the default beside it.
    const fromFile = said && portFrom(said.node.text, variables);
    const port = fromFile ?? (said?.value && { value: said.value, where: where(said.node) });
    const health = calls.find((call) => isRoute(call, variable) && HEALTH.test(firstString(call) ?? ""));
    return [
      {
        ...{ language: "python", framework, file, variable, where: where(assignment) },
        ...(run && { run: { value: calleeOf(run), where: where(run) } }),
        ...(port && { port }),
        ...(health && { health: { value: firstString(health) ?? "", where: where(health) } }),
      },
    ];
  });
}

function frameworkOf(call: Node): PythonApp["framework"] | undefined {
  const name = lastNameOf(call.childForFieldName("function"));
  return name === "FastAPI" || name === "Flask" ? name : undefined;
}

function calleeOf(call: Node): string {
  return call.childForFieldName("function")?.text ?? "";
}

/** `uvicorn.run(app)`, `uvicorn.run("main:app")`, `app.run()`. */
function serves(call: Node, framework: PythonApp["framework"], variable: string): boolean {
  if (framework === "Flask") return calleeOf(call) === `${variable}.run`;
  const target = positionalArguments(call)[0] ?? keywordArgument(call, "app");
  const named = stringOf(target)?.split(":").at(-1) ?? target?.text;
  return calleeOf(call) === "uvicorn.run" && named === variable;
}

/** `@app.get("/health")`, `@app.route("/health")`. */
function isRoute(call: Node, variable: string): boolean {
  return [`${variable}.get`, `${variable}.route`].includes(calleeOf(call));
}

function firstString(call: Node): string | undefined {
  return stringOf(positionalArguments(call)[0]);
}

/** The port of a call, also by way of a constant or of an option's default, with the node that says it. */
function portOf(
  run: Node,
  root: Node,
): { readonly value: number | undefined; readonly node: Node } | undefined {
  const given = keywordArgument(run, "port");
  const source = given && (optionDefault(given, root) ?? constant(given, root) ?? given);
  const [, digits] = /(?<![\w.])(\d{2,5})(?![\w.])/.exec(source?.text ?? "") ?? [];
  return source && { value: digits === undefined ? undefined : Number(digits), node: source };
}

/** Of `options.port`: the default of `add_argument("--port", default=6120)`. */
function optionDefault(value: Node, root: Node): Node | undefined {
  if (value.type !== "attribute") return undefined;
  const option = `--${lastNameOf(value)}`;
  const added = descendants(root, "call").find(
    (call) =>
      lastNameOf(call.childForFieldName("function")) === "add_argument" && firstString(call) === option,
  );
  return added && keywordArgument(added, "default");
}

/** Of `PORT`: what is assigned to it. */
function constant(value: Node, root: Node): Node | undefined {
  if (value.type !== "identifier") return undefined;
  const assigned = descendants(root, "assignment").find(
    (assignment) => assignment.childForFieldName("left")?.text === value.text,
  );
  return assigned?.childForFieldName("right") ?? undefined;
}
