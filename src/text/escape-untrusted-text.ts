/**
 * Words of others (a model, a server, a log, a report, a configuration) so that they can be shown anywhere: nothing in
 * them steers a terminal, turns the reading direction, hides, or gives a CI server an order.
 *
 * What must not act is spelled out, not taken out: the reader sees that it was there. Since each character is spelled
 * out by itself, an escape sequence that comes in pieces is no less harmless than a whole one.
 */

/** Control characters but line break and tab; what turns the reading direction, is invisible, or half of a pair. */
const HIDDEN = String.raw`[[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\ufff9-\ufffb]--[\n\t]]`;

/**
 * After these, joiners and variation selectors do their work: emoji, and letters of scripts with joining forms. After a
 * Latin, Greek or Cyrillic letter they would only make two names that look the same.
 */
const JOINING = String.raw`[[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}]--[\p{Default_Ignorable_Code_Point}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]]`;
const AT_WORK = String.raw`(?<=${JOINING}\ufe0f?)[\u200c\u200d]|(?<=${JOINING})\p{Variation_Selector}|(?<=[0-9#*])\ufe0f(?=\u20e3)`;

const MISLEADING = new RegExp(`(?!${AT_WORK})${HIDDEN}`, "gv");

/**
 * What CI servers take for orders: GitHub `::error::` at the start of a line, and `##[group]` anywhere, as do Azure
 * (`##vso[`) and TeamCity (`##teamcity[`).
 */
const CI_COMMAND = /(?<=^[^\S\n]*):(?=:[A-Za-z])|#(?=#\w{0,20}\[)/gm;

/**
 * Text whose misleading characters are spelled out, such as `⟨U+202E⟩` for the one that turns the reading direction.
 * Line breaks and tabs stay; those of Windows become plain ones.
 *
 * @param before what the reader has before it on the same line: whether a joiner joins depends on that
 */
export function visibleText(text: string, before = ""): string {
  return spellOutAll(MISLEADING, text.replaceAll("\r\n", "\n"), before);
}

/** Text in which no CI server finds an order: the first character of each is spelled out. `before` as above. */
export function withoutCiCommands(text: string, before = ""): string {
  return spellOutAll(CI_COMMAND, text, before);
}

/** Text of others for a file or an output that anybody's program reads: both of the above. */
export function safeText(text: string, before = ""): string {
  return withoutCiCommands(visibleText(text, before), before);
}

/**
 * A value as JSON in which misleading characters are escaped as JSON has it (`\u202e`), so that who parses it gets
 * what was said, and who looks at it is not misled.
 *
 * @throws RangeError for what is nested thousands deep
 */
export function safeJson(value: unknown, indent?: number): string {
  return safeJsonText(JSON.stringify(value, undefined, indent) ?? "null");
}

/** The same of what is JSON already, or a piece of it. */
export function safeJsonText(json: string): string {
  // They stand in its strings alone: JSON itself is made of plain characters.
  return json.replace(MISLEADING, escapeForJson).replace(CI_COMMAND, escapeForJson);
}

function spellOutAll(pattern: RegExp, text: string, before: string): string {
  const spelled = (before + text).replace(pattern, (character, place: number) =>
    place < before.length ? character : spellOut(character),
  );
  return spelled.slice(before.length);
}

function spellOut(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}

function escapeForJson(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}
