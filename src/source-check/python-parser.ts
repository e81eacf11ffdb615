import { join } from "node:path";
import type { Tree } from "web-tree-sitter";
import { wasmFolder } from "../files/package-root.ts";

/** Reads Python, also where parts of the text are none. */
export interface PythonParser {
  /** The syntax tree of a text; whoever asks for it must delete it. */
  parse(text: string): Tree;
}

let loading: Promise<PythonParser> | undefined;

/** Loads the grammar of Python, once a process. */
export function loadPython(): Promise<PythonParser> {
  loading ??= load();
  return loading;
}

async function load(): Promise<PythonParser> {
  // Whoever imports this package for something else need not load it.
  const { Language, Parser } = await import("web-tree-sitter");
  await Parser.init({ locateFile: (name: string) => join(wasmFolder(), name) });
  const parser = new Parser();
  parser.setLanguage(await Language.load(join(wasmFolder(), "tree-sitter-python.wasm")));
  return {
    parse(text) {
      const tree = parser.parse(text);
      if (tree === null) throw new Error("The Python parser gave no tree.");
      return tree;
    },
  };
}
