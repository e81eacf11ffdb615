import type { Node } from "web-tree-sitter";
import { argumentNodes, descendants, partsOf, stringOf, unwrap } from "./python-syntax.ts";
import { bindingsOf } from "./variable-bindings.ts";

/** One entry of a dictionary: the whole of `"model_id": None`, and its value. */
export interface DictionaryEntry {
  readonly node: Node;
  readonly value: Node;
}

/**
 * The entries of a dictionary whose keys can be read: of a literal, of `dict(a=1)`, and of a variable that the function
 * sets once to one of these; undefined for anything else. Entries that are set later are not among them.
 */
export function entriesOf(expression: Node, scope: Node): ReadonlyMap<string, DictionaryEntry> | undefined {
  const node = unwrap(expression);
  if (node.type === "dictionary") return new Map(partsOf(node).flatMap(entryOf));
  if (node.type === "call" && node.childForFieldName("function")?.text === "dict") {
    return new Map(argumentNodes(node).flatMap(entryOf));
  }
  if (node.type !== "identifier") return undefined;
  const [binding, ...others] = bindingsOf(scope, node.text);
  if (binding === undefined || others.length > 0 || binding.isLoop) return undefined;
  const entries = entriesOf(binding.value, scope);
  if (entries === undefined) return undefined;
  const changed = keysSetLater(node.text, scope);
  return changed === "any" ? undefined : new Map([...entries].filter(([key]) => !changed.has(key)));
}

function entryOf(node: Node): [string, DictionaryEntry][] {
  const isKeyword = node.type === "keyword_argument";
  const value = node.childForFieldName("value");
  const name = isKeyword ? node.childForFieldName("name")?.text : stringOf(node.childForFieldName("key"));
  return value === null || name === undefined ? [] : [[name, { node, value }]];
}

/** The keys that are set by `row["model_id"] = ...`; `any` where that cannot be told, as after `row.update(more)`. */
function keysSetLater(variable: string, scope: Node): ReadonlySet<string> | "any" {
  const keys = new Set<string>();
  for (const node of descendants(scope, "assignment", "augmented_assignment", "call")) {
    if (node.type === "call") {
      const callee = node.childForFieldName("function");
      const isOfVariable =
        callee?.type === "attribute" && callee.childForFieldName("object")?.text === variable;
      if (
        isOfVariable &&
        ["update", "setdefault"].includes(callee.childForFieldName("attribute")?.text ?? "")
      ) {
        return "any";
      }
      continue;
    }
    const left = node.childForFieldName("left");
    if (left?.type !== "subscript" || left.childForFieldName("value")?.text !== variable) continue;
    const key = stringOf(left.childForFieldName("subscript"));
    if (key === undefined) return "any";
    keys.add(key);
  }
  return keys;
}
