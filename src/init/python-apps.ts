import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Node } from "web-tree-sitter";
import { loadPython } from "../source-check/python.ts";
import {
  descendants,
  keywordArgument,
  lastNameOf,
  placeOf,
  positionalArguments,
  stringOf,
} from "../source-check/syntax.ts";
import { filesIn } from "./files.ts";

/** Something found, and the line that shows it. */
export interface Found<Value> {
  readonly value: Value;
  /** `gateway/main.py:12`. */
  readonly where: string;
}

/** A web application in Python. */
export interface PythonApp {
  readonly framework: "FastAPI" | "Flask";
  /** Relative to the folder that was searched, with `/`. */
  readonly file: string;
  /** Where it is created. */
  readonly where: string;
  /** Name of its variable. */
  readonly variable: string;
  /** The call in the same file that serves it, so that the file is a program. */
  readonly run?: Found<string>;
  /** The port that this call is given, if it can be told. */
  readonly port?: Found<number>;
  /** Its path that tells its health. */
  readonly health?: Found<string>;
}

/** The applications of FastAPI and Flask in a folder, in the order of their files. */
export async function findPythonApps(root: string): Promise<PythonApp[]> {
  const candidates = filesIn(root)
    .filter((file) => file.endsWith(".py") && !/(^|\/)(test_[^/]*|[^/]*_test|conftest)\.py$/.test(file))
    .map((file) => ({ file, text: readText(join(root, file)) }))
    .filter(({ text }) => /\b(FastAPI|Flask)\s*\(/.test(text));
  if (candidates.length === 0) return [];
  const parser = await loadPython();
  return candidates.flatMap(({ file, text }) => {
    const tree = parser.parse(text);
    try {
      return appsIn(tree.rootNode, file);
    } finally {
      tree.delete();
    }
  });
}

/** A path without parameters. */
const HEALTH = /^\/[\w/-]*health[\w/-]*$/;

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function appsIn(root: Node, file: string): PythonApp[] {
  const where = (node: Node): string => `${file}:${placeOf(node).line}`;
  const calls = descendants(root, "call");
  return descendants(root, "assignment").flatMap((assignment): PythonApp[] => {
    const [left, right] = [assignment.childForFieldName("left"), assignment.childForFieldName("right")];
    const framework = right?.type === "call" ? frameworkOf(right) : undefined;
    if (framework === undefined || left?.type !== "identifier") return [];
    const variable = left.text;
    const run = calls.find((call) => serves(call, framework, variable));
    const port = run && portOf(run, root);
    const health = calls.find((call) => isRoute(call, variable) && HEALTH.test(firstString(call) ?? ""));
    return [
      {
        ...{ framework, file, variable, where: where(assignment) },
        ...(run && { run: { value: calleeOf(run), where: where(run) } }),
        ...(port && { port: { value: port.value, where: where(port.node) } }),
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
function portOf(run: Node, root: Node): { readonly value: number; readonly node: Node } | undefined {
  const given = keywordArgument(run, "port");
  const source = given && (optionDefault(given, root) ?? constant(given, root) ?? given);
  const [, digits] = /(?<![\w.])(\d{2,5})(?![\w.])/.exec(source?.text ?? "") ?? [];
  return source === undefined || digits === undefined ? undefined : { value: Number(digits), node: source };
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
