import { messageOf } from "../errors/thrown-error.ts";
import { UserError } from "../errors/user-error.ts";
import { compilePattern, type TextPattern } from "../text/linear-pattern.ts";

/** Reads the regular expression that a flag was given. Throws a UserError `bad_flag`. */
export async function parsePatternFlag(
  flag: string,
  source: string,
  options?: { ignoreCase: boolean },
): Promise<TextPattern> {
  try {
    return await compilePattern(source, options);
  } catch (error) {
    throw new UserError("bad_flag", `${flag} "${source}" is no regular expression: ${messageOf(error)}.`, {
      hint: "Put a backslash before what shall stand for itself: ( ) [ ] { } . * + ? ^ $ | \\",
      cause: error,
    });
  }
}
