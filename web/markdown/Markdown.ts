import { type ComponentChild, Fragment, h } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { renderBlock } from "./blocks.ts";
import { type Document, type Group, readDocument } from "./document.ts";

interface MarkdownProps {
  readonly content: string;
  /** More of it is still to come. */
  readonly streaming: boolean;
}

/** A Markdown text as elements: see `element.ts` for all that it can become. */
export function Markdown({ content, streaming }: MarkdownProps): ComponentChild {
  const last = useRef<Document>(undefined);
  return useMemo(() => {
    last.current = readDocument(content, streaming, last.current);
    return last.current.groups.map((blocks) => h(BlockGroup, { blocks }));
  }, [content, streaming]);
}

function BlockGroup({ blocks }: { readonly blocks: Group }): ComponentChild {
  // Preact leaves alone what is the same object as before. It has to be one, not a list; and what is directly in
  // a component's result counts as a list, unless that has a key.
  return useMemo(
    () => h(Fragment, { key: "blocks" }, ...blocks.map((block) => h(Block, { block }))),
    [blocks],
  );
}

function Block({ block }: { readonly block: Group[number] }): ComponentChild {
  return useMemo(() => renderBlock(block), [block]);
}
