import type { Node } from "web-tree-sitter";
import { type PythonParameter, parametersOf } from "./python-parameters.ts";
import { descendants, lastNameOf, positionalArguments, unwrap } from "./python-syntax.ts";
import { isValueOf, readFrom } from "./value-reads.ts";
import { bindingsIn } from "./variable-bindings.ts";

/** How the endpoint writes a parameter that it accepts: `model_id`, `body.model_id`, `data.get("model_id")`. */
export type Expression = string;

/** What an endpoint accepts, as far as its own file tells. */
export interface Acceptance {
  /** The parameters that are seen to be accepted. */
  readonly accepted: ReadonlyMap<string, Expression>;
  /** Arguments whose class may have the parameter as a field: `body` of `body: ChatRequest`. */
  readonly bodies: readonly { readonly name: string; readonly types: readonly string[] }[];
}

/** What the server gives an endpoint by itself, not the one who calls it. */
const INJECTORS = ["Depends", "Security"];

/** Calls that turn what they are given into something of the same content. */
const READERS = ["dict", "loads", "model_validate", "parse_obj"];

/** Finds which of these parameters an endpoint accepts: as an argument, from the request, in a body's field. */
export function acceptanceOf(definition: Node, parameters: readonly string[]): Acceptance {
  const given = parametersOf(definition).filter((each) => !isInjected(each));
  const fromCaller = namesFromCaller(definition, given);
  const accepted = new Map<string, Expression>();
  for (const parameter of parameters) {
    const isArgument = given.some(({ name }) => name === parameter);
    const expression = isArgument ? parameter : readOf(definition, parameter, fromCaller);
    if (expression !== undefined) accepted.set(parameter, expression);
  }
  const bodies = given.flatMap(({ name, annotation }) =>
    annotation === null
      ? []
      : [{ name, types: annotation.descendantsOfType("identifier").map(({ text }) => text) }],
  );
  return { accepted, bodies };
}

/** True for `user = Depends(current_user)`; a bare `Depends()` is FastAPI's way to spread a class over the query. */
function isInjected({ annotation, value }: PythonParameter): boolean {
  const calls = [annotation, value].flatMap((node) => node?.descendantsOfType("call") ?? []);
  return calls.some(
    (call) =>
      INJECTORS.includes(lastNameOf(call.childForFieldName("function")) ?? "") &&
      positionalArguments(call).length > 0,
  );
}

/** The names that hold what the caller sent: the arguments, the request, and what was read from them. */
function namesFromCaller(definition: Node, given: readonly PythonParameter[]): Set<string> {
  const names = new Set(["request", "req", ...given.map(({ name }) => name)]);
  for (const assignment of descendants(definition, "assignment")) {
    for (const { name, value } of bindingsIn(assignment)) if (isFrom(value, names)) names.add(name);
  }
  return names;
}

function isFrom(expression: Node, names: ReadonlySet<string>): boolean {
  const node = unwrap(expression);
  const isPartFrom = (field: string): boolean => {
    const part = node.childForFieldName(field);
    return part !== null && isFrom(part, names);
  };
  switch (node.type) {
    case "identifier":
      return names.has(node.text);
    case "attribute":
      return lastNameOf(node) === "request" || isPartFrom("object");
    case "subscript":
      return isPartFrom("value");
    case "boolean_operator":
      return isPartFrom("left") || isPartFrom("right");
    case "call":
      return isPartFrom("function") || isReaderOf(node, names);
    default:
      return false;
  }
}

function isReaderOf(call: Node, names: ReadonlySet<string>): boolean {
  const [first] = positionalArguments(call);
  return (
    first !== undefined &&
    READERS.includes(lastNameOf(call.childForFieldName("function")) ?? "") &&
    isFrom(first, names)
  );
}

/** The first read of the parameter from what the caller sent; the variable that it was put into, if it was. */
function readOf(
  definition: Node,
  parameter: string,
  fromCaller: ReadonlySet<string>,
): Expression | undefined {
  const read = descendants(definition, "attribute", "subscript", "call").find((node) => {
    const from = readFrom(node, parameter);
    return from !== undefined && isFrom(from, fromCaller);
  });
  if (read === undefined) return undefined;
  const variable = descendants(definition, "assignment")
    .flatMap(bindingsIn)
    .find(({ value }) => contains(value, read) && holds(value, parameter));
  return variable?.name ?? read.text;
}

/** True for a value that is the parameter's, also with a default: `data.get("model_id") or None`. */
function holds(value: Node, parameter: string): boolean {
  const node = unwrap(value);
  const left = node.type === "boolean_operator" ? node.childForFieldName("left") : null;
  return isValueOf(left ?? node, parameter);
}

function contains(outer: Node, inner: Node): boolean {
  return outer.startIndex <= inner.startIndex && inner.endIndex <= outer.endIndex;
}
