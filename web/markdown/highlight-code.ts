import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import csharp from "highlight.js/lib/languages/csharp";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import dockerfile from "highlight.js/lib/languages/dockerfile";
import go from "highlight.js/lib/languages/go";
import ini from "highlight.js/lib/languages/ini";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import kotlin from "highlight.js/lib/languages/kotlin";
import markdown from "highlight.js/lib/languages/markdown";
import php from "highlight.js/lib/languages/php";
import python from "highlight.js/lib/languages/python";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import swift from "highlight.js/lib/languages/swift";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { createLowlight } from "lowlight";

const lowlight = createLowlight({
  ...{ bash, c, cpp, csharp, css, diff, dockerfile, go, ini, java, javascript, json, kotlin, markdown },
  ...{ php, python, ruby, rust, sql, swift, typescript, xml, yaml },
});
lowlight.registerAlias({ bash: ["console", "shell"], json: ["jsonl"] });

/** A piece of code: its text, or pieces with a class that says what they are. */
export type Piece = string | { readonly class: string; readonly pieces: readonly Piece[] };

/** Words one after the other, in characters: to find out that they are no function takes the square of it. */
const MAX_WORDS = 2_000;

const BETWEEN_WORDS = /[(){}[\];,="'`#/]/;

/** The code in pieces that can be coloured; undefined where its language is not known, or cannot be made out. */
export function highlight(code: string, language: string): readonly Piece[] | undefined {
  if (!lowlight.registered(language) || code.split(BETWEEN_WORDS).some(isLong)) return undefined;
  try {
    return lowlight.highlight(language, code).children.map(pieceOf);
  } catch {
    // What is nested too deep overflows the stack.
    return undefined;
  }
}

function isLong({ length }: string): boolean {
  return length > MAX_WORDS;
}

type Node = ReturnType<typeof lowlight.highlight>["children"][number];

function pieceOf(node: Node): Piece {
  if (node.type === "element") {
    const names = node.properties["className"];
    return { class: Array.isArray(names) ? names.join(" ") : "", pieces: node.children.map(pieceOf) };
  }
  return node.type === "text" ? node.value : "";
}
