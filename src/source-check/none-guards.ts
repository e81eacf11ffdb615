import type { Node } from "web-tree-sitter";
import { isNone, partsOf, unwrap } from "./python-syntax.ts";
import { isValueOf } from "./value-reads.ts";
import { bindingsOf } from "./variable-bindings.ts";

/**
 * True where the parameter can only be None (or otherwise empty) when a node is reached, so that a literal
 * None is the same: in `if model_id is None:`, in the `else` of `if model_id:`, after
 * `if model_id: return ...`, in `case None:`.
 */
export function isKnownNone(node: Node, parameter: string, endpoint: Node): boolean {
  const knows = (condition: Node | null, outcome: boolean): boolean =>
    condition !== null && tellsNone(condition, outcome, { parameter, endpoint, seen: new Set() });
  for (let inner = node, outer = node.parent; outer !== null && inner.id !== endpoint.id; ) {
    if (branchesTo(inner, outer).some(({ condition, outcome }) => knows(condition, outcome))) return true;
    if (isCaseOfNone(inner, outer, parameter)) return true;
    inner = outer;
    outer = outer.parent;
  }
  return false;
}

interface Branch {
  readonly condition: Node | null;
  readonly outcome: boolean;
}

/** The conditions whose outcome is known in `inner` because of how it stands in `outer`. */
function branchesTo(inner: Node, outer: Node): Branch[] {
  const asked = (field: string, outcome: boolean): Branch[] => [
    { condition: outer.childForFieldName(field), outcome },
  ];
  switch (outer.type) {
    case "if_statement":
    case "elif_clause":
      return isField(inner, outer, "consequence")
        ? asked("condition", true)
        : earlierConditions(inner, outer);
    case "while_statement":
      return isField(inner, outer, "body") ? asked("condition", true) : [];
    case "conditional_expression": {
      const [first, condition = null] = partsOf(outer);
      return inner.id === condition?.id ? [] : [{ condition, outcome: inner.id === first?.id }];
    }
    case "boolean_operator":
      return isField(inner, outer, "right") ? asked("left", isAnd(outer)) : [];
    case "block":
      return earlierStatements(inner, outer).flatMap(leavesBranch);
    default:
      return [];
  }
}

/** In `elif` and `else`, what was asked before was false. */
function earlierConditions(inner: Node, outer: Node): Branch[] {
  if (isField(inner, outer, "condition")) return [];
  const elifs = outer.namedChildren.filter(
    ({ type, endIndex }) => type === "elif_clause" && endIndex <= inner.startIndex,
  );
  return [outer, ...elifs].map((each) => ({
    condition: each.childForFieldName("condition"),
    outcome: false,
  }));
}

function earlierStatements(inner: Node, block: Node): Node[] {
  return block.namedChildren.filter(({ endIndex }) => endIndex <= inner.startIndex);
}

/** After `if ...: return` the condition was false, after `else: return` it was true, as after an `assert`. */
function leavesBranch(statement: Node): Branch[] {
  if (statement.type === "assert_statement") return [{ condition: statement.firstNamedChild, outcome: true }];
  if (statement.type !== "if_statement") return [];
  const condition = statement.childForFieldName("condition");
  if (leaves(statement.childForFieldName("consequence"))) return [{ condition, outcome: false }];
  const alternative = statement.childForFieldName("alternative");
  const isElse = alternative?.type === "else_clause";
  return isElse && leaves(alternative.childForFieldName("body")) ? [{ condition, outcome: true }] : [];
}

function leaves(block: Node | null): boolean {
  const last = block === null ? "" : (partsOf(block).at(-1)?.type ?? "");
  return ["return_statement", "raise_statement", "continue_statement", "break_statement"].includes(last);
}

function isCaseOfNone(inner: Node, outer: Node, parameter: string): boolean {
  if (outer.type !== "case_clause" || !isField(inner, outer, "consequence")) return false;
  const subject = outer.parent?.parent?.childForFieldName("subject");
  const [pattern] = partsOf(outer);
  return subject != null && isValueOf(subject, parameter) && pattern?.text === "None";
}

interface Question {
  readonly parameter: string;
  readonly endpoint: Node;
  /** Names that were looked up already: `a = not a` must not go on for ever. */
  readonly seen: Set<string>;
}

/** True where this outcome of a condition means that the parameter is None, or otherwise empty. */
function tellsNone(expression: Node, outcome: boolean, question: Question): boolean {
  const node = unwrap(expression);
  if (isValueOf(node, question.parameter)) return !outcome;
  switch (node.type) {
    case "not_operator": {
      const argument = node.childForFieldName("argument");
      return argument !== null && tellsNone(argument, !outcome, question);
    }
    case "boolean_operator": {
      const sides = [node.childForFieldName("left"), node.childForFieldName("right")];
      const tells = (side: Node | null): boolean => side !== null && tellsNone(side, outcome, question);
      // A true `and` and a false `or` are certain of both sides, the others of one of them.
      return isAnd(node) === outcome ? sides.some(tells) : sides.every(tells);
    }
    case "comparison_operator":
      return comparesWithNone(node, question.parameter) === outcome;
    case "identifier":
      return meaningOf(node.text, question).some((value) => tellsNone(value, outcome, question));
    default:
      return false;
  }
}

/** `model_id is None` -> true, `model_id is not None` -> false, anything else -> undefined. */
function comparesWithNone(comparison: Node, parameter: string): boolean | undefined {
  const [left, right, ...more] = partsOf(comparison);
  if (left === undefined || right === undefined || more.length > 0) return undefined;
  const isComparison =
    (isValueOf(left, parameter) && isNone(right)) || (isNone(left) && isValueOf(right, parameter));
  if (!isComparison) return undefined;
  const operator = comparison.childForFieldName("operators")?.type ?? "";
  if (operator === "is" || operator === "==") return true;
  return operator === "is not" || operator === "!=" ? false : undefined;
}

/** What a name such as `is_general` was set to, if only once. */
function meaningOf(name: string, { endpoint, seen }: Question): Node[] {
  if (seen.has(name)) return [];
  seen.add(name);
  const values = bindingsOf(endpoint, name).map(({ value }) => value);
  return values.length === 1 ? values : [];
}

function isAnd(operation: Node): boolean {
  return operation.childForFieldName("operator")?.type === "and";
}

function isField(inner: Node, outer: Node, name: string): boolean {
  return outer.childForFieldName(name)?.id === inner.id;
}
