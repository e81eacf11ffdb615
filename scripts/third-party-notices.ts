import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** How packages name the files with their terms: LICENSE, license.md, COPYING, NOTICE.txt, ThirdPartyNotices.txt. */
const TERMS_FILE = /^(?:licen[cs]e|copying|notice|third-?party-?notices)(?:[.-].*)?$/i;

/**
 * What the licences of the packages ask for whose code is passed on: each with its version and its own terms.
 *
 * @param files Paths of files that are passed on, such as a bundle's inputs; those outside `node_modules` are ours.
 * @throws Error where a package says nothing of its licence.
 */
export function thirdPartyNotices(files: Iterable<string>): string {
  const folders = new Set([...files].flatMap((file) => packageFolder(file) ?? []));
  const notices = [...folders].map(noticeOf).toSorted((a, b) => (a.title < b.title ? -1 : 1));
  const head = `chat-stack contains code of the following ${notices.length} packages, under these terms.\n`;
  return [head, ...notices.map(({ title, terms }) => `${"=".repeat(80)}\n${title}\n\n${terms}\n`)].join("\n");
}

/** The folder of the innermost package that a file belongs to. */
function packageFolder(file: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file.replaceAll("\\", "/"))?.[0];
}

function noticeOf(folder: string): { title: string; terms: string } {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const title = `${name} ${version}${license === undefined ? "" : ` (${license})`}`;
  const texts = readdirSync(folder)
    .filter((file) => TERMS_FILE.test(file))
    .map((file) => readFileSync(join(folder, file), "utf8").trim());
  if (texts.length > 0) return { title, terms: texts.join("\n\n") };
  if (license === undefined) throw new Error(`${name} ${version} does not say what its licence is.`);
  const holder = typeof author === "string" ? author : author?.name;
  return { title, terms: `Copyright ${holder ?? `the authors of ${name}`}. Licence: ${license}.` };
}
