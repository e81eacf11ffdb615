import type { Node } from "web-tree-sitter";
import { entriesOf } from "./dictionaries.ts";
import { isKnownNone } from "./none-guards.ts";
import {
  argumentNodes,
  descendants,
  functionAround,
  isNone,
  keywordArgument,
  lastNameOf,
  placeOf,
  positionalArguments,
  type SourcePlace,
  unwrap,
} from "./python-syntax.ts";
import { isValueOf } from "./value-reads.ts";
import { bindingsOf } from "./variable-bindings.ts";

/** One value that a call gives. */
export interface PythonArgument {
  readonly isNone: boolean;
  readonly place: SourcePlace;
  /** True for an entry of a dictionary, `"model_id": None`. */
  readonly isEntry?: boolean;
}

/** A call of a function that saves, in an endpoint. */
export interface PythonCall {
  readonly function: string;
  /** The module that the name was imported from, as the file writes it: `backend.store`. */
  readonly module: string | undefined;
  /** True for `store.save(...)`: the function of a module, or the method of an object. */
  readonly isOfObject: boolean;
  readonly place: SourcePlace;
  readonly positional: readonly PythonArgument[];
  readonly keywords: ReadonlyMap<string, PythonArgument>;
  /** True where there may be arguments that cannot be seen: `*args`, `**fields`, a `partial`. */
  readonly isOpen: boolean;
  /** The parameters that can only be None there, so that passing None is right. */
  readonly knownNone: readonly string[];
  /** The parameters that a conversation was made with which is handed on: it knows them. */
  readonly byConversation: readonly string[];
}

/** What a name in a file stands for, where it was imported. */
export type Imports = ReadonlyMap<string, { readonly module: string; readonly name: string }>;

/** Methods of tables and models that are given a row as a dictionary. */
const WRITERS = ["insert", "insert_one", "insert_many", "upsert", "values", "create"];

/** Functions that call another one with the arguments that follow it. */
const CALLERS = ["add_task", "to_thread", "run_in_executor", "submit", "partial"];

/** The calls in an endpoint, and in the functions in it, of functions with a name that is asked for. */
export function callsIn(
  endpoint: Node,
  {
    imports,
    isAskedFor,
    parameters,
  }: {
    imports: Imports;
    isAskedFor: (name: string) => boolean;
    parameters: readonly string[];
  },
): PythonCall[] {
  return descendants(endpoint, "call").flatMap((node) => {
    const scope = functionAround(node) ?? endpoint;
    const called = calledBy(node, imports, isAskedFor, scope) ?? rowWrittenBy(node, parameters, scope);
    if (called === undefined) return [];
    const knownNone = parameters.filter((parameter) => isKnownNone(node, parameter, endpoint));
    const byConversation = parameters.filter((parameter) => handsOnConversation(node, parameter, endpoint));
    return [{ ...called, place: placeOf(node), knownNone, byConversation }];
  });
}

type Called = Omit<PythonCall, "place" | "knownNone" | "byConversation">;

/** A row that is written as a dictionary, with one of the parameters in it: `table.insert({"model_id": None})`. */
function rowWrittenBy(call: Node, parameters: readonly string[], scope: Node): Called | undefined {
  const callee = call.childForFieldName("function");
  const method = lastNameOf(callee) ?? "";
  if (callee?.type !== "attribute" || !WRITERS.includes(method)) return undefined;
  for (const argument of positionalArguments(call)) {
    const keywords = argumentsIn(entriesOf(argument, scope));
    if (!parameters.some((parameter) => keywords.has(parameter))) continue;
    return { function: method, module: undefined, isOfObject: true, positional: [], keywords, isOpen: true };
  }
  return undefined;
}

/** True for `session_id=session["id"]` where `session = await open_session(model_id=model_id)`. */
function handsOnConversation(call: Node, parameter: string, endpoint: Node): boolean {
  const made = bindingsOf(endpoint)
    .filter(({ value }) => isCallWith(unwrap(value), parameter))
    .map(({ name }) => name);
  return argumentNodes(call).some((argument) => {
    if (!CONVERSATION.test(argument.text)) return false;
    const value = argument.type === "keyword_argument" ? argument.childForFieldName("value") : argument;
    const names = value === null ? [] : [value, ...descendants(value, "identifier")];
    return names.some(({ type, text }) => type === "identifier" && made.includes(text));
  });
}

/** What endpoints call a conversation. */
const CONVERSATION = /session|conversation|thread|chat/i;

function isCallWith(value: Node, parameter: string): boolean {
  if (value.type !== "call") return false;
  const given = [...positionalArguments(value), keywordArgument(value, parameter)];
  return given.some((argument) => argument !== undefined && isValueOf(argument, parameter));
}

function calledBy(
  call: Node,
  imports: Imports,
  isAskedFor: (name: string) => boolean,
  scope: Node,
): Called | undefined {
  const callee = call.childForFieldName("function");
  const given = argumentNodes(call);
  const direct = referenceTo(callee, imports);
  if (direct !== undefined && isAskedFor(direct.function))
    return { ...direct, ...readArguments(given, scope) };
  const caller = lastNameOf(callee) ?? "";
  if (!CALLERS.includes(caller)) return undefined;
  for (const [index, argument] of given.entries()) {
    const handedOn = referenceTo(argument, imports);
    if (handedOn === undefined || !isAskedFor(handedOn.function)) continue;
    const rest = readArguments(given.slice(index + 1), scope);
    return { ...handedOn, ...rest, isOpen: rest.isOpen || caller === "partial" };
  }
  return undefined;
}

function referenceTo(
  node: Node | null,
  imports: Imports,
): Pick<PythonCall, "function" | "module" | "isOfObject"> | undefined {
  const name = lastNameOf(node);
  if (name === undefined) return undefined;
  if (node?.type === "attribute") return { function: name, module: undefined, isOfObject: true };
  const imported = imports.get(name);
  return { function: imported?.name ?? name, module: imported?.module, isOfObject: false };
}

function readArguments(
  nodes: readonly Node[],
  scope: Node,
): Pick<PythonCall, "positional" | "keywords" | "isOpen"> {
  const positional: PythonArgument[] = [];
  const keywords = new Map<string, PythonArgument>();
  let isOpen = false;
  for (const node of nodes) {
    const named = namedIn(node, scope);
    if (named !== undefined) for (const [name, argument] of named) keywords.set(name, argument);
    else if (isSplat(node)) isOpen = true;
    else if (!isOpen) positional.push({ isNone: isNone(node), place: placeOf(node) });
  }
  return { positional, keywords, isOpen };
}

/** The arguments by name that are seen in a keyword or in `**fields`; undefined for any other argument. */
function namedIn(node: Node, scope: Node): Map<string, PythonArgument> | undefined {
  if (node.type === "dictionary_splat") {
    const [spread] = node.namedChildren;
    const entries = spread === undefined ? undefined : entriesOf(spread, scope);
    return entries && argumentsIn(entries);
  }
  if (node.type !== "keyword_argument") return undefined;
  const value = node.childForFieldName("value");
  const name = node.childForFieldName("name")?.text ?? "";
  return new Map(value === null ? [] : [[name, { isNone: isNone(value), place: placeOf(node) }]]);
}

function isSplat({ type }: Node): boolean {
  return type === "list_splat" || type === "dictionary_splat";
}

function argumentsIn(entries: ReturnType<typeof entriesOf>): Map<string, PythonArgument> {
  return new Map(
    [...(entries ?? [])].map(([name, { node, value }]) => [
      name,
      { isNone: isNone(value), place: placeOf(node), isEntry: true },
    ]),
  );
}

/** The imports of a file: `from backend.store import save as keep`. */
export function importsOf(root: Node): Imports {
  const imports = new Map<string, { module: string; name: string }>();
  for (const statement of root.descendantsOfType("import_from_statement")) {
    const module = statement.childForFieldName("module_name")?.text ?? "";
    for (const imported of statement.childrenForFieldName("name")) {
      const name = (imported.childForFieldName("name") ?? imported).text;
      imports.set(imported.childForFieldName("alias")?.text ?? name, { module, name });
    }
  }
  return imports;
}
