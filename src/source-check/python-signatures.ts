import type { Node } from "web-tree-sitter";
import { parametersOf } from "./python-parameters.ts";
import { isNone, lastNameOf } from "./python-syntax.ts";

/** What a definition takes, for the calls of it. */
export interface PythonSignature {
  readonly name: string;
  /** True in a class; `self` is not among the parameters then. */
  readonly isMethod: boolean;
  readonly parameters: readonly {
    readonly name: string;
    readonly isPositional: boolean;
    readonly isNoneByDefault: boolean;
  }[];
}

/** The definitions in a file of functions with a name that is asked for. */
export function signaturesIn(root: Node, isAskedFor: (name: string) => boolean): PythonSignature[] {
  return root.descendantsOfType("function_definition").flatMap((definition) => {
    const name = definition.childForFieldName("name")?.text;
    if (name === undefined || !isAskedFor(name)) return [];
    const decorators = decoratorsOf(definition);
    // An overload only tells the type checker; the definition that runs stands below.
    return decorators.includes("overload") ? [] : [signatureOf(name, definition, decorators)];
  });
}

function signatureOf(name: string, definition: Node, decorators: readonly string[]): PythonSignature {
  const isMethod = isInClass(definition);
  const hasSelf = isMethod && !decorators.includes("staticmethod");
  const parameters = parametersOf(definition)
    .slice(hasSelf ? 1 : 0)
    .filter(({ kind }) => kind !== "rest")
    .map((parameter) => ({
      name: parameter.name,
      isPositional: parameter.kind === "positional",
      isNoneByDefault: parameter.value !== null && isNone(parameter.value),
    }));
  return { name, isMethod, parameters };
}

function decoratorsOf(definition: Node): string[] {
  const outer = definition.parent;
  if (outer?.type !== "decorated_definition") return [];
  return outer.namedChildren
    .filter(({ type }) => type === "decorator")
    .map((decorator) => lastNameOf(decorator.firstNamedChild) ?? "");
}

function isInClass(definition: Node): boolean {
  const outer =
    definition.parent?.type === "decorated_definition" ? definition.parent.parent : definition.parent;
  return outer?.parent?.type === "class_definition";
}
