import { type ComponentChild, Fragment, h } from "preact";
import { useEffect, useState } from "preact/hooks";
import { copyToClipboard } from "../copy-to-clipboard.ts";
import { memo } from "../memo-component.ts";
import { useKeptSelection } from "../useKeptSelection.ts";
import type { Piece } from "./highlight-code.ts";
import { element } from "./safe-elements.ts";
import { legibleCode, legibleText } from "./text-direction.ts";
import { useColouring } from "./useColouring.ts";

/** Characters; longer code takes too long to draw in colours. */
const MAX_COLOURED = 50_000;

/** Characters of code that grows, up to which each change is coloured at once. */
const MAX_LIVE = 2_000;

/** How long "Copied" is shown, in milliseconds. */
const COPIED_SHOWN = 2_000;

interface CodeBlockProps {
  readonly text: string;
  /** As it was written; empty where none was. */
  readonly language: string;
  /** The end is still to come. */
  readonly isOpen: boolean;
}

/** Code in a box that scrolls, with its language and a button that copies it. */
export function CodeBlock({ text, language, isOpen }: CodeBlockProps): ComponentChild {
  const wanted = text.slice(0, colouredLength(text, isOpen));
  const coloured = useColouring(wanted, wanted.length > MAX_COLOURED ? "" : language, isOpen);
  useKeptSelection();
  const pieces = coloured && h(Pieces, { pieces: coloured.pieces });
  const code = element("code", {}, pieces, legibleCode(text.slice(coloured?.code.length ?? 0)));
  return element(
    "div",
    { class: "code" },
    h(CodeHead, { text, language }),
    element("pre", { dir: "ltr", tabIndex: 0 }, code),
  );
}

const Pieces = memo(({ pieces }: { readonly pieces: readonly Piece[] }) =>
  h(Fragment, null, ...pieces.map(renderPiece)),
);

function CodeHead({ text, language }: Omit<CodeBlockProps, "isOpen">): ComponentChild {
  const [status, setStatus] = useState("");
  useEffect(() => {
    if (status === "") return undefined;
    const timer = setTimeout(() => setStatus(""), COPIED_SHOWN);
    return () => clearTimeout(timer);
  }, [status]);
  const copy = (): void => {
    copyToClipboard(text).then(
      () => setStatus("Copied"),
      () => setStatus("Not copied"),
    );
  };
  return element(
    "div",
    { class: "code-head" },
    element("span", { class: "language" }, legibleText(language)),
    element("span", { class: "copied", role: "status" }, status),
    element("button", { type: "button", onClick: copy }, "Copy"),
  );
}

/** The longer the code, the more has to be new before it is coloured again. */
function colouredLength({ length }: string, isOpen: boolean): number {
  return isOpen && length > MAX_LIVE ? length - (length % (2 ** Math.floor(Math.log2(length)) / 32)) : length;
}

function renderPiece(piece: Piece): ComponentChild {
  if (typeof piece === "string") return legibleCode(piece);
  return element("span", { class: piece.class }, ...piece.pieces.map(renderPiece));
}
