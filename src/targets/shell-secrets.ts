import { isSecretName } from "../text/secret-names.ts";

/** Secrets that a target is called with, each with the variable in which a person has it. */
export interface KnownSecret {
  readonly secret: string;
  readonly variable: string;
  /** What to fill in, where the variable is none that a person is known to have. */
  readonly meaning?: string;
}

/** Shorter ones stand in words that are no secret. */
const MIN_SECRET = 4;

/**
 * The variable of an environment that holds a secret, by its value: what is in a configuration as `${ADA_PASSWORD}` a person has
 * there. Undefined where none does.
 */
export function variableHolding(secret: string, env: NodeJS.ProcessEnv): string | undefined {
  return Object.keys(env).find((name) => env[name] === secret && isSecretName(name));
}

/** A word as a variable of a shell is called: `x-api-key` is `X_API_KEY`. */
export function shellVariableName(word: string): string {
  return word.toUpperCase().replace(/^(?=\d)|[^A-Z\d_]/g, "_");
}

/** The secret of one of `auth.users`, in a variable that is called like that person. */
export function secretOfPerson(name: string, secret: string): KnownSecret {
  const word = shellVariableName(name.split("@")[0] ?? "");
  return { secret, variable: `${word || "OWN"}_SECRET`, meaning: `that of ${name} in auth.users` };
}

/** Writes words for a shell, in which a variable stands in place of each secret. */
export class ShellSecrets {
  readonly #known: KnownSecret[];

  constructor(known: readonly KnownSecret[]) {
    this.#known = [...known];
  }

  add(secret: string, variable: string): void {
    this.#known.push({ secret, variable });
  }

  /** The variable for all of a text; undefined where it is no secret that is known. */
  known(text: string): string | undefined {
    return text === "" ? undefined : this.#known.find(({ secret }) => secret === text)?.variable;
  }

  /** The variable for a secret: the one that is known, or a new one called like `wanted`. */
  variableOf(secret: string, wanted: string, meaning?: string): string {
    const known = this.known(secret);
    if (known !== undefined) return known;
    const taken = new Set(this.#known.map(({ variable }) => variable));
    let variable = wanted;
    for (let number = 2; taken.has(variable); number += 1) variable = `${wanted}_${number}`;
    this.#known.push({ secret, variable, ...(meaning !== undefined && { meaning }) });
    return variable;
  }

  /** What has to be filled in before a line can be typed: `PASSWORD: of ada`. */
  meaningsIn(line: string): string[] {
    return this.#known.flatMap(({ variable, meaning }) =>
      meaning !== undefined && new RegExp(`\\$${variable}(?!\\w)`).test(line)
        ? [`${variable}: ${meaning}`]
        : [],
    );
  }

  /** Inside double quotes of a shell, where variables are filled in. */
  inDoubleQuotes(text: string): string {
    return this.#replaced(quotable(text), quotable, (variable) => `$${variable}`);
  }

  /** One word of a shell, whatever is in it. */
  quoted(text: string): string {
    const word = quote(text);
    // A secret has no line's end in it.
    const start = word.startsWith("$") ? "$'" : "'";
    const bare = (each: string): string =>
      start === "'" ? quote(each).slice(1, -1) : each.replace(/[\\']/g, "\\$&");
    return this.#replaced(word, bare, (variable) => `'"$${variable}"${start}`);
  }

  /** The value of a variable inside a text of JSON, which is inside double quotes of a shell. */
  inJson(variable: string): string {
    const secret = this.#known.find((each) => each.variable === variable)?.secret ?? "";
    const isPlain = JSON.stringify(secret) === `"${secret}"`;
    return isPlain ? `$${variable}` : `$(printf %s "$${variable}" | sed 's/["\\]/\\\\&/g')`;
  }

  #replaced(text: string, spelled: (secret: string) => string, put: (variable: string) => string): string {
    const variables = new Map(
      this.#known
        .filter(({ secret }) => secret.length >= MIN_SECRET)
        .flatMap(({ secret, variable }) =>
          [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)].map(
            (spelling) => [spelled(spelling), variable] as const,
          ),
        )
        // One secret may begin as another one does.
        .toSorted(([one], [other]) => other.length - one.length),
    );
    if (variables.size === 0) return text;
    const anyOfThem = new RegExp(
      [...variables.keys()].map((each) => each.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|"),
      "g",
    );
    return text.replace(anyOfThem, (found) => put(variables.get(found) ?? ""));
  }
}

function quotable(text: string): string {
  return text.replace(/["\\$`]/g, "\\$&");
}

/** In the form of bash and zsh, where there is a line's end or the like in it: on a screen that would be something else. */
function quote(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (!/[\u0000-\u001f]/.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = text
    .replace(/[\\']/g, "\\$&")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    .replace(/[\u0000-\u001f]/g, (each) => `\\x${each.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return `$'${escaped}'`;
}
