import { readFile } from "node:fs/promises";
import { join, posix, sep } from "node:path";
import { messageOf } from "../errors/thrown-error.ts";
import { type Decoded, decodePython } from "./decode-python.ts";
import { judgeSource, type ReadFile } from "./judge-source.ts";
import { findPythonFiles } from "./python-files.ts";
import { loadPython } from "./python-parser.ts";
import { readSourceFacts } from "./source-facts.ts";
import { SEED_NAMES, type SourceCounts, type SourceNames, type SourceReport } from "./source-report.ts";

export interface SourceCheckOptions extends Partial<SourceNames> {
  /** The folder of the backend's sources. */
  readonly root: string;
  /** Paths under it to leave out, such as `tests/**`. */
  readonly exclude?: readonly string[];
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (filesRead: number, files: number) => void;
}

/**
 * Finds the endpoints of a Python backend that accept a parameter and lose it before they save (BUG-016).
 * Reads the sources and runs nothing of them. Throws a UserError where there is nothing to read.
 */
export async function checkSource(options: SourceCheckOptions): Promise<SourceReport> {
  const started = performance.now();
  const { root, exclude = [], signal, onProgress } = options;
  const names: SourceNames = {
    parameters: options.parameters ?? SEED_NAMES.parameters,
    functions: options.functions ?? SEED_NAMES.functions,
    clients: options.clients ?? SEED_NAMES.clients,
  };
  const found = await findPythonFiles(root, exclude);
  const python = await loadPython();
  const read: ReadFile[] = [];
  const unreadable = found.unreadable.map((each) => ({ ...each, file: shown(root, each.file) }));
  for (const [index, path] of found.files.entries()) {
    onProgress?.(index, found.files.length);
    signal?.throwIfAborted();
    const file = shown(root, path);
    const decoded = await readPython(join(root, path));
    if (decoded.text === null) {
      unreadable.push({ file, line: decoded.line, reason: decoded.reason });
      continue;
    }
    const facts = readSourceFacts(decoded.text, names, python);
    read.push({ file, ...facts });
    if (facts.errorLine !== null) {
      unreadable.push({ file, line: facts.errorLine, reason: NOT_PYTHON });
    }
  }
  const { findings, counts } = judgeSource(read);
  return {
    root,
    ...names,
    findings,
    unreadable,
    counts: { ...counts, files: found.files.length },
    not_judged: findings.length > 0 ? null : whyNotJudged(counts, names),
    duration_ms: Math.round(performance.now() - started),
  };
}

const NOT_PYTHON = "this line is not Python (the rest was judged)";

async function readPython(path: string): Promise<Decoded> {
  try {
    return decodePython(await readFile(path));
  } catch (error) {
    return { text: null, line: null, reason: messageOf(error) };
  }
}

/** The path as a person can open it: with the root that they named. */
function shown(root: string, path: string): string {
  return posix.join(root.split(sep).join("/"), path);
}

/** A check that judged nothing must not look like one that found nothing. */
function whyNotJudged(
  { endpoints, accepting, calls, not_followed }: SourceCounts,
  names: SourceNames,
): SourceReport["not_judged"] {
  const parameters = names.parameters.join(", ");
  if (endpoints === 0) {
    return {
      reason: "no endpoint was found: no function with a router's decorator, such as @app.get or @app.route",
      hint: "Name the folder of the backend's sources with --root.",
    };
  }
  if (accepting === 0) {
    return {
      reason: `${counted(endpoints, "endpoint was", "endpoints were")} found, and none accepts ${parameters}`,
      hint: "Name the parameter that must be handed on with --parameter.",
    };
  }
  if (calls > not_followed) return null;
  if (calls > 0) {
    return {
      reason: `${counted(calls, "call was", "calls were")} found, and none could be followed`,
      hint: `Look there yourself: what becomes of ${parameters} in \`**fields\`, or in another library, is not to be seen.`,
    };
  }
  const accept = counted(accepting, "endpoint accepts", "endpoints accept");
  return {
    reason: `${accept} ${parameters}, and none calls ${listed(names.functions)}`,
    hint: "Name the functions that save, or find a conversation, with --function.",
  };
}

/** A few of the names, and how many there are beside them. */
function listed(names: readonly string[]): string {
  const [first = "", ...others] = names;
  const few = others.length > 3 ? [...others.slice(0, 2), `${others.length - 2} others`] : others;
  return few.length === 0 ? first : `${[first, ...few.slice(0, -1)].join(", ")} or ${few.at(-1)}`;
}

function counted(count: number, one: string, several: string): string {
  return `${count} ${count === 1 ? one : several}`;
}
