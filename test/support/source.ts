import { judgeSource } from "../../src/source-check/judge-source.ts";
import { loadPython } from "../../src/source-check/python-parser.ts";
import { readSourceFacts } from "../../src/source-check/source-facts.ts";
import { type Finding, SEED_NAMES, type SourceNames } from "../../src/source-check/source-report.ts";

/** Judges Python texts as one tree of sources; a single one is `main.py`. */
export async function judgePython(
  sources: string | Record<string, string>,
  names: Partial<SourceNames> = {},
): Promise<{ findings: Finding[]; counts: ReturnType<typeof judgeSource>["counts"] }> {
  const python = await loadPython();
  const files = Object.entries(typeof sources === "string" ? { "main.py": sources } : sources);
  return judgeSource(
    files.map(([file, text]) => ({ file, ...readSourceFacts(text, { ...SEED_NAMES, ...names }, python) })),
  );
}

/** The findings in short: `main.py:5 none-passed model_id`. */
export async function found(...judged: Parameters<typeof judgePython>): Promise<string[]> {
  const { findings } = await judgePython(...judged);
  return findings.map(({ file, line, kind, name }) => `${file}:${line} ${kind} ${name}`);
}
