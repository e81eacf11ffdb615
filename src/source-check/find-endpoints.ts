import type { Node } from "web-tree-sitter";
import {
  functionAround,
  keywordArgument,
  lastNameOf,
  positionalArguments,
  stringOf,
} from "./python-syntax.ts";

/** A function that a router calls. */
export interface PythonEndpoint {
  readonly name: string;
  /** `GET /api/chat/general-stream`, as the file has it: without the prefix of its router. */
  readonly route: string;
  readonly definition: Node;
}

/** How the routers of FastAPI and Flask name their decorators. */
const VERBS = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];
const OTHER_METHODS = ["route", "api_route", "websocket"];

/** The methods that take a handler as an argument: of FastAPI and Starlette, of Flask, of Flask-RESTful. */
const ADDERS = ["add_api_route", "add_api_websocket_route", "add_route", "add_url_rule", "add_resource"];

const DECORATOR = new RegExp(`@.*\\.\\s*(?:${[...VERBS, ...OTHER_METHODS].join("|")})\\s*\\(`);
const REGISTRATION = new RegExp(`\\.\\s*(?:${ADDERS.join("|")})\\s*\\(|\\)\\s*\\(\\s*\\w+\\s*\\)`);

/** False where a text has no endpoint for certain. */
export function mayHaveEndpoints(text: string): boolean {
  return DECORATOR.test(text) || REGISTRATION.test(text);
}

/**
 * The endpoints of a file: functions and classes under a router's decorator (`@app.get("/x")`), and those that are
 * handed to a router by a call: `app.post("/x")(handler)`, `app.add_api_route("/x", handler)`,
 * `app.add_url_rule("/x", view_func=View.as_view("x"))`, `api.add_resource(View, "/x")`.
 */
export function findEndpoints(root: Node): PythonEndpoint[] {
  const registered = root.descendantsOfType("call").flatMap((call) => {
    const registration = registrationIn(call);
    if (registration === undefined) return [];
    const definition = definitionOf(registration.handler, call, root);
    return definition === undefined ? [] : endpointsOf(definition, registration.route);
  });
  return [...decoratedIn(root), ...registered];
}

function decoratedIn(root: Node): PythonEndpoint[] {
  return root.descendantsOfType("decorated_definition").flatMap((decorated) => {
    const definition = decorated.childForFieldName("definition");
    if (definition === null) return [];
    const decorators = decorated.namedChildren.filter(({ type }) => type === "decorator");
    const route = decorators.map((each) => routeOf(each.firstNamedChild)).find((each) => each !== undefined);
    return route === undefined ? [] : endpointsOf(definition, route);
  });
}

/** A function is one endpoint, a class one for each verb that it has as a method. */
function endpointsOf(definition: Node, route: string): PythonEndpoint[] {
  const name = definition.childForFieldName("name")?.text;
  if (name === undefined) return [];
  if (definition.type === "function_definition") return [{ name, route, definition }];
  const statements = definition.childForFieldName("body")?.namedChildren ?? [];
  return statements.flatMap((statement) => {
    const method =
      statement.type === "decorated_definition" ? statement.childForFieldName("definition") : statement;
    const verb = method?.type === "function_definition" ? method.childForFieldName("name")?.text : undefined;
    if (method === null || verb === undefined || !VERBS.includes(verb)) return [];
    return [{ name: `${name}.${verb}`, route: `${verb.toUpperCase()} ${route}`, definition: method }];
  });
}

interface Registration {
  readonly route: string;
  /** The function or the class, as it is named. */
  readonly handler: string;
}

function registrationIn(call: Node): Registration | undefined {
  const callee = call.childForFieldName("function");
  if (callee?.type === "call") {
    const route = routeOf(callee);
    const handler = handlerIn(positionalArguments(call)[0]);
    return route === undefined || handler === undefined ? undefined : { route, handler };
  }
  if (callee?.type !== "attribute" || !ADDERS.includes(lastNameOf(callee) ?? "")) return undefined;
  const paths = [...positionalArguments(call), keywordArgument(call, "path"), keywordArgument(call, "rule")];
  const path = paths.find((argument) => stringOf(argument)?.startsWith("/"));
  const named = ["view_func", "endpoint"].map((name) => keywordArgument(call, name));
  const handler = [...named, ...positionalArguments(call)].map(handlerIn).find((each) => each !== undefined);
  if (path === undefined || handler === undefined) return undefined;
  return { route: stringOf(path) ?? path.text, handler };
}

/** `handler` of `handler` and of `View.as_view("x")`. */
function handlerIn(node: Node | undefined): string | undefined {
  if (node?.type === "identifier") return node.text;
  if (node?.type !== "call") return undefined;
  const callee = node.childForFieldName("function");
  const isView = callee?.type === "attribute" && lastNameOf(callee) === "as_view";
  return isView ? lastNameOf(callee.childForFieldName("object")) : undefined;
}

/** The function or class of this name that the call sees, which another file may have. */
function definitionOf(name: string, call: Node, root: Node): Node | undefined {
  const around = functionAround(call)?.id;
  const named = root
    .descendantsOfType(["function_definition", "class_definition"])
    .filter((node) => node.childForFieldName("name")?.text === name);
  const isSeen = (node: Node): boolean => {
    const scope = functionAround(node)?.id;
    return scope === undefined || scope === around;
  };
  return named.findLast(isSeen);
}

/** What a router is told to call under a path: `app.get("/x")`; undefined for any other call. */
function routeOf(call: Node | null): string | undefined {
  if (call?.type !== "call") return undefined;
  const callee = call.childForFieldName("function");
  if (callee?.type !== "attribute") return undefined;
  const method = lastNameOf(callee) ?? "";
  if (!VERBS.includes(method) && !OTHER_METHODS.includes(method)) return undefined;
  const path = positionalArguments(call)[0] ?? keywordArgument(call, "path") ?? keywordArgument(call, "rule");
  if (path === undefined || isPatch(callee, path)) return undefined;
  const address = stringOf(path) ?? path.text;
  return VERBS.includes(method) ? `${method.toUpperCase()} ${address}` : address;
}

/** `@mock.patch("package.function")` has a router's method, but no path. */
function isPatch(callee: Node, path: Node): boolean {
  const text = stringOf(path);
  if (text === undefined) return lastNameOf(callee.childForFieldName("object")) === "mock";
  return text !== "" && !text.startsWith("/");
}
