/**
 * Draws the README's picture of a terminal, docs/images/terminal.svg, of what the commands print now:
 *
 *     npm run build && node scripts/terminal-picture.ts
 *
 * The stack is brought up on its usual ports, which must be free, and taken down again.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";

const BIN = fileURLToPath(new URL("../bin/stack.js", import.meta.url));
const PICTURE = fileURLToPath(new URL("../docs/images/terminal.svg", import.meta.url));

const COLUMNS = 112;

/** What is typed. Of a long output the first paragraph, the first broken claim and the end are shown. */
const TYPED = [
  { args: ["up", "--detach"], isLong: false },
  { args: ["chat", "Count to 5"], isLong: false },
  { args: ["doctor"], isLong: false },
  {
    args: ["verify", "cancel", "--in-process", "--fault", "cancel-leaves-engine-working"],
    isLong: true,
  },
] as const;

/** The pixels of one character, and of the window around them. */
const CELL = { width: 8.43, height: 19 } as const;
const MARGIN = { left: 18, top: 50, right: 38 } as const;

const FOREGROUND = "#d8dee9";
/** By the parameter of "select graphic rendition" (ECMA-48, 8.3.117). */
const COLOURS: Readonly<Record<string, string>> = {
  "31": "#ff7b72",
  "32": "#7ee787",
  "33": "#d29922",
  "36": "#79c0ff",
  "90": "#8b949e",
};
const FAINT = "#8b949e";

const folder = mkdtempSync(join(tmpdir(), "terminal-picture-"));
try {
  const paragraphs = TYPED.map(({ args, isLong }) => [
    `\u001b[36m\u001b[1m$\u001b[0m \u001b[1mstack ${args.map(asTyped).join(" ")}\u001b[0m`,
    ...(isLong ? shortened(outputOf(args)) : outputOf(args)),
    "",
  ]);
  writeFileSync(PICTURE, drawing(paragraphs.flat().flatMap(wrapped)));
} finally {
  execFileSync(process.execPath, [BIN, "down"], { cwd: folder, stdio: "ignore" });
  rmSync(folder, { recursive: true, force: true });
}

function asTyped(argument: string): string {
  return argument.includes(" ") ? `"${argument}"` : argument;
}

/** The lines that a command prints, with their colours. */
function outputOf(args: readonly string[]): string[] {
  const env = { ...process.env, FORCE_COLOR: "1", COLUMNS: String(COLUMNS) };
  const { stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  // The answer of `chat` is on one, who answers on the other.
  const both = args[0] === "chat" ? `${stderr.trimEnd()}\n\n${stdout}` : stdout;
  const lines = both.trimEnd().split("\n");
  return lines.slice(lines.findIndex((line) => stripVTControlCharacters(line).trim() !== ""));
}

function shortened(lines: readonly string[]): string[] {
  const firstGap = lines.indexOf("");
  const broken = lines.findIndex((line) => line.includes("✗") && !/\d+ hold/.test(line));
  // The calls that show it follow, in lines that are longer than the window.
  const calls = lines.findIndex(
    (line, index) => index > broken && /^\s+\S*try\b/.test(stripVTControlCharacters(line)),
  );
  const claim = lines.slice(broken, calls);
  const summary = lines.findLastIndex((line) => /\d+ hold, \d+ broken/.test(line));
  return [...lines.slice(0, firstGap + 1), ...claim, "  ...", "", ...lines.slice(summary)];
}

interface Look {
  readonly colour: string;
  readonly isBold: boolean;
}

interface Piece extends Look {
  readonly text: string;
}

/** A line in pieces of one look each; more than one line, under its own text, where it is longer than the window. */
function wrapped(line: string): Piece[][] {
  const lines: Piece[][] = [[]];
  const indent = indentOf(stripVTControlCharacters(line));
  let column = 0;
  let look: Look = { colour: FOREGROUND, isBold: false };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the codes are what is looked for
  for (const part of line.split(/(\u001b\[[\d;]*m)/)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
    const codes = /^\u001b\[([\d;]*)m$/.exec(part)?.[1];
    if (codes !== undefined) {
      for (const code of codes.split(";")) look = turned(look, code);
      continue;
    }
    for (const word of part.split(/(?<= )(?=[^ ])/)) {
      if (column + stringWidth(word.trimEnd()) > COLUMNS) {
        lines.push([{ text: " ".repeat(indent), ...look }]);
        column = indent;
      }
      lines.at(-1)?.push({ text: word, ...look });
      column += stringWidth(word);
    }
  }
  return lines.map(joined);
}

/** Where the text of a line begins: after its label, where it has one. */
function indentOf(line: string): number {
  return /^ *(?:\S+(?: \S+)? {3,})?/.exec(line)?.[0].length ?? 0;
}

function turned(look: Look, code: string): Look {
  if (code === "" || code === "0") return { colour: FOREGROUND, isBold: false };
  if (code === "1") return { ...look, isBold: true };
  if (code === "2") return { ...look, colour: FAINT };
  if (code === "22") return { colour: look.colour === FAINT ? FOREGROUND : look.colour, isBold: false };
  if (code === "39") return { ...look, colour: FOREGROUND };
  return { ...look, colour: COLOURS[code] ?? look.colour };
}

function joined(pieces: readonly Piece[]): Piece[] {
  const all: Piece[] = [];
  for (const piece of pieces) {
    const last = all.at(-1);
    if (last !== undefined && last.colour === piece.colour && last.isBold === piece.isBold) {
      all[all.length - 1] = { ...last, text: last.text + piece.text };
    } else all.push(piece);
  }
  return all;
}

function drawing(lines: readonly (readonly Piece[])[]): string {
  const width = Math.ceil(COLUMNS * CELL.width + MARGIN.left + MARGIN.right);
  const height = MARGIN.top + lines.length * CELL.height;
  const texts = lines.flatMap((pieces, index) =>
    pieces.length === 0
      ? []
      : [
          `<text x="${MARGIN.left}" y="${MARGIN.top + index * CELL.height}">${pieces.map(span).join("")}</text>`,
        ],
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="A terminal: stack up, chat, doctor, and verify with a bug switched on">
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
<g fill="#484f58"><circle cx="20" cy="18" r="5"/><circle cx="38" cy="18" r="5"/><circle cx="56" cy="18" r="5"/></g>
<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="14" fill="${FOREGROUND}">
${texts.join("\n")}
</g>
</svg>
`;
}

function span({ text, colour, isBold }: Piece): string {
  const fill = colour === FOREGROUND ? "" : ` fill="${colour}"`;
  const weight = isBold ? ' font-weight="700"' : "";
  return `<tspan${fill}${weight}>${escaped(text)}</tspan>`;
}

function escaped(text: string): string {
  // Spaces that stay: those of the columns would be drawn as one.
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(" ", "\u00a0");
}
