import type { MarkedToken } from "marked";

/** The page's title is the first level. */
const FIRST = 2;
const LAST = 6;

/** The depths of the headings that whatever comes next stands under, as they were written. */
export type HeadingDepths = readonly number[];

/** Blocks, and what those after them stand under. */
export interface Outlined {
  readonly blocks: readonly MarkedToken[];
  readonly outline: HeadingDepths;
}

/**
 * Gives headings the depths that they have on the page. There are no gaps, as screen readers need it: a reply
 * that begins with "###" has its first heading right below the page's title, too.
 */
export function outlined(blocks: readonly MarkedToken[], before: HeadingDepths): Outlined {
  let outline = before;
  const placed = blocks.map((block) => {
    if (block.type !== "heading") return block;
    outline = [...outline.filter((depth) => depth < block.depth), block.depth];
    return { ...block, depth: Math.min(FIRST - 1 + outline.length, LAST) };
  });
  return { blocks: placed, outline };
}
