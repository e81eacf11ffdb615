import { describe, expect, test } from "vitest";
import { PATIENTLY } from "../../support/cli.ts";
import { expectOnlyAllowed } from "./allowed.ts";
import { type PageElement, pageOf } from "./page.ts";

describe("code", () => {
  test.each([
    ["bash", "echo $A # b"],
    ["c", "int a = 1;"],
    ["c++", "class A {};"],
    ["cs", "var a = 1;"],
    ["css", "a { color: red }"],
    ["diff", "+ a"],
    ["dockerfile", "FROM a"],
    ["go", "func a() {}"],
    ["html", "<b>a</b>"],
    ["java", "class A {}"],
    ["js", "let a = 1"],
    ["json", '{"a": 1}'],
    ["kotlin", "val a = 1"],
    ["md", "# a"],
    ["php", "<?php $a = 1;"],
    ["py", "def a(): pass"],
    ["rb", "def a; end"],
    ["rs", "let a = 1;"],
    ["sh", "echo a # b"],
    ["sql", "select 1"],
    ["swift", "let a = 1"],
    ["toml", "a = 1"],
    ["TypeScript", "let a = 1"],
    ["yaml", "a: 1"],
  ])("in %s is coloured, once the highlighter is there", async (language, code) => {
    const page = pageOf(`\`\`\`${language}\n${code}\n\`\`\``);
    await expect.poll(() => coloursOf(page), PATIENTLY).toBeGreaterThan(0);
    expect(page.all("pre")[0]?.textContent).toBe(code);
    expectOnlyAllowed(page);
  });

  test("with markup in it stays text when it is coloured", async () => {
    const code = "<script>alert(1)</script><img src=x onerror=alert(1)>";
    const page = pageOf(`\`\`\`html\n${code}\n\`\`\``);
    await expect.poll(() => coloursOf(page), PATIENTLY).toBeGreaterThan(0);
    expectOnlyAllowed(page);
    expect(page.all("pre")[0]?.textContent).toBe(code);
  });

  test("in a language that is not known, or in none, is plain", async () => {
    const page = pageOf("```js\nlet a\n```\n\n```klingon\nlet a\n```\n\n```\nlet a\n```\n\n    let a");
    await expect.poll(() => coloursOf(page), PATIENTLY).toBe(1);
  });

  test("that is very long is plain", async () => {
    const page = pageOf(`\`\`\`js\n${"let a;\n".repeat(8000)}\n\`\`\`\n\n\`\`\`js\nlet a\n\`\`\``);
    await expect.poll(() => coloursOf(page), PATIENTLY).toBe(1);
  });

  test.each([
    ["bash", "${".repeat(10_000)],
    ["c", "word ".repeat(5_000)],
  ])("in %s that would take too long, or too much, is plain", async (language, code) => {
    const page = pageOf(`\`\`\`${language}\n${code}\n\`\`\`\n\n\`\`\`js\nlet a\n\`\`\``);
    await expect.poll(() => coloursOf(page), PATIENTLY).toBe(1);
    expect(page.all("pre")[0]?.textContent).toBe(code);
  });

  test("that is hostile is given up, and what follows it is coloured", async () => {
    const hostile = "[a](".repeat(3_000);
    const page = pageOf(`\`\`\`md\n${hostile}\n\`\`\`\n\n\`\`\`js\nlet a\n\`\`\``);
    await expect.poll(() => coloursOf(page), PATIENTLY).toBe(1);
    expect(page.all("pre")[0]?.textContent).toBe(hostile);
    // What was found out is kept: it is not tried again when the conversation is opened again.
    const again = pageOf(`\`\`\`md\n${hostile}\n\`\`\`\n\n\`\`\`js\nlet a\n\`\`\``);
    expect(coloursOf(again)).toBe(1);
    again.draw(`\`\`\`md\n${hostile}\n\`\`\`\n\n\`\`\`js\nlet b\n\`\`\``);
    await expect.poll(() => coloursOf(again), PATIENTLY).toBe(1);
  });

  test("that grows is whole at each step, coloured or not", async () => {
    const code = "let a = 1; // b\n".repeat(500);
    const page = pageOf("```js\nlet a", true);
    await expect.poll(() => coloursOf(page), PATIENTLY).toBeGreaterThan(0);
    for (let length = 10; length < code.length; length += 997) {
      page.draw(`\`\`\`js\n${code.slice(0, length)}`, true);
      expect(page.all("pre")[0]?.textContent.trimEnd()).toBe(code.slice(0, length).trimEnd());
    }
  });

  test("names the characters that would turn its direction", () => {
    expect(pageOf("```\na \u202E b \u2066 c\n```").all("pre")[0]?.textContent).toBe(
      "a ⟨U+202E⟩ b ⟨U+2066⟩ c",
    );
  });

  test("says that it was not copied where there is no clipboard", async () => {
    const page = pageOf("```\na\n```");
    const [button] = page.all("button");
    button?.listeners.get("click")?.call(button, { type: "click" });
    const status = page.all("span").find(({ attributes }) => attributes.get("role") === "status");
    await expect.poll(() => status?.textContent).toBe("Not copied");
  });
});

function coloursOf(page: PageElement): number {
  return page.all("span").filter(({ attributes }) => String(attributes.get("class")).startsWith("hljs-"))
    .length;
}
