/** The words of a command line, or what is wrong with it. */
export type Words = { readonly words: readonly string[] } | { readonly problem: string };

/**
 * Splits a command line into words by the shell's quoting: blanks separate, `'` and `"` hold together, `\` takes
 * the next character as it is. What only a shell could do (variables, pipes, patterns) is a problem, because
 * no shell is run.
 */
export function splitWords(line: string): Words {
  const words: string[] = [];
  let word: string | undefined;
  for (const { 0: token, groups = {} } of line.matchAll(TOKEN)) {
    const { blank, continued } = groups;
    if (continued !== undefined) continue;
    if (blank !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    const special = specialIn(token, groups, word === undefined);
    if (special !== undefined) return { problem: special };
    word = (word ?? "") + textOf(groups);
  }
  if (word !== undefined) words.push(word);
  const problem = problemOf(words);
  return problem === undefined ? { words } : { problem };
}

function problemOf([first = ""]: readonly string[]): string | undefined {
  if (first === "") return "names no program";
  const [, variable] = /^(\w+)=/.exec(first) ?? [];
  return variable === undefined ? undefined : `begins with a variable: set ${variable} in \`env\``;
}

const TOKEN =
  /(?<blank>\s+)|'(?<single>[^']*)'|"(?<double>(?:[^"\\]|\\.)*)"|(?<continued>\\\n)|\\(?<escaped>.)|(?<plain>[^\s'"\\|&;<>()$`*?[]+)|./gs;

function textOf({ single, double, escaped, plain }: Token): string {
  return single ?? withoutEscapes(double) ?? escaped ?? plain ?? "";
}

/** What is wrong where a token is more than text. */
function specialIn(token: string, { double, plain }: Token, isStart: boolean): string | undefined {
  if (token === "'" || token === '"' || token === "\\") return `has a ${token} without its end`;
  const [, unquoted] = /^(?:[^\\$`]|\\.)*([$`])/s.exec(double ?? "") ?? [];
  const [, leading] = isStart ? (/^([~#])/.exec(plain ?? "") ?? []) : [];
  const special = unquoted ?? leading ?? (token.length === 1 && SHELL.includes(token) ? token : undefined);
  return special === undefined
    ? undefined
    : `has \`${special}\`, which only a shell understands: quote it, or use \`command: [sh, -c, "..."]\``;
}

type Token = Readonly<Record<string, string | undefined>>;

const SHELL = "|&;<>()$`*?[";

/** Within double quotes a backslash means something only before these. */
function withoutEscapes(text: string | undefined): string | undefined {
  return text?.replace(/\\(["\\$`\n])/g, (_, escaped: string) => (escaped === "\n" ? "" : escaped));
}
