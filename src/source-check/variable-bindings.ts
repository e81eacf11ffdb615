import type { Node } from "web-tree-sitter";
import { descendants, functionAround, partsOf } from "./python-syntax.ts";

/** A place that gives a name a value: an assignment, or a loop over values. */
export interface PythonBinding {
  readonly name: string;
  readonly node: Node;
  /** What the name is set to; of a loop, what is looped over. */
  readonly value: Node;
  readonly isLoop: boolean;
}

const PATTERNS = ["pattern_list", "tuple_pattern", "list_pattern"];

/** The bindings of a name (or of all names) in one function, in source order; not those of functions in it. */
export function bindingsOf(scope: Node, name?: string): PythonBinding[] {
  return descendants(scope, "assignment", "for_statement")
    .filter((node) => functionAround(node)?.id === scope.id)
    .flatMap(bindingsIn)
    .filter((binding) => name === undefined || binding.name === name);
}

/** The bindings that an assignment or a loop makes; `a, b = 1, 2` makes two. */
export function bindingsIn(node: Node): PythonBinding[] {
  const left = node.childForFieldName("left");
  const right = node.childForFieldName("right");
  // An annotation alone, such as `count: int`, sets nothing.
  if (left === null || right === null) return [];
  const isLoop = node.type === "for_statement";
  const value = innermost(right);
  if (left.type === "identifier") return [{ name: left.text, node, value, isLoop }];
  // `self.client = ...` and `rows[0] = ...` set a part of something, and no name.
  if (!PATTERNS.includes(left.type)) return [];
  const targets = partsOf(left);
  const values = ["expression_list", "tuple", "list"].includes(value.type) ? partsOf(value) : [];
  const isPaired = !isLoop && values.length === targets.length;
  return targets.flatMap((target, index) =>
    target.type === "identifier"
      ? [{ name: target.text, node, value: (isPaired ? values[index] : undefined) ?? value, isLoop }]
      : [],
  );
}

/** The places in a function, and in the functions in it, that read a name, in source order. */
export function readsOf(scope: Node, name: string): Node[] {
  const body = scope.childForFieldName("body") ?? scope;
  return descendants(body, "identifier").filter((node) => node.text === name && isRead(node));
}

function isRead(identifier: Node): boolean {
  const outer = identifier.parent;
  if (outer === null) return false;
  const isPart = (field: string): boolean => outer.childForFieldName(field)?.id === identifier.id;
  switch (outer.type) {
    case "attribute":
      return !isPart("attribute");
    case "keyword_argument":
    case "default_parameter":
    case "typed_default_parameter":
    case "function_definition":
    case "class_definition":
      return !isPart("name");
    case "assignment":
    case "for_statement":
    case "for_in_clause":
      return !isPart("left");
    case "pattern_list":
    case "tuple_pattern":
    case "parameters":
    case "typed_parameter":
    case "lambda_parameters":
    case "nonlocal_statement":
    case "global_statement":
      return false;
    default:
      return true;
  }
}

/** `a = b = None` is an assignment of an assignment. */
function innermost(value: Node): Node {
  let inner = value;
  while (inner.type === "assignment") {
    const next = inner.childForFieldName("right");
    if (next === null) break;
    inner = next;
  }
  return inner;
}
