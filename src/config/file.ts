import { basename } from "node:path";
import { type Document, LineCounter, parseDocument } from "yaml";
import { configError, isRecord, type Layer } from "./load.ts";

/** Reads a configuration file, YAML or JSON. Throws a UserError that shows where it is malformed. */
export function parseConfigFile(path: string, text: string): Layer {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const file = basename(path);
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    throw configError(document.errors.map(({ message, pos }) => ({ where: at(pos[0]), message })));
  }
  const values: unknown = document.toJS() ?? {};
  if (!isRecord(values)) {
    throw configError([{ where: `${file}:1:1`, message: "expected settings by name, such as `engine:`" }]);
  }
  return {
    values,
    whereIs(path) {
      const offset = offsetOf(document, path);
      return offset === undefined ? undefined : at(offset);
    },
  };
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  const node: unknown = document.getIn(path.map(String), true);
  const range = isRecord(node) ? node["range"] : undefined;
  return Array.isArray(range) ? Number(range[0]) : undefined;
}
