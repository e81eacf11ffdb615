import { orDidYouMean } from "../closest-name.ts";
import type { ConfigProblem } from "../config-layer.ts";
import type { ServiceConfig } from "../service-config.ts";
import type { DependsOnInput } from "./service-schema.ts";

/** The services that another one depends on. */
export function namesIn(given: DependsOnInput): readonly string[] {
  return Array.isArray(given) ? given : Object.keys(given);
}

/** Those of them with which it is started again; nothing where there are none. */
export function restartsWith(given: DependsOnInput): Pick<ServiceConfig, "restarts_with"> {
  const names = Array.isArray(given) ? [] : Object.keys(given).filter((name) => given[name]?.restart);
  return names.length === 0 ? {} : { restarts_with: names };
}

/** What is wrong with who depends on whom: names that are no service, and circles, each told once. */
export function dependencyProblems(dependencies: ReadonlyMap<string, DependsOnInput>): ConfigProblem[] {
  return [...unknownNames(dependencies), ...circles(dependencies)];
}

function unknownNames(dependencies: ReadonlyMap<string, DependsOnInput>): ConfigProblem[] {
  const names = [...dependencies.keys()];
  return [...dependencies].flatMap(([name, needed]) =>
    namesIn(needed).flatMap((other, index) => {
      if (dependencies.has(other)) return [];
      const others = names.filter((each) => each !== name);
      const message = `there is no service ${other}${orDidYouMean(other, others)}`;
      const place = Array.isArray(needed) ? index : other;
      const part = place === other ? "name" : "value";
      return [{ path: ["services", name, "depends_on", place], part, message }];
    }),
  );
}

function circles(dependencies: ReadonlyMap<string, DependsOnInput>): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const done = new Set<string>();
  const visit = (name: string, way: readonly string[]): void => {
    const start = way.indexOf(name);
    if (start >= 0) {
      const circle = [...way.slice(start), name].join(" -> ");
      const path = ["services", way.at(-1) ?? name, "depends_on"];
      problems.push({ path, part: "value", message: `goes in a circle: ${circle}` });
    } else if (!done.has(name)) {
      for (const other of namesIn(dependencies.get(name) ?? [])) visit(other, [...way, name]);
      done.add(name);
    }
  };
  for (const name of dependencies.keys()) visit(name, []);
  return problems;
}
