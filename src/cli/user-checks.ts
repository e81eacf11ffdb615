import type { Fault } from "../faults/fault.ts";
import type { Check } from "../harness/define-check.ts";
import type { Target } from "../targets/open-target.ts";
import { hasFields, isModulePath, loadUserModule } from "./user-module.ts";

/** The checks in these files, for `--check`. Throws a UserError `module_invalid`. */
export async function loadChecks(files: readonly string[]): Promise<Check<Target, never>[]> {
  const loaded = await Promise.all(
    files.map((file) => loadUserModule(file, isCheck, "a check (defineCheck)")),
  );
  return loaded.flat();
}

/** What `--fault` names: a fault of the catalogue, or the one that a file exports. Throws a UserError `module_invalid`. */
export async function loadFault(name: string): Promise<string | Fault> {
  if (!isModulePath(name)) return name;
  const [fault] = await loadUserModule(name, isFault, "a fault (defineFault)");
  return fault ?? name;
}

function isCheck(value: unknown): value is Check<Target, never> {
  return hasFields(value, {
    id: "string",
    claim: "string",
    why: "string",
    lookAt: "string",
    needs: "object",
    collect: "function",
    judge: "function",
  });
}

function isFault(value: unknown): value is Fault {
  return hasFields(value, { name: "string", story: "string", caughtBy: "object", overrides: "function" });
}
