import type { Node } from "web-tree-sitter";

/** One parameter of a function definition. */
export interface PythonParameter {
  readonly name: string;
  /** `rest` is `*args` or `**kwargs`. */
  readonly kind: "positional" | "keyword" | "rest";
  readonly annotation: Node | null;
  /** The default value. */
  readonly value: Node | null;
}

const SPLATS = ["list_splat_pattern", "dictionary_splat_pattern"];

/** The parameters of a function definition, in order. */
export function parametersOf(definition: Node): PythonParameter[] {
  const parameters: PythonParameter[] = [];
  let kind: PythonParameter["kind"] = "positional";
  for (const node of definition.childForFieldName("parameters")?.namedChildren ?? []) {
    const named = node.type === "typed_parameter" ? node.firstNamedChild : node;
    const isSplat = named !== null && SPLATS.includes(named.type);
    const name = nameOf(named);
    if (name !== undefined) {
      parameters.push({
        name,
        kind: isSplat ? "rest" : kind,
        annotation: node.childForFieldName("type"),
        value: node.childForFieldName("value"),
      });
    }
    // After `*` and `*args`, all others are given by name.
    if (isSplat || node.type === "keyword_separator") kind = "keyword";
  }
  return parameters;
}

function nameOf(node: Node | null): string | undefined {
  if (node === null) return undefined;
  if (node.type === "identifier") return node.text;
  if (SPLATS.includes(node.type)) return node.firstNamedChild?.text;
  return node.childForFieldName("name")?.text;
}
