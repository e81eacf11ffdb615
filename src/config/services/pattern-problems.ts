import { messageOf } from "../../errors/thrown-error.ts";
import type { ConfigProblem } from "../config-layer.ts";
import type { Services } from "../service-config.ts";

/** What is wrong with the regular expressions of services; what reads them is loaded only where there is one. */
export async function patternProblems(services: Services): Promise<ConfigProblem[]> {
  const problems: ConfigProblem[] = [];
  for (const [name, { ready }] of Object.entries(services)) {
    if (ready?.kind !== "log") continue;
    const { compilePattern } = await import("../../text/linear-pattern.ts");
    await compilePattern(ready.pattern).catch((error) =>
      problems.push({
        path: ["services", name, "ready", "log"],
        part: "value",
        message: `is no regular expression: ${messageOf(error)}`,
      }),
    );
  }
  return problems;
}
