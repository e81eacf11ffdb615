/** A message that was looked for. */
export interface FoundPlace {
  readonly messageId: string;
  /** What was found in it. */
  readonly words: readonly string[];
}

/** The name of the highlight in the style sheet. */
const HIGHLIGHT = "found";

/** Brings a message into view, with the focus on it and the words marked; false where it is not drawn. */
export function showFound({ messageId, words }: FoundPlace): boolean {
  const element = document.querySelector<HTMLElement>(`[data-message="${CSS.escape(messageId)}"]`);
  if (element === null) return false;
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "center" });
  // Told now, not with the next frame: what came into view may take on another size before, which must not lead back to the end.
  element.closest(".scroller")?.dispatchEvent(new Event("scroll"));
  // Older browsers have no highlights: there the message alone has the focus.
  if (typeof Highlight === "undefined") return true;
  const ranges = rangesOf(element, words);
  CSS.highlights.set(HIGHLIGHT, new Highlight(...ranges));
  ranges[0]?.startContainer.parentElement?.scrollIntoView({ block: "center" });
  return true;
}

function rangesOf(element: HTMLElement, words: readonly string[]): Range[] {
  const wanted = words.map((word) => word.toLowerCase()).filter((word) => word !== "");
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const ranges: Range[] = [];
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const text = (node.textContent ?? "").toLowerCase();
    for (const word of wanted) {
      for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
        const range = new Range();
        range.setStart(node, at);
        range.setEnd(node, at + word.length);
        ranges.push(range);
      }
    }
  }
  return ranges;
}
