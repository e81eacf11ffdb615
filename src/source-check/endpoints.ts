import type { Node } from "web-tree-sitter";
import { keywordArgument, lastNameOf, positionalArguments, stringOf } from "./syntax.ts";

/** A function that a router calls. */
export interface Endpoint {
  readonly name: string;
  /** `GET /api/chat/general-stream`, as the decorator has it: without the prefix of its router. */
  readonly route: string;
  readonly definition: Node;
}

/** How the routers of FastAPI and Flask name their decorators. */
const VERBS = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];
const OTHER_METHODS = ["route", "api_route", "websocket"];

const DECORATOR = new RegExp(`@.*\\.\\s*(?:${[...VERBS, ...OTHER_METHODS].join("|")})\\s*\\(`);

/** False where a text has no endpoint for certain. */
export function mayHaveEndpoints(text: string): boolean {
  return DECORATOR.test(text);
}

/** The functions of a file that a router's decorator makes endpoints of: `@app.get("/x")`, `@chat.route("/x")`. */
export function findEndpoints(root: Node): Endpoint[] {
  return root.descendantsOfType("decorated_definition").flatMap((decorated) => {
    const definition = decorated.childForFieldName("definition");
    if (definition?.type !== "function_definition") return [];
    const decorators = decorated.namedChildren.filter(({ type }) => type === "decorator");
    const route = decorators.map(routeOf).find((each) => each !== undefined);
    const name = definition.childForFieldName("name")?.text;
    return route === undefined || name === undefined ? [] : [{ name, route, definition }];
  });
}

function routeOf(decorator: Node): string | undefined {
  const call = decorator.firstNamedChild;
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
