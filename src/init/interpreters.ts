import { delimiter, join } from "node:path";
import { withoutStop } from "../errors/thrown-error.ts";
import { whyUntrusted } from "../files/file-owners.ts";
import { findProgram } from "../files/find-program.ts";
import type { PythonApp } from "./python-apps.ts";
import { pythonFramework } from "./python-frameworks.ts";

/** The Python that an application is run with. */
export interface Interpreter {
  /** As a command names it: relative to the searched folder, from the PATH, or absolute. */
  readonly file: string;
  /** What it, or the one that would be taken first, lacks; absent where nothing is lacking. */
  readonly warning?: { readonly what: string; readonly where: string };
}

/**
 * The interpreter of the virtual environment, if there is one; else the first `python3` on the PATH that has the
 * framework. Each is asked whether it finds the modules; none of the project's code is run.
 */
export async function chooseInterpreter(
  framework: PythonApp["framework"],
  root: string,
  virtual: string | undefined,
  path: string | undefined,
): Promise<Interpreter> {
  const { modules } = pythonFramework(framework);
  const candidates = (path ?? "").split(delimiter).flatMap((folder) => findProgram("python3", folder) ?? []);
  const usual = virtual === undefined ? candidates[0] : join(root, virtual);
  const file = virtual ?? "python3";
  const install = `install ${modules.join(" and ")} before \`stack up\``;
  if (usual === undefined) {
    return { file, warning: { what: "there is no python3 on the PATH", where: install } };
  }
  // That of a project which others may have written would be a program of theirs.
  const untrusted = virtual === undefined ? undefined : whyUntrusted(usual);
  if (untrusted !== undefined) {
    const what = `${usual} was not asked whether it has ${modules.join(" and ")}: ${untrusted.found}`;
    return { file, warning: { what, where: withoutStop(untrusted.advice) } };
  }
  const missing = await missingModules(usual, modules);
  if (missing.length === 0) return { file };
  const what = `${usual} has no ${missing.join(" and no ")}`;
  const better = await firstWith(
    modules,
    candidates.filter((each) => each !== usual),
  );
  if (better === undefined) return { file, warning: { what, where: install } };
  if (virtual !== undefined)
    return { file, warning: { what, where: `${better} has: use that, or ${install}` } };
  return { file: better, warning: { what, where: `${better} has, and is used` } };
}

async function firstWith(modules: readonly string[], files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    if ((await missingModules(file, modules)).length === 0) return file;
  }
  return undefined;
}

const SCRIPT =
  "import importlib.util, sys; print(*[m for m in sys.argv[1:] if importlib.util.find_spec(m) is None])";
const TIMEOUT_MS = 5_000;

/** All of them where the interpreter does not run. */
async function missingModules(file: string, modules: readonly string[]): Promise<readonly string[]> {
  const { execa } = await import("execa");
  // Not in the project's folder: a file there may be called like the module.
  const options = { cwd: "/", timeout: TIMEOUT_MS, stdin: "ignore", reject: false } as const;
  const { failed, stdout } = await execa(file, ["-c", SCRIPT, ...modules], options);
  return failed ? modules : stdout.split(/\s+/).filter((name) => name !== "");
}
