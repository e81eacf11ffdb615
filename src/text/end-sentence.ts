/** The text with a full stop at its end, and no second one: what others say may have its own. */
export function endSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
