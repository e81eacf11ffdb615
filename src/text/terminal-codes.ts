/**
 * Sequences that a terminal obeys (ECMA-48): of colours and of the cursor, titles and other strings with their end, and
 * the short ones. No part of one takes in the beginning of the next, so that nothing is looked at twice.
 */
const SEQUENCE = new RegExp(
  [
    String.raw`(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]`,
    String.raw`(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)`,
    String.raw`\u001b[ -/]*[0-Z\\^-~]`,
  ].join("|"),
  "g",
);

/** A part of a line that is no code. */
export interface PartOfLine {
  /** The parameters of the code for colours that stands right before it, if one does: `1;31`. */
  readonly colours: string | undefined;
  readonly text: string;
}

/** The parts of a line between its codes. Takes time linear to its length. */
export function splitAtCodes(line: string): PartOfLine[] {
  const parts: PartOfLine[] = [];
  let from = 0;
  let colours: string | undefined;
  for (const { 0: code, index } of mayHaveCodes(line) ? line.matchAll(SEQUENCE) : []) {
    parts.push({ colours, text: line.slice(from, index) });
    colours = coloursIn(code);
    from = index + code.length;
  }
  return [...parts, { colours, text: line.slice(from) }];
}

/**
 * A line of a log without the colours and other codes that its service has written for a terminal. What is no whole
 * sequence stays. Takes time linear to its length; Node's own `stripVTControlCharacters` does not.
 */
export function withoutTerminalCodes(line: string): string {
  return mayHaveCodes(line) ? line.replace(SEQUENCE, "") : line;
}

/** The parameters of a code, where it is the one for colours and other looks of text. */
function coloursIn(code: string): string | undefined {
  const beginning = ["\u001b[", "\u009b"].find((each) => code.startsWith(each));
  return beginning && /^([\d;:]*)m$/.exec(code.slice(beginning.length))?.[1];
}

function mayHaveCodes(line: string): boolean {
  return line.includes("\u001b") || /[\u0080-\u009f]/.test(line);
}
