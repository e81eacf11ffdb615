import { useLayoutEffect, useRef } from "preact/hooks";

/** What is selected in a block of a message, also by places that outlive the text nodes. */
interface KeptSelection {
  readonly block: Element;
  readonly anchor: number;
  readonly focus: number;
}

/**
 * Keeps what is selected in a message selected while the component that calls this is drawn anew: new text in a node
 * makes browsers forget what was selected there, and a reader selects while a reply still grows.
 */
export function useKeptSelection(): void {
  const isDrawn = useRef(false);
  // In what is new nothing is selected; to ask has the browser lay out the whole page, for each message of a conversation.
  const kept = isDrawn.current ? takeSelection() : undefined;
  useLayoutEffect(() => {
    isDrawn.current = true;
    if (kept !== undefined) restore(kept);
  });
}

function takeSelection(): KeptSelection | undefined {
  // Without a browser, as where a text is drawn to a string, nothing is selected.
  const selection = globalThis.getSelection?.();
  if (!selection || selection.isCollapsed) return undefined;
  const { anchorNode, anchorOffset, focusNode, focusOffset } = selection;
  const block = anchorNode?.parentElement?.closest(".markdown > *");
  if (!block || anchorNode === null || focusNode === null || !block.contains(focusNode)) return undefined;
  return {
    block,
    anchor: lengthBefore(block, anchorNode, anchorOffset),
    focus: lengthBefore(block, focusNode, focusOffset),
  };
}

function restore({ block, anchor, focus }: KeptSelection): void {
  const selection = getSelection();
  if (selection === null || !block.isConnected) return;
  const start = placeAt(block, anchor);
  const end = placeAt(block, focus);
  if (start === undefined || end === undefined) return;
  const isSame =
    selection.anchorNode === start.node &&
    selection.anchorOffset === start.offset &&
    selection.focusNode === end.node &&
    selection.focusOffset === end.offset;
  if (!isSame) selection.setBaseAndExtent(start.node, start.offset, end.node, end.offset);
}

function lengthBefore(block: Element, node: Node, offset: number): number {
  const range = document.createRange();
  range.setStart(block, 0);
  range.setEnd(node, offset);
  return range.toString().length;
}

/** Where this many characters of a block end; undefined where it has fewer. */
function placeAt(block: Element, length: number): { node: Node; offset: number } | undefined {
  const texts = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  let rest = length;
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const size = node.textContent?.length ?? 0;
    if (rest <= size) return { node, offset: rest };
    rest -= size;
  }
  return undefined;
}
