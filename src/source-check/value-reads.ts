import type { Node } from "web-tree-sitter";
import { keywordArgument, lastNameOf, positionalArguments, stringOf, unwrap } from "./python-syntax.ts";

/** Calls that give what they are given in another type. */
const CONVERSIONS = ["int", "str", "UUID"];
const READS = ["get", "pop"];

/** True for an expression that is the parameter's value: `model_id`, `body.model_id`, `data.get("model_id")`, `int(model_id)`. */
export function isValueOf(expression: Node, parameter: string): boolean {
  const node = unwrap(expression);
  if (node.type === "identifier") return node.text === parameter;
  if (node.type === "call" && CONVERSIONS.includes(node.childForFieldName("function")?.text ?? "")) {
    const [first] = positionalArguments(node);
    return first !== undefined && isValueOf(first, parameter);
  }
  return isReadOf(node, parameter);
}

/** True for an expression that takes the parameter out of something: `body.model_id`, `data["model_id"]`. */
export function isReadOf(expression: Node, parameter: string): boolean {
  return readFrom(expression, parameter) !== undefined;
}

/** What an expression takes the parameter out of: `body` of `body.model_id`, `request.args` of `request.args.get("model_id")`. */
export function readFrom(node: Node, parameter: string): Node | undefined {
  if (node.type === "attribute") {
    return lastNameOf(node) === parameter ? (node.childForFieldName("object") ?? undefined) : undefined;
  }
  if (node.type === "subscript") {
    const isNamed = stringOf(node.childForFieldName("subscript")) === parameter;
    return isNamed ? (node.childForFieldName("value") ?? undefined) : undefined;
  }
  if (node.type !== "call") return undefined;
  const callee = node.childForFieldName("function");
  if (callee?.type !== "attribute" || !READS.includes(lastNameOf(callee) ?? "")) return undefined;
  const key = positionalArguments(node)[0] ?? keywordArgument(node, "key");
  return stringOf(key) === parameter ? (callee.childForFieldName("object") ?? undefined) : undefined;
}
