// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is about texts of configurations that hold them.
/** The value of a variable; undefined where there is none of that name. @throws InterpolationProblem */
export type Lookup = (name: string) => string | undefined;

/** Why a text cannot be made of its variables: a sentence without its end. */
export class InterpolationProblem extends Error {}

/**
 * Fills in the variables of a text as compose does: `${NAME}`, `${NAME:-default}`, `${NAME:?message}`,
 * `${NAME:+instead}`, the same three without the colon, which then take an empty value for a value, and `$$` for one
 * `$`. A default may hold variables. Unlike in compose, `$NAME` stays as it is, because commands of a shell and
 * regular expressions are full of it, and a variable without a value is a problem, because a service would be started
 * with half an address.
 *
 * @throws InterpolationProblem
 */
export function interpolate(text: string, lookup: Lookup): string {
  return readText({ text, at: 0, lookup }, { isWord: false, isUsed: true });
}

interface Source {
  readonly text: string;
  at: number;
  readonly lookup: Lookup;
}

/** `isWord`: it ends before a `}`. `isUsed`: false where nobody needs it, so that its variables need no values. */
interface Part {
  readonly isWord: boolean;
  readonly isUsed: boolean;
}

function readText(source: Source, { isWord, isUsed }: Part): string {
  const { text } = source;
  let read = "";
  while (source.at < text.length) {
    if (text.startsWith("$$", source.at)) {
      read += "$";
      source.at += 2;
    } else if (text.startsWith("${", source.at)) read += readVariable(source, isUsed);
    else if (isWord && text[source.at] === "}") return read;
    else {
      read += text[source.at];
      source.at += 1;
    }
  }
  if (isWord) throw new InterpolationProblem(`\`\${\` has no \`}\` to it; ${AS_IT_IS}`);
  return read;
}

const AS_IT_IS = "`$${` stands for `${` itself";
const HEAD = /\$\{([A-Za-z_]\w*)(?:(:?)([-?+])|(?=\}))/y;

function readVariable(source: Source, isUsed: boolean): string {
  const { name, operator, isEmptyAValue } = readHead(source);
  const value = isUsed ? source.lookup(name) : "";
  const hasValue = value !== undefined && (value !== "" || isEmptyAValue);
  const word = operator === undefined ? "" : readWord(source, isUsed && hasValue === (operator === "+"));
  // Its closing bracket.
  source.at += 1;
  if (!isUsed || operator === "+") return word;
  if (hasValue) return value;
  if (operator === "-") return word;
  throw new InterpolationProblem(operator === "?" ? required(name, word) : unknown(name));
}

/** What stands before the word, or before the closing bracket where there is none. */
function readHead(source: Source): { name: string; operator: string | undefined; isEmptyAValue: boolean } {
  HEAD.lastIndex = source.at;
  const [head, name = "", colon = "", operator] = HEAD.exec(source.text) ?? [];
  if (head === undefined) {
    const expected = "expected `${NAME}`, `${NAME:-default}`, `${NAME:?message}` or `${NAME:+instead}`";
    throw new InterpolationProblem(`${expected}; ${AS_IT_IS}`);
  }
  source.at += head.length;
  return { name, operator, isEmptyAValue: colon === "" };
}

function readWord(source: Source, isUsed: boolean): string {
  const word = readText(source, { isWord: true, isUsed });
  return isUsed ? word : "";
}

function required(name: string, message: string): string {
  return `${name} has no value${message === "" ? "" : `: ${message}`}`;
}

function unknown(name: string): string {
  return `there is no variable ${name}; \`\${${name}:-}\` takes an empty text instead, \`$\${${name}}\` leaves it to the program`;
}
