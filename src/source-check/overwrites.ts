import type { Node } from "web-tree-sitter";
import { parametersOf } from "./python-parameters.ts";
import { descendants, isNone, placeOf, type SourcePlace, unwrap } from "./python-syntax.ts";
import { isReadOf, isValueOf } from "./value-reads.ts";
import { bindingsIn, bindingsOf, type PythonBinding, readsOf } from "./variable-bindings.ts";

/** A parameter that gets another value before it is used. */
export interface ParameterOverwrite {
  readonly parameter: string;
  readonly isNone: boolean;
  readonly place: SourcePlace;
  /** The line that uses what it was overwritten with. */
  readonly usedOnLine: number;
}

/** Finds where an endpoint, or a function in it, overwrites a parameter with None or with something unrelated. */
export function parameterOverwrites(endpoint: Node, parameter: string): ParameterOverwrite[] {
  const derived = derivedNames(endpoint, parameter);
  return functionsOf(endpoint).flatMap((scope) =>
    bindingsOf(scope, parameter).flatMap((binding) => {
      if (!alwaysRuns(binding.node, scope)) return [];
      const setsNone = isNone(binding.value) && !binding.isLoop;
      const isRelated = mentions(binding.value, parameter, derived) || isReadBefore(binding, scope);
      if (isRelated && !setsNone) return [];
      const [read] = readsOfBinding(binding, scope);
      if (read === undefined) return [];
      return [{ parameter, isNone: setsNone, place: placeOf(binding.node), usedOnLine: placeOf(read).line }];
    }),
  );
}

/** An endpoint and the functions in it. */
export function functionsOf(endpoint: Node): Node[] {
  return [endpoint, ...descendants(endpoint, "function_definition")];
}

/** The reads that see what a binding set: those after it, up to the next value. */
export function readsOfBinding(binding: PythonBinding, scope: Node): Node[] {
  const { endIndex } = binding.node;
  const next = bindingsOf(scope, binding.name).find(({ node }) => node.startIndex >= endIndex);
  const until = next?.node.endIndex ?? Number.POSITIVE_INFINITY;
  return readsOf(scope, binding.name).filter(
    ({ startIndex }) => startIndex >= endIndex && startIndex < until,
  );
}

/** What a statement may stand in without being in a branch. */
const STRAIGHT = ["expression_statement", "assignment", "block", "with_statement", "try_statement"];

/** False in a branch, in a loop and in what handles an error: there, another value may be what is meant. */
function alwaysRuns(node: Node, scope: Node): boolean {
  for (let outer = node.parent; outer !== null && outer.id !== scope.id; outer = outer.parent) {
    if (!STRAIGHT.includes(outer.type)) return false;
  }
  return true;
}

function isReadBefore(binding: PythonBinding, scope: Node): boolean {
  return readsOf(scope, binding.name).some(({ startIndex }) => startIndex < binding.node.startIndex);
}

/** The names of an endpoint whose values come from the parameter, or from the request. */
function derivedNames(endpoint: Node, parameter: string): Set<string> {
  const isArgument = parametersOf(endpoint).some(({ name }) => name === parameter);
  const others = isArgument ? [] : parametersOf(endpoint).map(({ name }) => name);
  const names = new Set(["request", "req", parameter, ...others]);
  for (const node of descendants(endpoint, "assignment", "for_statement", "as_pattern")) {
    const bound = node.type === "as_pattern" ? aliasIn(node) : bindingsIn(node);
    for (const { name, value } of bound) if (mentions(value, parameter, names)) names.add(name);
  }
  return names;
}

/** `with open_profile(model_id) as profile`. */
function aliasIn(node: Node): Pick<PythonBinding, "name" | "value">[] {
  const value = node.firstNamedChild;
  const name = node.childForFieldName("alias")?.text;
  return value === null || name === undefined ? [] : [{ name, value }];
}

function mentions(value: Node, parameter: string, names: ReadonlySet<string>): boolean {
  const node = unwrap(value);
  if (isValueOf(node, parameter)) return true;
  const parts = node.descendantsOfType(["identifier", "attribute", "subscript", "call"]);
  return parts.some((part) =>
    part.type === "identifier" ? names.has(part.text) : isReadOf(part, parameter),
  );
}
