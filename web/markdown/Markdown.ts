import { type ComponentChild, Fragment, h } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { memo } from "../memo-component.ts";
import { renderBlock } from "./markdown-blocks.ts";
import { type Document, type Group, readDocument } from "./markdown-document.ts";
import { useSpoken } from "./useSpoken.ts";

interface MarkdownProps {
  readonly content: string;
  /** More of it is still to come. */
  readonly streaming: boolean;
  /** It has been followed since there was nothing of it. */
  readonly isSeenFromStart?: boolean | undefined;
  /** Told the words of each block that is finished while the text grows. */
  readonly onSpoken?: ((text: string) => void) | undefined;
}

/** A Markdown text as elements: see `safe-elements.ts` for all that it can become. */
export function Markdown(props: MarkdownProps): ComponentChild {
  const { content, streaming, isSeenFromStart = false, onSpoken } = props;
  const last = useRef<Document>(undefined);
  const document = useMemo(() => readDocument(content, streaming, last.current), [content, streaming]);
  last.current = document;
  useSpoken(document, { isGrowing: streaming, isSeenFromStart }, onSpoken);
  return h(Fragment, null, ...document.groups.map((blocks) => h(BlockGroup, { blocks })));
}

const BlockGroup = memo(({ blocks }: { readonly blocks: Group }) =>
  h(Fragment, null, ...blocks.map((block) => h(Block, { block }))),
);

const Block = memo(({ block }: { readonly block: Group[number] }) => h(Fragment, null, renderBlock(block)));
