import { expect, test } from "vitest";
import { type Dependent, dependentsFirst } from "../../src/launch/dependents-first.ts";

const item = (name: string, ...dependsOn: string[]): Dependent => ({ name, dependsOn });

/** What begins and ends, in this order; each takes some turns of the event loop. */
async function courseOf(items: readonly Dependent[]): Promise<string[]> {
  const course: string[] = [];
  await dependentsFirst(items, async ({ name }) => {
    course.push(`+${name}`);
    await new Promise((resolve) => setTimeout(resolve));
    course.push(`-${name}`);
  });
  return course;
}

test("each is done after all that depend on it, and side by side else", async () => {
  const items = [item("db"), item("api", "db"), item("web", "api"), item("cron", "db")];
  expect(await courseOf(items)).toEqual(["+cron", "+web", "-cron", "-web", "+api", "-api", "+db", "-db"]);
});

test("the order in which they are given does not matter", async () => {
  expect(await courseOf([item("web", "db"), item("db")])).toEqual(["+web", "-web", "+db", "-db"]);
});

test("a circle, as old records may hold, is no endless wait", async () => {
  const course = await courseOf([item("a", "b"), item("b", "a")]);
  expect(course.toSorted()).toEqual(["+a", "+b", "-a", "-b"]);
});

test("what fails keeps none of the others from it, and is told in the end", async () => {
  const done: string[] = [];
  const all = dependentsFirst([item("db"), item("web", "db")], async ({ name }) => {
    done.push(name);
    if (name === "web") throw new Error("no");
  });
  await expect(all).rejects.toThrow("no");
  expect(done).toEqual(["web", "db"]);
});
