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

/** The code in pieces that can be coloured; undefined where the language is not known. */
export function highlight(code: string, language: string): readonly Piece[] | undefined {
  return lowlight.registered(language) ? lowlight.highlight(language, code).children.map(pieceOf) : undefined;
}

type Node = ReturnType<typeof lowlight.highlight>["children"][number];

function pieceOf(node: Node): Piece {
  if (node.type === "element") {
    const names = node.properties["className"];
    return { class: Array.isArray(names) ? names.join(" ") : "", pieces: node.children.map(pieceOf) };
  }
  return node.type === "text" ? node.value : "";
}
