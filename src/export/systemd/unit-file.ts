/** A setting of a unit: a value, or several of the same name; left out where it is undefined. */
export type UnitValue = string | number | boolean | readonly string[] | undefined;

/** A unit file: sections with their settings, in the order in which they are written. */
export type UnitFile = Readonly<Record<string, Readonly<Record<string, UnitValue>>>>;

/** The text of a unit file. */
export function renderUnit(unit: UnitFile): string {
  const sections = Object.entries(unit).map(([name, settings]) => {
    const lines = Object.entries(settings).flatMap(([setting, value]) => linesOf(setting, value));
    return [`[${name}]`, ...lines].join("\n");
  });
  return `${sections.join("\n\n")}\n`;
}

function linesOf(setting: string, value: UnitValue): string[] {
  if (value === undefined) return [];
  if (typeof value === "object") return value.map((each) => `${setting}=${each}`);
  return [`${setting}=${typeof value === "boolean" ? (value ? "yes" : "no") : value}`];
}

/** A variable as `Environment=` takes it: with quotes, and with nothing in it that systemd would fill in. */
export function environmentWord(name: string, value: string): string {
  return quoted(`${name}=${withoutSpecifiers(value)}`);
}

/** A command as `ExecStart=` takes it, where `$` stands for variables too. */
export function commandLine(words: readonly string[]): string {
  return words.map((word) => quotedIfNeeded(withoutSpecifiers(word).replaceAll("$", "$$$$"))).join(" ");
}

/** A path or another word of a list. */
export function listWord(word: string): string {
  return quotedIfNeeded(withoutSpecifiers(word));
}

/** A path that is a setting's whole value, where quotes would be part of it. `%h` would stand for a home folder. */
export function withoutSpecifiers(text: string): string {
  return text.replaceAll("%", "%%");
}

function quotedIfNeeded(word: string): string {
  return /^[\w./:@+=,%$-]+$/.test(word) ? word : quoted(word);
}

function quoted(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  return `"${escaped}"`;
}
