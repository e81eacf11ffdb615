import { basename } from "node:path";
import { type Document, isMap, isNode, isSeq, LineCounter, parseDocument } from "yaml";
import {
  type ConfigLayer,
  type ConfigPlace,
  type ConfigProblem,
  configError,
  isRecord,
} from "./config-layer.ts";
import { mistakesIn } from "./malformed-file.ts";

/** Reads a configuration file, YAML or JSON. Throws a UserError that shows where it is malformed. */
export function parseConfigFile(path: string, text: string): ConfigLayer {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const file = basename(path);
  const at = (offset: number): ConfigPlace => {
    const { line, col } = lines.linePos(offset);
    return { name: `${file}:${line}:${col}`, order: offset };
  };
  if (document.errors.length > 0) {
    throw configError(
      mistakesIn(text).map(({ offset, message, first }) => ({
        place: at(offset),
        message: first === undefined ? message : `${message}; the first is at ${at(first).name}`,
      })),
    );
  }
  const values: unknown = document.toJS() ?? {};
  if (!isRecord(values)) {
    throw configError([{ place: at(0), message: "expected settings by name, such as `engine:`" }]);
  }
  return {
    source: "file",
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
  part: ConfigProblem["part"],
): number | undefined {
  const keys = path.map(String);
  const last = keys.at(-1);
  const parent: unknown = document.getIn(keys.slice(0, -1), true);
  if (isSeq(parent)) return startOf(parent.items[Number(last)]);
  const pair = isMap(parent) ? parent.items.find((item) => String(item.key) === last) : undefined;
  return startOf(part === "name" ? pair?.key : pair?.value);
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
