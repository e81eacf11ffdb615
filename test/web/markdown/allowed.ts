import { expect } from "vitest";
import { ALLOWED } from "../../../web/markdown/safe-elements.ts";
import type { PageElement } from "./page.ts";

const LINK = /^(?:https?:\/\/|mailto:)[!-~]+$/;

/** Holds for a page on which there is nothing but what `safe-elements.ts` allows. */
export function expectOnlyAllowed(page: PageElement): void {
  for (const { localName, attributes, listeners } of page.all()) {
    expect(ALLOWED, localName).toHaveProperty(localName);
    const allowed: readonly string[] = ALLOWED[localName as keyof typeof ALLOWED];
    expect(allowed, localName).toEqual(expect.arrayContaining([...attributes.keys()]));
    expect([...listeners.keys()], localName).toEqual(localName === "button" ? ["click"] : []);
    if (localName === "a") expectSafeLink(attributes);
  }
}

function expectSafeLink(attributes: PageElement["attributes"]): void {
  expect(attributes.get("href")).toMatch(LINK);
  expect(attributes.get("rel")).toBe("noopener noreferrer nofollow");
  expect(attributes.get("target")).toBe("_blank");
}
