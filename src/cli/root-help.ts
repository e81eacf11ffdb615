import { paint, type StyledText, toStyled, wrap } from "../text/styled-text.ts";

/** What the help without a command tells of the package; `package.json` is one. */
export interface DescribedPackage {
  readonly name: string;
  readonly version: string;
  readonly description?: string | undefined;
  readonly oclif: { readonly bin?: string };
}

/** What it tells of a command; one of oclif's is one. */
export interface DescribedCommand {
  /** Its words, joined by colons. */
  readonly id: string;
  readonly summary?: string | undefined;
  readonly hidden?: boolean;
}

/** The help without a command: every command with its whole name, for a list of topics beside it would say most of it again. */
export function rootHelpLines(
  { name, version, description = "", oclif }: DescribedPackage,
  commands: readonly DescribedCommand[],
  columns: number,
): StyledText[] {
  const shown = commands
    .filter(({ hidden }) => hidden !== true)
    .map(({ id, summary = "" }) => ({ name: id.replaceAll(":", " "), summary }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    ...wrap(description, columns, 0),
    ...titleLines("VERSION"),
    ...wrap(`  ${name}/${version} ${process.platform}-${process.arch} node-${process.version}`, columns, 4),
    ...titleLines("USAGE"),
    toStyled(`  $ ${oclif.bin ?? name} [COMMAND]`),
    ...titleLines("COMMANDS"),
    ...commandLines(shown, columns),
    toStyled(""),
  ];
}

/** A summary narrower than this is hard to read beside its name: it goes under it. */
const NARROWEST_SUMMARY = 30;

function commandLines(
  commands: readonly { readonly name: string; readonly summary: string }[],
  columns: number,
): StyledText[] {
  const widest = Math.max(...commands.map(({ name }) => name.length));
  const indent = widest + 4;
  if (columns - indent < NARROWEST_SUMMARY)
    return commands.flatMap(({ name, summary }) => [
      toStyled(`  ${name}`),
      ...wrap(`    ${summary}`, columns, 4),
    ]);
  return commands.flatMap(({ name, summary }) =>
    wrap(`  ${name.padEnd(widest)}  ${summary}`, columns, indent),
  );
}

function titleLines(title: string): StyledText[] {
  return [toStyled(""), paint("strong", title)];
}
