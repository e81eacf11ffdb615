import type { Node } from "web-tree-sitter";
import { type Acceptance, acceptanceOf } from "./accepted-parameters.ts";
import { type ClientOverwrite, clientOverwrites } from "./client-overwrites.ts";
import { findEndpoints, mayHaveEndpoints } from "./find-endpoints.ts";
import { matcherOf } from "./name-matcher.ts";
import { type ParameterOverwrite, parameterOverwrites } from "./overwrites.ts";
import { callsIn, importsOf, type PythonCall } from "./python-calls.ts";
import type { PythonParser } from "./python-parser.ts";
import { type PythonSignature, signaturesIn } from "./python-signatures.ts";
import { placeOf } from "./python-syntax.ts";
import type { SourceNames } from "./source-report.ts";

/** What one file says, as plain values: judging needs the facts of all files, and no tree of any. */
export interface FileFacts {
  /** Those of the text; none where no finding can stand. */
  readonly lines: readonly string[];
  readonly endpoints: readonly EndpointFacts[];
  readonly signatures: readonly PythonSignature[];
  readonly classes: readonly ClassFacts[];
  /** The first line that is not Python, from 1; null where all is. */
  readonly errorLine: number | null;
}

export interface EndpointFacts extends Acceptance {
  readonly name: string;
  readonly route: string;
  readonly calls: readonly PythonCall[];
  readonly overwrites: readonly ParameterOverwrite[];
  readonly clientOverwrites: readonly ClientOverwrite[];
}

export interface ClassFacts {
  readonly name: string;
  readonly bases: readonly string[];
  readonly fields: readonly string[];
}

/** Reads a Python file. What is not Python is passed over, and its first line told. */
export function readSourceFacts(text: string, names: SourceNames, python: PythonParser): FileFacts {
  const tree = python.parse(text);
  try {
    const root = tree.rootNode;
    const isAskedFor = matcherOf(names.functions);
    // Most files have no endpoint, and their text tells it sooner than their tree.
    const endpoints = mayHaveEndpoints(text) ? readEndpoints(root, names, isAskedFor) : [];
    return {
      lines: endpoints.length > 0 ? text.split("\n") : [],
      endpoints,
      signatures: mayDefine(text, isAskedFor) ? signaturesIn(root, isAskedFor) : [],
      classes: root.descendantsOfType("class_definition").map((node) => readClass(node, names.parameters)),
      errorLine: firstErrorLine(root),
    };
  } finally {
    // The tree is in the parser's own memory, which nothing else frees.
    tree.delete();
  }
}

function mayDefine(text: string, isAskedFor: (name: string) => boolean): boolean {
  const defined = [...text.matchAll(/\bdef\s+(?<name>\w+)\s*[[(]/g)];
  return defined.some(({ groups }) => isAskedFor(groups?.["name"] ?? ""));
}

function readEndpoints(
  root: Node,
  names: SourceNames,
  isAskedFor: (name: string) => boolean,
): EndpointFacts[] {
  const { parameters } = names;
  const isClientName = matcherOf(names.clients);
  const imports = importsOf(root);
  return findEndpoints(root).map(({ name, route, definition }) => ({
    name,
    route,
    ...acceptanceOf(definition, parameters),
    calls: callsIn(definition, { imports, isAskedFor, parameters }),
    overwrites: parameters.flatMap((parameter) => parameterOverwrites(definition, parameter)),
    clientOverwrites: clientOverwrites(definition, root, isClientName),
  }));
}

function readClass(definition: Node, parameters: readonly string[]): ClassFacts {
  const statements = definition.childForFieldName("body")?.namedChildren ?? [];
  const fields = statements
    .map((statement) => statement.firstNamedChild)
    .filter((node) => node?.type === "assignment")
    .map((node) => node?.childForFieldName("left")?.text ?? "");
  const bases = definition.childForFieldName("superclasses")?.descendantsOfType("identifier") ?? [];
  return {
    name: definition.childForFieldName("name")?.text ?? "",
    bases: bases.map(({ text }) => text),
    fields: fields.filter((field) => parameters.includes(field)),
  };
}

function firstErrorLine(root: Node): number | null {
  if (!root.hasError) return null;
  let node = root;
  while (!node.isError && !node.isMissing) {
    const next = node.children.find(({ hasError, isMissing }) => hasError || isMissing);
    if (next === undefined) break;
    node = next;
  }
  return placeOf(node).line;
}
