import { describe, expect, test } from "vitest";
import { ALLOWED, element } from "../../../web/markdown/safe-elements.ts";
import { expectOnlyAllowed } from "./allowed.ts";
import { pageOf } from "./page.ts";

const HTML = [
  "<script>alert(1)</script>",
  "<script src=//x.example/a.js></script>",
  "<SCRIPT\n>alert(1)</SCRIPT >",
  "<scr<script>ipt>alert(1)</scr</script>ipt>",
  "<img src=x onerror=alert(1)>",
  "<img/src='x'/onerror='alert(1)'>",
  '<img src="x" onerror="alert(1)"//',
  "<svg onload=alert(1)>",
  "<svg><script>alert(1)</script></svg>",
  "<svg><animate onbegin=alert(1) attributeName=x>",
  "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
  "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
  "<math href=javascript:alert(1)>x</math>",
  "<iframe src=javascript:alert(1)></iframe>",
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  "<object data=data:text/html,x></object><embed src=x>",
  "<form action=javascript:alert(1)><input type=submit><button formaction=javascript:alert(1)>x</button></form>",
  "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
  "<base href=//x.example/>",
  "<link rel=stylesheet href=//x.example/a.css>",
  "<style>@import '//x.example/a.css';</style>",
  '<p style="background:url(javascript:alert(1))">x</p>',
  "<a href='javascript:alert(1)'>x</a>",
  "<a href=https://x.example onclick=alert(1)>x</a>",
  "<details open ontoggle=alert(1)>",
  "<video><source onerror=alert(1)></video>",
  "<body onload=alert(1)>",
  "<input autofocus onfocus=alert(1)>",
  "<kbd onclick=alert(1)>x</kbd>",
  "<sub><script>alert(1)</script></sub>",
  "<br onclick=alert(1)>",
  "<template><script>alert(1)</script></template>",
  "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
  "<textarea></textarea><title></title><plaintext>",
  "<!--><img src=x onerror=alert(1)>-->",
  "<![CDATA[<script>alert(1)</script>]]>",
  "<?xml-stylesheet href='javascript:alert(1)'?>",
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "&#60;img src=x onerror=alert(1)&#62;",
  "`</code><script>alert(1)</script>`",
  "```html\n</code></pre><script>alert(1)</script>\n```",
  '```"><script>alert(1)</script>\nx\n```',
  '```js onmouseover="alert(1)"\nx\n```',
  "| <script>alert(1)</script> |\n|-|\n| <img src=x onerror=alert(1)> |",
  "# <script>alert(1)</script>",
  "- [x] <svg onload=alert(1)>",
  "> <iframe srcdoc='<script>alert(1)</script>'>",
  '![" onerror="alert(1)](https://x.example/i.png)',
  "![x](https://x.example/i.png \"' onload='alert(1)\")",
  '[x](https://x.example "\\" onmouseover=\\"alert(1)")',
  '[x](https://x.example/"onmouseover="alert(1))',
  "[x][__proto__] [constructor] [toString][]",
  "[x]\n\n[x]: https://x.example/\"onclick='alert(1)'",
];

const ADDRESSES = [
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  " javascript:alert(1)",
  "java\tscript:alert(1)",
  "java\u0000script:alert(1)",
  "\u0001javascript:alert(1)",
  "\u00ADjavascript:alert(1)",
  "java&Tab;script:alert(1)",
  "java&NewLine;script:alert(1)",
  "javascript&colon;alert(1)",
  "&#106;avascript:alert(1)",
  "&#x6A;&#x61;vascript&#58;alert(1)",
  "&#0000106avascript:alert(1)",
  "javascript%3Aalert(1)",
  "javascript\\:alert(1)",
  "javascript://x.example/%0Aalert(1)",
  "view-source:https://x.example",
  "vbscript:msgbox(1)",
  "livescript:x",
  "data:text/html,<script>alert(1)</script>",
  "data:text/html;base64,PHNjcmlwdD4=",
  "data:image/svg+xml,<svg/onload=alert(1)>",
  "DATA:,x",
  "blob:https://x.example/1",
  "file:///etc/passwd",
  "ftp://x.example",
  "feed:javascript:alert(1)",
  "intent://x#Intent;scheme=javascript;end",
  "//x.example",
  "/\\x.example",
  "#a",
  "?a",
  "http:x.example",
  "https:\\\\x.example",
  "https://",
  "https://bank.example@x.example",
  "https://bank.example:443@x.example",
  "https://x.example/\u202Egnp.exe",
  "https://x.example/a&#10;b",
];

describe("hostile HTML is text", () => {
  test.each(HTML)("%j", (markdown) => {
    for (const text of [markdown, `a ${markdown} b`, `- ${markdown}\n\n  ${markdown}`]) {
      expectOnlyAllowed(pageOf(text));
      expectOnlyAllowed(pageOf(text, true));
    }
  });
});

describe("an address that is not of the web or of mail leads nowhere", () => {
  test.each(ADDRESSES)("%j", (address) => {
    for (const text of [
      `[a](${address})`,
      `[a](<${address}>)`,
      `![a](${address})`,
      `[a]\n\n[a]: ${address}`,
    ]) {
      const page = pageOf(text);
      expectOnlyAllowed(page);
      expect(page.all("a")).toEqual([]);
    }
  });
});

test("the renderer has no way to other attributes", () => {
  const attributes = { dangerouslySetInnerHTML: { __html: "<b>" } };
  expect(() => element("p", attributes as object)).toThrow("A message's <p> has no dangerouslySetInnerHTML.");
});

test("nothing that loads, runs, styles or sends is allowed", () => {
  const tags = [
    "base",
    "embed",
    "form",
    "iframe",
    "img",
    "link",
    "math",
    "meta",
    "object",
    "script",
    "style",
    "svg",
  ];
  expect(Object.keys(ALLOWED).filter((tag) => tags.includes(tag))).toEqual([]);
  const names = Object.values(ALLOWED).flat();
  expect(
    names.filter((name) => /^(?:on(?!Click$)|src|style|action|formaction|id|name|key|ref)/i.test(name)),
  ).toEqual([]);
});
