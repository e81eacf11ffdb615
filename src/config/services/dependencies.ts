import { closest } from "../closest.ts";
import type { Fault } from "../layer.ts";

/** What is wrong with who depends on whom: names that are no service, and circles, each told once. */
export function dependencyFaults(dependencies: ReadonlyMap<string, readonly string[]>): Fault[] {
  return [...unknownNames(dependencies), ...circles(dependencies)];
}

function unknownNames(dependencies: ReadonlyMap<string, readonly string[]>): Fault[] {
  const names = [...dependencies.keys()];
  return [...dependencies].flatMap(([name, needed]) =>
    needed.flatMap((other, index) => {
      if (dependencies.has(other)) return [];
      const meant = closest(
        other,
        names.filter((each) => each !== name),
      );
      const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
      const message = `there is no service ${other}${hint}`;
      return [{ path: ["services", name, "depends_on", index], part: "value", message }];
    }),
  );
}

function circles(dependencies: ReadonlyMap<string, readonly string[]>): Fault[] {
  const faults: Fault[] = [];
  const done = new Set<string>();
  const visit = (name: string, way: readonly string[]): void => {
    const start = way.indexOf(name);
    if (start >= 0) {
      const circle = [...way.slice(start), name].join(" -> ");
      const path = ["services", way.at(-1) ?? name, "depends_on"];
      faults.push({ path, part: "value", message: `goes in a circle: ${circle}` });
    } else if (!done.has(name)) {
      for (const other of dependencies.get(name) ?? []) visit(other, [...way, name]);
      done.add(name);
    }
  };
  for (const name of dependencies.keys()) visit(name, []);
  return faults;
}
