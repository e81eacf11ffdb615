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

/**
 * A line of a log without the colours and other codes that its service has written for a terminal. What is no whole
 * sequence stays. Takes time linear to its length; Node's own `stripVTControlCharacters` does not.
 */
export function withoutTerminalCodes(line: string): string {
  return line.includes("\u001b") || /[\u0080-\u009f]/.test(line) ? line.replace(SEQUENCE, "") : line;
}
