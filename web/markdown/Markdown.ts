import { type ComponentChild, Fragment, h } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { memo } from "../memo.ts";
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
  const document = useMemo(() => readDocument(content, streaming, last.current), [content, streaming]);
  last.current = document;
  return h(Fragment, null, ...document.groups.map((blocks) => h(BlockGroup, { blocks })));
}

const BlockGroup = memo(({ blocks }: { readonly blocks: Group }) =>
  h(Fragment, null, ...blocks.map((block) => h(Block, { block }))),
);

const Block = memo(({ block }: { readonly block: Group[number] }) => h(Fragment, null, renderBlock(block)));
