import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import type { Page } from "playwright-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { PATIENTLY, type TestStack, testStack } from "../support/cli.ts";
import { tempFolder } from "../support/temp.ts";
import { CHROMIUM, NO_CHROMIUM, sharedChromium } from "./chromium.ts";
import { openChatPage } from "./page.ts";
import { endService } from "./supervised.ts";

if (CHROMIUM === undefined) test("a new version in a browser", ({ skip }) => skip(NO_CHROMIUM));

describe.runIf(CHROMIUM !== undefined)("a new version in a browser", () => {
  test("is told, and its reload loses no draft and loads only what has changed", {
    timeout: 180_000,
  }, async () => {
    const project = copyOfProject();
    const stack = await testStack();
    await buildPage(project);
    await up(project, stack);
    const chat = await openChatPage(await sharedChromium(), `${stack.hmi}/new`);
    onTestFinished(() => chat.close());
    const keys = chat.page.locator(".keys");
    await expect.poll(() => keys.textContent(), PATIENTLY).toMatch(/^Enter sends/);
    const before = await assetsOf(chat.page);
    expect(before.map(({ isFromCache }) => isFromCache)).toEqual(before.map(() => false));

    await chat.message.fill("A draft");
    edit(join(project, "web", "components", "EmptyHint.tsx"), "</kbd> sends", "</kbd> dispatches");
    await buildPage(project);
    await endService(stack, "hmi", "SIGTERM");
    await up(project, stack);
    await chat.page.getByText("A new version of this page is here.").waitFor({ timeout: 60_000 });
    await chat.page.getByRole("button", { name: "Reload" }).click();
    await expect.poll(() => chat.message.inputValue(), PATIENTLY).toBe("A draft");
    await expect.poll(() => keys.textContent(), PATIENTLY).toMatch(/^Enter dispatches/);

    const after = await assetsOf(chat.page);
    const script = expect.stringMatching(/^app-\w+\.js$/);
    expect(after.filter(({ isFromCache }) => !isFromCache)).toEqual([{ name: script, isFromCache: false }]);
    expect(namesOf(after).filter((name) => !namesOf(before).includes(name))).toEqual([script]);
    expect(after.length).toBe(before.length);
    expect(chat.complaints).toEqual([]);
  });
});

/** What runs, as it was built for all tests, and of what its page is built, in a folder of the present test's own. */
function copyOfProject(): string {
  const project = tempFolder();
  for (const part of ["bin", "dist", "scripts", "src", "web", "oclif.manifest.json", "package.json"]) {
    cpSync(join(ROOT, part), join(project, part), { recursive: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(project, "node_modules"));
  return project;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

async function buildPage(project: string): Promise<void> {
  await execa(process.execPath, ["scripts/build-page.ts"], { cwd: project });
}

/** `stack up --detach` of that project. */
async function up(project: string, { cwd, env }: TestStack): Promise<void> {
  const bin = join(project, "bin", "stack.js");
  await execa(process.execPath, [bin, "up", "--detach"], { cwd, env, extendEnv: false });
}

function edit(file: string, part: string, by: string): void {
  const text = readFileSync(file, "utf8");
  expect(text).toContain(part);
  writeFileSync(file, text.replace(part, by));
}

/** A file of the page as it was last loaded. */
interface LoadedAsset {
  readonly name: string;
  /** True where nothing of it went over the wire, not even the question whether it has changed. */
  readonly isFromCache: boolean;
}

/** The scripts and styles that the page has loaded, also those for later; its icon comes when the browser finds the time. */
async function assetsOf(page: Page): Promise<readonly LoadedAsset[]> {
  const isLoaded = "performance.getEntriesByType('resource').some(({ name }) => name.includes('/Dialogs-'))";
  await expect.poll(() => page.evaluate(isLoaded), PATIENTLY).toBe(true);
  return await page.evaluate<readonly LoadedAsset[]>(`
    performance.getEntriesByType("resource")
      .filter(({ name }) => /\\.(js|css)$/.test(name))
      .map(({ name, transferSize }) => ({ name: name.split("/").at(-1), isFromCache: transferSize === 0 }))
  `);
}

function namesOf(assets: readonly LoadedAsset[]): string[] {
  return assets.map(({ name }) => name);
}
