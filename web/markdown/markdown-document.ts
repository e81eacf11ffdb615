import type { Links, MarkedToken } from "marked";
import { lex } from "./markdown-lexer.ts";
import { type HeadingDepths, outlined } from "./markdown-outline.ts";
import { lengthBefore, normalized, withoutUndecided } from "./markdown-source.ts";

/** Blocks that are drawn, and left alone, together: the page then compares groups, not thousands of blocks. */
const GROUP = 50;

/** How many of the last finished characters tell whether a text is the same one, grown. */
const SAMPLE = 256;

/** Blocks that stay together: one that did not change is the same object as before. */
export type Group = readonly MarkedToken[];

/** A Markdown text, lexed. */
export interface Document {
  /** The blocks, in the order of the text. */
  readonly groups: readonly Group[];
  readonly finished: Finished;
}

/** The part of a growing text that cannot change any more. */
interface Finished {
  readonly length: number;
  readonly end: string;
  readonly blocks: readonly MarkedToken[];
  readonly links: Links;
  readonly outline: HeadingDepths;
}

const EMPTY: Document = { groups: [], finished: { length: 0, end: "", blocks: [], links: {}, outline: [] } };

/**
 * Lexes a text. While it grows only its end is lexed again; `previous` is what came out of it before. Link
 * definitions are then known only to what follows them. The whole text, at the end, is lexed as a whole.
 */
export function readDocument(content: string, isGrowing: boolean, previous: Document = EMPTY): Document {
  return isGrowing ? readGrowing(content, previous) : readWhole(content, previous);
}

function readWhole(content: string, previous: Document): Document {
  const { blocks, links } = lex(normalized(content));
  // What was lexed before a definition came does not have its links.
  const isComplete = Object.keys(links).length === 0;
  const before = previous.groups.flat();
  const kept = outlined(blocks, []).blocks.map((block, index) => {
    const old = before[index];
    return isSame(block, old) && (isComplete || !block.raw.includes("[")) ? old : block;
  });
  // With nothing finished, a text that grows after all is read from its start.
  return { groups: grouped(kept, previous.groups), finished: EMPTY.finished };
}

function isSame(block: MarkedToken, old: MarkedToken | undefined): old is MarkedToken {
  if (block.type !== old?.type || block.raw !== old.raw) return false;
  if (block.type === "heading" && old.type === "heading" && block.depth !== old.depth) return false;
  // What goes on with a paragraph marked joins to it in two ways, of which one takes an indentation away.
  return !("text" in block && "text" in old) || block.text === old.text;
}

function readGrowing(content: string, previous: Document): Document {
  const { length, end } = previous.finished;
  const { finished } = content.startsWith(end, length - end.length) ? previous : EMPTY;
  const rest = detached(content.slice(finished.length));
  const open = lex(withoutUndecided(normalized(rest)), finished.links).blocks;
  const blocks = [...finished.blocks, ...outlined(open, finished.outline).blocks];
  return { groups: grouped(blocks, previous.groups), finished: finish(finished, rest, open) };
}

/**
 * The same text in memory of its own. Engines keep a part of a string as a view of the whole, so that each block, which
 * lives as long as the page, would keep the whole reply as it was when the block was read.
 */
function detached(text: string): string {
  return ` ${text}`.slice(1);
}

/** All blocks but the last are finished: what follows can neither join nor end them. */
function finish(finished: Finished, rest: string, open: readonly MarkedToken[]): Finished {
  const last = open.findLastIndex(({ type }) => type !== "space");
  const text = open
    .slice(0, Math.max(last, 0))
    .map(({ raw }) => raw)
    .join("");
  const added = rest.slice(0, lengthBefore(rest, text.length));
  // Marked writes some blocks anew, with a line break that the text does not have.
  if (text === "" || normalized(added) !== text) return finished;
  const { blocks, outline } = outlined(open.slice(0, last), finished.outline);
  return {
    length: finished.length + added.length,
    end: (finished.end + added).slice(-SAMPLE),
    blocks: [...finished.blocks, ...blocks],
    links: withDefinitions(finished.links, blocks),
    outline,
  };
}

/** The first definition of a label counts. */
function withDefinitions(known: Links, blocks: readonly MarkedToken[]): Links {
  const added = blocks.filter((block) => block.type === "def").toReversed();
  if (added.length === 0) return known;
  return { ...Object.fromEntries(added.map(({ tag, href, title }) => [tag, { href, title }])), ...known };
}

function grouped(blocks: readonly MarkedToken[], previous: readonly Group[]): Group[] {
  return Array.from({ length: Math.ceil(blocks.length / GROUP) }, (_, index) => {
    const group = blocks.slice(index * GROUP, (index + 1) * GROUP);
    const old = previous[index];
    return old?.length === group.length && group.every((block, place) => block === old[place]) ? old : group;
  });
}
