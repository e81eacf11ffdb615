import { createHash } from "node:crypto";
import { Html, html } from "./html-markup.ts";
import { STYLE } from "./report-style.ts";

/**
 * A page as one file that asks for nothing: no script, no address, and a policy that would stop both. Its markup is
 * also well-formed XML.
 */
export function htmlDocument(title: string, body: Html): string {
  const page = html`<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="referrer" content="no-referrer"/>
<meta http-equiv="Content-Security-Policy" content="${POLICY}"/>
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
${body}</body>
</html>
`;
  return `<!DOCTYPE html>\n${page.markup}`;
}

// Of this style alone, so that no other can come in with what a target said.
const HASH = createHash("sha256").update(STYLE).digest("base64");
const POLICY = `default-src 'none'; style-src 'sha256-${HASH}'; base-uri 'none'; form-action 'none'`;
