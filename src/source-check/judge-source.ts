import type { PythonCall } from "./python-calls.ts";
import type { SourcePlace } from "./python-syntax.ts";
import type { ClassFacts, EndpointFacts, FileFacts } from "./source-facts.ts";
import type { Finding, SourceCounts } from "./source-report.ts";
import { type Definition, isUntold, type ValueLoss, valueLossIn } from "./value-losses.ts";

/** The facts of one file, with the name that the report gives it. */
export interface ReadFile extends FileFacts {
  readonly file: string;
}

/** Judges what the files say together: what a call in one leaves out, a definition in another makes None. */
export function judgeSource(files: readonly ReadFile[]): { findings: Finding[]; counts: SourceCounts } {
  const definitions = files.flatMap(({ file, signatures }) => signatures.map((each) => ({ ...each, file })));
  const fieldsOf = fieldLookup(files.flatMap(({ classes }) => classes));
  const endpoints = files.flatMap((file) =>
    file.endpoints.map((endpoint) => ({ file, endpoint, accepted: acceptedBy(endpoint, fieldsOf) })),
  );
  const accepting = endpoints.filter(({ accepted }) => accepted.size > 0);
  const findings = [
    ...accepting.flatMap((each) => [...lostInCalls(each, definitions), ...overwritten(each)]),
    ...endpoints.flatMap(overwrittenClients),
  ];
  return {
    findings: findings.toSorted(bySource),
    counts: {
      files: files.length,
      endpoints: endpoints.length,
      accepting: accepting.length,
      calls: accepting.reduce((sum, { endpoint }) => sum + endpoint.calls.length, 0),
      not_followed: accepting.reduce((sum, each) => sum + untoldCalls(each, definitions), 0),
    },
  };
}

interface Judged {
  readonly file: ReadFile;
  readonly endpoint: EndpointFacts;
  /** Each parameter with the way the endpoint writes it. */
  readonly accepted: ReadonlyMap<string, string>;
}

function lostInCalls(judged: Judged, definitions: readonly Definition[]): Finding[] {
  return judged.endpoint.calls.flatMap((call) =>
    [...judged.accepted].flatMap(([parameter, expression]) => {
      const loss = valueLossIn(call, parameter, judged.file.file, definitions);
      return loss === undefined ? [] : [callFinding(judged, call, loss, parameter, expression)];
    }),
  );
}

/** How many calls may lose a parameter or not: it cannot be told. */
function untoldCalls({ file, endpoint, accepted }: Judged, definitions: readonly Definition[]): number {
  const isUnclear = (call: PythonCall): boolean =>
    [...accepted.keys()].some((parameter) => isUntold(call, parameter, file.file, definitions));
  return endpoint.calls.filter(isUnclear).length;
}

function callFinding(
  judged: Judged,
  call: PythonCall,
  loss: ValueLoss,
  parameter: string,
  expression: string,
): Finding {
  const isLeftOut = loss.how === "omission";
  const what = isLeftOut
    ? `leaves it out where it calls ${call.function}, whose default for it is None`
    : `passes None for it to ${call.function}`;
  const instead = {
    keyword: `${parameter}=${expression}`,
    entry: `"${parameter}": ${expression}`,
    position: `${expression}, where None stands now`,
    omission: `${call.function}(..., ${parameter}=${expression})`,
  };
  return finding(judged, loss.place, {
    kind: isLeftOut ? "left-out" : "none-passed",
    name: parameter,
    found: `${subject(judged)} accepts ${parameter} and ${what}.`,
    instead: instead[loss.how],
  });
}

function overwritten(judged: Judged): Finding[] {
  return judged.endpoint.overwrites
    .filter(({ parameter }) => judged.accepted.has(parameter))
    .map(({ parameter, isNone, place, usedOnLine }) => {
      const by = isNone ? "None" : "something that does not come from it";
      return finding(judged, place, {
        kind: "parameter-overwritten",
        name: parameter,
        found: `${subject(judged)} accepts ${parameter} and overwrites it with ${by}, which line ${usedOnLine} uses.`,
        instead: "nothing, or another name for another value",
      });
    });
}

function overwrittenClients(judged: Judged): Finding[] {
  return judged.endpoint.clientOverwrites.map(({ variable, place, usedOnLine }) =>
    finding(judged, place, {
      kind: "client-overwritten",
      name: variable,
      found: `${subject(judged)} overwrites ${variable} with data, and line ${usedOnLine} still uses it as a client.`,
      instead: "another name for the data, such as row",
    }),
  );
}

function finding(
  { file, endpoint }: Judged,
  place: SourcePlace,
  told: Pick<Finding, "kind" | "name" | "found" | "instead">,
): Finding {
  const source = file.lines[place.line - 1]?.trim() ?? "";
  return { file: file.file, ...place, source, endpoint: endpoint.name, route: endpoint.route, ...told };
}

function subject({ endpoint }: Judged): string {
  return `${endpoint.name} (${endpoint.route})`;
}

/** What its file tells, and the fields of bodies whose classes may stand in any file. */
function acceptedBy(
  { accepted, bodies }: EndpointFacts,
  fieldsOf: (type: string) => readonly string[],
): Map<string, string> {
  const all = new Map(accepted);
  for (const { name, types } of bodies) {
    for (const field of types.flatMap(fieldsOf)) if (!all.has(field)) all.set(field, `${name}.${field}`);
  }
  return all;
}

/** The parameters that a class has as fields, its own and inherited ones. */
function fieldLookup(classes: readonly ClassFacts[]): (type: string) => readonly string[] {
  const byName = Map.groupBy(classes, ({ name }) => name);
  const fieldsOf = (type: string, below: readonly string[]): string[] => {
    // Classes of one name in several files may inherit in a circle.
    if (below.includes(type)) return [];
    const found = byName.get(type) ?? [];
    return found.flatMap(({ fields, bases }) => [
      ...fields,
      ...bases.flatMap((base) => fieldsOf(base, [...below, type])),
    ]);
  };
  return (type) => fieldsOf(type, []);
}

function bySource(a: Finding, b: Finding): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column;
}
