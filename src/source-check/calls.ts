import type { Node } from "web-tree-sitter";
import { isKnownNone } from "./guards.ts";
import { argumentNodes, descendants, isNone, lastNameOf, type Place, placeOf } from "./syntax.ts";

/** One value that a call gives. */
export interface Argument {
  readonly isNone: boolean;
  readonly place: Place;
}

/** A call of a function that saves, in an endpoint. */
export interface Call {
  readonly function: string;
  /** The module that the name was imported from, as the file writes it: `backend.store`. */
  readonly module: string | undefined;
  /** True for `store.save(...)`: the function of a module, or the method of an object. */
  readonly isOfObject: boolean;
  readonly place: Place;
  readonly positional: readonly Argument[];
  readonly keywords: ReadonlyMap<string, Argument>;
  /** True where there may be arguments that cannot be seen: `*args`, `**fields`, a `partial`. */
  readonly isOpen: boolean;
  /** The parameters that can only be None there, so that passing None is right. */
  readonly knownNone: readonly string[];
}

/** What a name in a file stands for, where it was imported. */
export type Imports = ReadonlyMap<string, { readonly module: string; readonly name: string }>;

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
): Call[] {
  return descendants(endpoint, "call").flatMap((node) => {
    const called = calledBy(node, imports, isAskedFor);
    if (called === undefined) return [];
    const knownNone = parameters.filter((parameter) => isKnownNone(node, parameter, endpoint));
    return [{ ...called, place: placeOf(node), knownNone }];
  });
}

function calledBy(
  call: Node,
  imports: Imports,
  isAskedFor: (name: string) => boolean,
): Omit<Call, "place" | "knownNone"> | undefined {
  const callee = call.childForFieldName("function");
  const given = argumentNodes(call);
  const direct = referenceTo(callee, imports);
  if (direct !== undefined && isAskedFor(direct.function)) return { ...direct, ...readArguments(given) };
  const caller = lastNameOf(callee) ?? "";
  if (!CALLERS.includes(caller)) return undefined;
  for (const [index, argument] of given.entries()) {
    const handedOn = referenceTo(argument, imports);
    if (handedOn === undefined || !isAskedFor(handedOn.function)) continue;
    const rest = readArguments(given.slice(index + 1));
    return { ...handedOn, ...rest, isOpen: rest.isOpen || caller === "partial" };
  }
  return undefined;
}

function referenceTo(
  node: Node | null,
  imports: Imports,
): Pick<Call, "function" | "module" | "isOfObject"> | undefined {
  const name = lastNameOf(node);
  if (name === undefined) return undefined;
  if (node?.type === "attribute") return { function: name, module: undefined, isOfObject: true };
  const imported = imports.get(name);
  return { function: imported?.name ?? name, module: imported?.module, isOfObject: false };
}

function readArguments(nodes: readonly Node[]): Pick<Call, "positional" | "keywords" | "isOpen"> {
  const positional: Argument[] = [];
  const keywords = new Map<string, Argument>();
  let isOpen = false;
  for (const node of nodes) {
    if (node.type === "keyword_argument") {
      const value = node.childForFieldName("value");
      const name = node.childForFieldName("name")?.text ?? "";
      if (value !== null) keywords.set(name, { isNone: isNone(value), place: placeOf(node) });
    } else if (node.type === "list_splat" || node.type === "dictionary_splat") {
      isOpen = true;
    } else if (!isOpen) {
      positional.push({ isNone: isNone(node), place: placeOf(node) });
    }
  }
  return { positional, keywords, isOpen };
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
