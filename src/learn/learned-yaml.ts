import { stringify } from "yaml";
import { addressOfUrl } from "../contract/address.ts";
import type { LearnedFinding, LearnedWire } from "./learned-wire.ts";

/** The text of a contract for a configuration file, each setting with what it was inferred from. */
export function contractYaml({ driver, wire, findings, unknown, unsayable }: LearnedWire): string {
  const groups = Object.entries(wire);
  const lines = [
    "contract:",
    `  driver: ${driver}`,
    ...(groups.length === 0 ? [] : ["  wire:"]),
    ...groups.flatMap(([name, group]) => groupLines(name, group, findings)),
    ...unsayable.map((what) => `  # Needs a driver in code: ${what}.`),
    ...unknown.map(({ setting, why }) => `  # Not known: ${setting} (${why}).`),
  ];
  return `${lines.join("\n")}\n`;
}

/** Where the back end is, as a setting; undefined where it is not on plain HTTP, which only a flag can name. */
export function addressYaml({ service, url }: LearnedWire): string | undefined {
  if (!url.startsWith("http:")) return undefined;
  const { host, port } = addressOfUrl(url);
  return service === "engine"
    ? `engine:\n  url: ${url}\n`
    : `${service}:\n  host: ${asYaml(host)}\n  port: ${port}\n`;
}

function groupLines(name: string, group: unknown, findings: readonly LearnedFinding[]): string[] {
  const source = findings.find(({ setting }) => setting === name || setting.startsWith(`${name}.`));
  const comment = source === undefined ? "" : `   # ${source.where}`;
  if (typeof group !== "object" || group === null) return [`    ${name}: ${asYaml(group)}${comment}`];
  const fields = Object.entries(group).map(([field, value]) => `      ${field}: ${asYaml(value)}`);
  return [`    ${name}:${comment}`, ...fields];
}

/** On one line, in quotes where it would be read as something else. */
function asYaml(value: unknown): string {
  return stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trimEnd();
}
