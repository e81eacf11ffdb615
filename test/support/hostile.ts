import { expect } from "vitest";

/**
 * What a foreign server may put into every string: an OSC that writes to the clipboard, one that sets the title, a
 * cleared screen, C1 codes, a turned reading direction, separators, halves of pairs, commands of CI servers, markup.
 */
export const HOSTILE = [
  "\u001b]52;c;cm0gLXJm\u0007\u001b]0;PWN\u0007\u001b[2J\u009b1m\u0085\u007f\b",
  "\u202egnp\u2066\u2028\u200b\u{e0041}\ud800\uffff",
  "<script>alert(1)</script>\"'&amp;]]>",
  "\n::error::INJECTED\n##[error]INJECTED\rnot ok 1\n# SKIP\r",
].join("");

/** What no output of ours may hold, whatever others have said: line breaks and tabs are its only control characters. */
const HARMFUL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\u{e0000}-\u{e007f}\ud800-\udfff]|^\s*::[a-z-]+|##\w*\[/gimu;

/** Fails where a text holds what could mislead a person, or steer a terminal or a CI server. */
export function expectHarmless(text: string, what = "output"): void {
  const found = [...text.matchAll(HARMFUL)].map(({ 0: match, index }) =>
    JSON.stringify(text.slice(Math.max(0, index - 40), index + match.length + 10)),
  );
  expect(found, `harmful in ${what}`).toEqual([]);
}
