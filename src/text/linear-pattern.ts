import { messageOf } from "../errors/thrown-error.ts";

/** Finds something in a text; a RegExp is one. */
export type TextPattern = Pick<RegExp, "test">;

/**
 * A user's regular expression, in RE2's syntax, which takes time linear to the text's length: of JavaScript's own, one
 * such as `(a+)+$` takes years over a line that nobody foresaw, and nothing else of the process goes on meanwhile.
 *
 * @throws Error that says what is wrong with it, as the end of a sentence
 */
export async function compilePattern(
  source: string,
  { ignoreCase = false }: { ignoreCase?: boolean } = {},
): Promise<TextPattern> {
  // Larger than all else that most commands load.
  const { RE2JS } = await import("re2js");
  try {
    return RE2JS.compile(RE2JS.translateRegExp(source), ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  } catch (error) {
    throw new Error(troubleWith(source, messageOf(error)), { cause: error });
  }
}

/** What JavaScript has and RE2 has not, because no linear time suffices for it. */
const BEYOND_LINEAR = /\(\?<?[=!]|\\[1-9]|\\k</;

function troubleWith(source: string, message: string): string {
  const [found] = BEYOND_LINEAR.exec(source) ?? [];
  if (found !== undefined)
    return `${found} looks around or back, which may take for ever: RE2's syntax is without it`;
  return message.replace(/^error parsing regexp: /, "");
}
