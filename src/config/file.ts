import { basename } from "node:path";
import { type Document, isMap, isNode, LineCounter, parseDocument } from "yaml";
import { configError, isRecord, type Layer } from "./layer.ts";

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
    whereIs(path, part) {
      const offset = offsetOf(document, path, part);
      return offset === undefined ? undefined : at(offset);
    },
  };
}

function offsetOf(
  document: Document,
  path: readonly PropertyKey[],
  part: "name" | "value",
): number | undefined {
  const keys = path.map(String);
  const section: unknown = document.getIn(keys.slice(0, -1), true);
  const pair = isMap(section) ? section.items.find((item) => String(item.key) === keys.at(-1)) : undefined;
  const node: unknown = part === "name" ? pair?.key : pair?.value;
  return isNode(node) ? node.range?.[0] : undefined;
}
