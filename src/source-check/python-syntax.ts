import type { Node } from "web-tree-sitter";

/** Where something stands in a file; line and column count from 1, the column in UTF-16 code units. */
export interface SourcePlace {
  readonly line: number;
  readonly column: number;
}

export function placeOf({ startPosition }: Node): SourcePlace {
  return { line: startPosition.row + 1, column: startPosition.column + 1 };
}

/** The named parts of a node, without the comments that may stand anywhere. */
export function partsOf(node: Node): Node[] {
  return node.namedChildren.filter(({ type }) => type !== "comment");
}

/** The expression itself, without the parentheses and the `await` around it. */
export function unwrap(node: Node): Node {
  let inner = node;
  while (inner.type === "parenthesized_expression" || inner.type === "await") {
    const [next] = partsOf(inner);
    if (next === undefined) break;
    inner = next;
  }
  return inner;
}

/** True for the literal `None`, also in parentheses. */
export function isNone(node: Node): boolean {
  return unwrap(node).type === "none";
}

/** The last part of a dotted name: `save` of `save` and of `store.messages.save`; undefined for anything else. */
export function lastNameOf(node: Node | null): string | undefined {
  if (node?.type === "identifier") return node.text;
  return node?.type === "attribute" ? node.childForFieldName("attribute")?.text : undefined;
}

/** What a string literal holds; undefined for anything else, also for an f-string with a value in it. */
export function stringOf(node: Node | null | undefined): string | undefined {
  if (node?.type !== "string") return undefined;
  const parts = node.namedChildren;
  if (parts.some(({ type }) => type === "interpolation")) return undefined;
  return parts
    .filter(({ type }) => type === "string_content")
    .map(({ text }) => text)
    .join("");
}

/** The nodes of these types under a node, in source order, without the node itself. */
export function descendants(node: Node, ...types: string[]): Node[] {
  return node.descendantsOfType(types).filter(({ id }) => id !== node.id);
}

/** The function that a node belongs to; undefined at module level and in a class body. */
export function functionAround(node: Node): Node | undefined {
  let outer = node.parent;
  while (outer !== null && outer.type !== "function_definition") outer = outer.parent;
  return outer ?? undefined;
}

/** The positional arguments of a call, as they are written. */
export function positionalArguments(call: Node): Node[] {
  return argumentNodes(call).filter(({ type }) => type !== "keyword_argument" && type !== "dictionary_splat");
}

/** The value that a call gives for a name. */
export function keywordArgument(call: Node, name: string): Node | undefined {
  const argument = argumentNodes(call).find(
    (each) => each.type === "keyword_argument" && each.childForFieldName("name")?.text === name,
  );
  return argument?.childForFieldName("value") ?? undefined;
}

/** All arguments of a call; a generator that is the only one needs no parentheses of its own. */
export function argumentNodes(call: Node): Node[] {
  const list = call.childForFieldName("arguments");
  if (list === null) return [];
  return list.type === "argument_list" ? partsOf(list) : [list];
}
