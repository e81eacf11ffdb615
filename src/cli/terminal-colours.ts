import { styleText } from "node:util";
import { type ForeignTone, HUES, type Text, type Tone, toStyled } from "../text/styled-text.ts";

const STYLES = { good: "green", warn: "yellow", bad: "red", quiet: "dim", strong: "bold" } as const;

function styleOf(tone: Exclude<Tone, "plain">): Parameters<typeof styleText>[0] {
  return HUES.find((hue) => hue === tone) ?? STYLES[tone as keyof typeof STYLES];
}

/**
 * A text with the codes that a terminal knows its looks by; without any where the stream is none, or where somebody wants
 * none: `styleText` heeds NO_COLOR, FORCE_COLOR and TERM.
 */
export function renderText(text: Text, stream: NodeJS.WriteStream): string {
  return toStyled(text)
    .pieces.map(({ text, tone }) => {
      if (tone === "plain" || text === "") return text;
      return typeof tone === "string"
        ? styleText(styleOf(tone), text, { stream })
        : withColours(tone, text, stream);
    })
    .join("");
}

/** Where Node itself would write colours to this stream: NO_COLOR, FORCE_COLOR and TERM are its matter. */
function withColours({ sgr }: ForeignTone, text: string, stream: NodeJS.WriteStream): string {
  const isColoured = styleText("bold", text, { stream }) !== text;
  return isColoured ? `\u001b[${sgr.join(";")}m${text}\u001b[0m` : text;
}
