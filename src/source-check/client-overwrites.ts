import type { Node } from "web-tree-sitter";
import { functionsOf, readsOfBinding } from "./overwrites.ts";
import { parametersOf } from "./python-parameters.ts";
import {
  descendants,
  functionAround,
  lastNameOf,
  placeOf,
  type SourcePlace,
  unwrap,
} from "./python-syntax.ts";
import { bindingsIn, bindingsOf, type PythonBinding } from "./variable-bindings.ts";

/** A variable that held a client and holds a row, or another piece of data, when it is used as a client. */
export interface ClientOverwrite {
  readonly variable: string;
  readonly place: SourcePlace;
  /** The line that still uses it as a client. */
  readonly usedOnLine: number;
}

/** Calls that answer rows, settings and the like. */
const DATA_CALL =
  /^(fetch\w*|scalars?\w*|first|one|one_or_none|all|execute|select\w*|query\w*|(get|load|find|read)_\w*(config|row|record|setting|profile|context)\w*)$/;

/** Where the answers of databases have their rows: `rows.data[0]`. */
const PARTS_OF_ANSWERS = ["data", "rows", "results", "records"];

const DATA_LITERALS = [
  "none",
  "string",
  "concatenated_string",
  "integer",
  "float",
  "true",
  "false",
  "dictionary",
  "list",
  "tuple",
  "set",
  "list_comprehension",
  "dictionary_comprehension",
  "set_comprehension",
  "expression_list",
];

/** What a row can do as well as a client. */
const METHODS_OF_DATA = [
  "get",
  "keys",
  "items",
  "values",
  "pop",
  "copy",
  "update",
  "setdefault",
  "dict",
  "model_dump",
];

/** Finds where an endpoint, or a function in it, overwrites a client that its file, its argument or itself made. */
export function clientOverwrites(
  endpoint: Node,
  root: Node,
  isClientName: (name: string) => boolean,
): ClientOverwrite[] {
  const data = dataNames(endpoint);
  const known = namesAround(endpoint, root);
  return functionsOf(endpoint).flatMap((scope) =>
    bindingsOf(scope).flatMap((binding) => {
      if (!isClientName(binding.name) || !isData(binding.value, data)) return [];
      if (!known.has(binding.name) && !isClientBefore(binding, scope, endpoint, data)) return [];
      const read = readsOfBinding(binding, scope).find(isUsedAsClient);
      if (read === undefined) return [];
      return [{ variable: binding.name, place: placeOf(binding.node), usedOnLine: placeOf(read).line }];
    }),
  );
}

/** The names of a file's imports and own variables, and of the endpoint's arguments. */
function namesAround(endpoint: Node, root: Node): Set<string> {
  const imported = descendants(root, "import_statement", "import_from_statement")
    .flatMap((statement) => statement.childrenForFieldName("name"))
    .map((name) => (name.childForFieldName("alias") ?? name).text);
  const own = descendants(root, "assignment")
    .filter((node) => functionAround(node) === undefined)
    .flatMap(bindingsIn)
    .map(({ name }) => name);
  return new Set([...imported, ...own, ...parametersOf(endpoint).map(({ name }) => name)]);
}

function isClientBefore(
  binding: PythonBinding,
  scope: Node,
  endpoint: Node,
  data: ReadonlySet<string>,
): boolean {
  return [scope, endpoint]
    .flatMap((each) => bindingsOf(each, binding.name))
    .some(({ node, value }) => node.endIndex <= binding.node.startIndex && !isData(value, data));
}

/** The variables of an endpoint that hold rows and the like. */
function dataNames(endpoint: Node): Set<string> {
  const names = new Set<string>();
  for (const node of descendants(endpoint, "assignment", "for_statement")) {
    for (const { name, value } of bindingsIn(node)) if (isData(value, names)) names.add(name);
  }
  return names;
}

function isData(value: Node, data: ReadonlySet<string>): boolean {
  const node = unwrap(value);
  if (node.type === "identifier") return data.has(node.text);
  if (node.type === "call") return DATA_CALL.test(lastNameOf(node.childForFieldName("function")) ?? "");
  if (node.type === "subscript") {
    const inner = node.childForFieldName("value");
    return inner !== null && isData(inner, data);
  }
  if (node.type === "attribute") {
    const inner = node.childForFieldName("object");
    return PARTS_OF_ANSWERS.includes(lastNameOf(node) ?? "") && inner !== null && isData(inner, data);
  }
  return DATA_LITERALS.includes(node.type);
}

/** True for `client.chat` in `client.chat.completions.create(...)`; false for `client["url"]` and `client.get("url")`. */
function isUsedAsClient(read: Node): boolean {
  const outer = read.parent;
  if (outer?.type !== "attribute") return false;
  return !METHODS_OF_DATA.includes(lastNameOf(outer) ?? "");
}
