import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dirname } from "node:path/posix";
import type { Node } from "web-tree-sitter";
import { loadPython } from "../source-check/python-parser.ts";
import {
  descendants,
  keywordArgument,
  lastNameOf,
  partsOf,
  placeOf,
  positionalArguments,
  stringOf,
} from "../source-check/python-syntax.ts";
import { type EnvVariables, envFileOf, portFrom } from "./env-file.ts";
import { filesIn } from "./project-files.ts";
import {
  PYTHON_FRAMEWORKS,
  type PythonFramework,
  type PythonFrameworkName,
  pythonFramework,
} from "./python-frameworks.ts";
import { CHAT, type FoundValue, HEALTH, type WebApp } from "./web-app.ts";

/** A web application in Python. */
export interface PythonApp extends WebApp {
  readonly language: "python";
  readonly framework: PythonFrameworkName;
  /** The call in the same file that serves it, so that the file is a program. */
  readonly run?: FoundValue<string>;
}

/** The applications of a framework in a folder, and the servers without one, in the order of their files. */
export async function findPythonApps(root: string): Promise<PythonApp[]> {
  const sources = filesIn(root)
    .filter((file) => file.endsWith(".py") && !/(^|\/)(test_[^/]*|[^/]*_test|conftest)\.py$/.test(file))
    .map((file) => ({ file, text: readText(join(root, file)) }));
  const candidates = sources.filter(({ text }) => CREATION.test(text));
  const djangoApps = sources.flatMap(djangoApp);
  if (candidates.length === 0) return djangoApps;
  const parser = await loadPython();
  const apps = candidates.flatMap(({ file, text }) => {
    const tree = parser.parse(text);
    try {
      const folder = dirname(file);
      const chat = sources.filter((each) => isRoutedBy(each.file, file, candidates)).flatMap(chatRoutes);
      return appsIn(tree.rootNode, { file, text }, envFileOf(root, folder)).map((app) => ({ ...app, chat }));
    } finally {
      tree.delete();
    }
  });
  return [...apps, ...djangoApps];
}

const FRAMEWORKS = Object.entries(PYTHON_FRAMEWORKS) as [PythonFrameworkName, PythonFramework][];

/** Where one may be made. */
const CREATION = new RegExp(`\\b(?:${FRAMEWORKS.flatMap(([, { creates }]) => creates).join("|")})\\s*\\(`);

/** A project of Django is its manage.py. */
function djangoApp({ file, text }: SourceFile): PythonApp[] {
  if (!/(?:^|\/)manage\.py$/.test(file) || !text.includes("DJANGO_SETTINGS_MODULE")) return [];
  return [{ language: "python", framework: "Django", file, variable: "", where: file, chat: [] }];
}

/** A source, relative to the folder that was searched. */
interface SourceFile {
  readonly file: string;
  readonly text: string;
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

/** The paths of routes by which people chat: `@router.post("/chat/stream")`, `web.post("/chat", say)`, `(r"/chat", Handler)`. */
function chatRoutes({ file, text }: SourceFile): FoundValue<string>[] {
  const routes = text.matchAll(
    /(?:@\w[\w.]*\.(?:get|post|route|api_route|websocket)|\bweb\.(?:get|post|route)|\.add_(?:get|post|route)|Route)\s*\(\s*f?["'](\/[^"']*)["']|\(\s*r["'](\/[^"']*)["']|self\.path\s*==\s*["'](\/[^"']*)["']/g,
  );
  return [...routes]
    .map((route) => ({ value: route.slice(1).find(Boolean) ?? "", index: route.index }))
    .filter(({ value }) => CHAT.test(value))
    .map(({ value, index }) => ({
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

function appsIn(root: Node, { file, text }: SourceFile, variables: EnvVariables): Omit<PythonApp, "chat">[] {
  const where = (node: Node): string => `${file}:${placeOf(node).line}`;
  const calls = descendants(root, "call");
  return creationsIn(root, text).flatMap(({ framework, creation, variable }): Omit<PythonApp, "chat">[] => {
    const { server } = pythonFramework(framework);
    const run = calls.find((call) => serves(call, framework, variable));
    // What no command serves is a program, or nothing that can be run.
    if (run === undefined && server === undefined) return [];
    const said = run && portOf(portGivenTo(run, creation, framework), root);
    // A variable of `.env` goes before the default beside it.
    const fromFile = said && portFrom(said.node.text, variables);
    const port = fromFile ?? (said?.value && { value: said.value, where: where(said.node) });
    const health = calls.find((call) => isRoute(call, variable) && HEALTH.test(firstString(call) ?? ""));
    return [
      {
        ...{ language: "python", framework, file, variable, where: where(creation) },
        ...(run && { run: { value: calleeOf(run), where: where(run) } }),
        ...(port && { port }),
        ...(health && { health: { value: firstString(health) ?? "", where: where(health) } }),
      },
    ];
  });
}

/** An application where it is made. */
interface Creation {
  readonly framework: PythonFrameworkName;
  readonly creation: Node;
  /** Empty where its file alone knows it. */
  readonly variable: string;
}

function creationsIn(root: Node, text: string): Creation[] {
  const named = descendants(root, "assignment").flatMap((assignment): Creation[] => {
    const [left, right] = [assignment.childForFieldName("left"), assignment.childForFieldName("right")];
    const framework = right?.type === "call" ? frameworkOf(right, text) : undefined;
    if (framework === undefined || right === null || left?.type !== "identifier") return [];
    return [{ framework, creation: right, variable: left.text }];
  });
  // A program need not have it in a variable, nor tell it to anybody.
  const own = descendants(root, "call").flatMap((call): Creation[] => {
    const framework = frameworkOf(call, text);
    const isProgram = framework !== undefined && pythonFramework(framework).server === undefined;
    return isProgram ? [{ framework, creation: call, variable: "" }] : [];
  });
  const served = named.filter(({ framework }) => pythonFramework(framework).server !== undefined);
  return [...served, ...own.slice(0, 1)];
}

function frameworkOf(call: Node, text: string): PythonFrameworkName | undefined {
  const name = lastNameOf(call.childForFieldName("function")) ?? "";
  const found = FRAMEWORKS.find(
    ([, { creates, imports }]) => creates.includes(name) && (imports?.test(text) ?? true),
  );
  return found?.[0];
}

function calleeOf(call: Node): string {
  return call.childForFieldName("function")?.text ?? "";
}

/** `uvicorn.run(app)`, `uvicorn.run("main:app")`, `app.run()`, `web.run_app(make_app())`. */
function serves(call: Node, name: PythonFrameworkName, variable: string): boolean {
  const { served, server } = pythonFramework(name);
  const callee = calleeOf(call);
  if (server === undefined)
    return served.startsWith("{app}") ? callee.endsWith(served.slice(5)) : callee === served;
  if (served.startsWith("{app}")) return callee === `${variable}${served.slice(5)}`;
  const target = positionalArguments(call)[0] ?? keywordArgument(call, "app");
  const named = stringOf(target)?.split(":").at(-1) ?? target?.text;
  return callee === served && named === variable;
}

/** What stands where the port is said: `run(port=8000)`, `listen(8888)`, `HTTPServer(("", 8000), Handler)`. */
function portGivenTo(run: Node, creation: Node, name: PythonFrameworkName): Node | undefined {
  const keyword = keywordArgument(run, "port");
  if (keyword !== undefined || pythonFramework(name).server !== undefined) return keyword;
  const [address] = positionalArguments(creation);
  const port = address?.type === "tuple" ? partsOf(address)[1] : undefined;
  return port ?? (name === "Tornado" ? positionalArguments(run)[0] : undefined);
}

/** `@app.get("/health")`, `@app.route("/health")`. */
function isRoute(call: Node, variable: string): boolean {
  return [`${variable}.get`, `${variable}.route`].includes(calleeOf(call));
}

function firstString(call: Node): string | undefined {
  return stringOf(positionalArguments(call)[0]);
}

/** The port that is given there, also by way of a constant or of an option's default, with the node that says it. */
function portOf(
  given: Node | undefined,
  root: Node,
): { readonly value: number | undefined; readonly node: Node } | undefined {
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
