import { stringify } from "yaml";
import type { ConfigValue } from "../config/value-origins.ts";
import { paint, type StyledText, styled, toStyled } from "../text/styled-text.ts";

/** What stands for a secret. */
export const SECRET_MASK = "<secret>";

/** Longer lines do not move what stands beside the others. */
const MOST_COLUMNS = 48;

/** Values as YAML, each with where it is from as a comment. `mask` stands for each secret, if it is given. */
export function configLines(values: readonly ConfigValue[], mask: string | undefined): StyledText[] {
  const rows = values.flatMap((value, index): [text: string, origin: string][] => {
    const { path, is_secret } = value;
    const opened = values[index - 1]?.path ?? [];
    const names = path.slice(0, -1);
    const common = names.findIndex((name, depth) => opened[depth] !== name);
    const headings = names
      .map((name, depth): [string, string] => [`${"  ".repeat(depth)}${asYaml(name)}:`, ""])
      .slice(common < 0 ? names.length : common);
    const shown = is_secret && mask !== undefined ? mask : value.value;
    const text = `${"  ".repeat(names.length)}${asYaml(path.at(-1))}: ${asYaml(shown)}`;
    return [...headings, [text, originWords(value)]];
  });
  const longest = Math.max(...rows.map(([text]) => text.length).filter((length) => length <= MOST_COLUMNS));
  return rows.map(([text, origin]) =>
    origin === "" ? toStyled(text) : styled`${text.padEnd(longest)}  ${paint("quiet", `# ${origin}`)}`,
  );
}

function originWords({ source, place, variables }: ConfigValue): string {
  const uses = variables.map((use) => `, ${use.name} from ${use.place}`);
  return source === "default" ? "default" : `${place ?? source}${[...new Set(uses)].join("")}`;
}

function asYaml(value: unknown): string {
  // On one line, however long it is.
  if (typeof value === "string" && /[\n\r]/.test(value)) return JSON.stringify(value);
  return stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trimEnd();
}
